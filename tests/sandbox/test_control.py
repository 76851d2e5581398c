"""The control surface, for other processes."""

import base64
import json
import re
from typing import Any

import httpx
import pytest

from syncd.sandbox import Sandbox, control
from tests.sandbox.driver import CONTEXT, Driver


def tell(box: Sandbox, command: str, **fields: object) -> httpx.Response:
    return httpx.post(f"{box.address}/_sandbox/{command}", json=fields, verify=CONTEXT)


def test_a_message_is_delivered(driver: Driver) -> None:
    """Files as text or Base64."""
    files = [
        {"name": "a.edi", "text": "UNA"},
        {"name": "b", "base64": base64.b64encode(b"\xff").decode()},
    ]

    answer = tell(driver.box, "deliver", station="RJ_Station", partner="ECHO", files=files, subject="s")

    assert driver.ids("received") == [answer.json()["id"]]
    assert [file.size for file in driver.box.ledger.received[0].files] == [3, 1]


@pytest.mark.parametrize("files", [{"a": {"text": "X"}}, [{"name": "a"}], ["a"], "a"])
def test_files_of_another_form_are_refused(driver: Driver, files: object) -> None:
    """With the form that is wanted, as an example."""
    answer = tell(driver.box, "deliver", files=files)

    assert answer.status_code == 400
    assert '[{"name": "a.edi", "text": "UNA"}]' in answer.json()["error"]
    assert driver.box.ledger.received == ()


def test_every_command_has_an_example(driver: Driver) -> None:
    """That can be sent as it stands, but for the ids."""
    examples = re.findall(r"^    (\w+)  +(\{.*\})$", control.__doc__ or "", flags=re.MULTILINE)
    named = tell(driver.box, "nothing").json()["error"]

    assert all(name in named for name, _ in examples)
    assert len(examples) == named.count(",")
    for name, fields in examples:
        if "…" not in fields:
            assert tell(driver.box, name, **json.loads(fields)).status_code == 200, name


def test_trouble_is_made_and_ended(driver: Driver) -> None:
    """With the same fields as in Python."""
    tell(driver.box, "trouble", do="status", operation="stations", status=502, times=None)
    assert driver.get("/station").status_code == 502

    tell(driver.box, "calm")
    assert driver.get("/station").status_code == 200


def test_a_partner_is_told_how_to_behave(driver: Driver) -> None:
    """And is paused and resumed."""
    tell(driver.box, "behave", partner="RJ_Partner", files="*.bad", delivery="permanent")
    driver.send("a.bad")
    tell(driver.box, "pause", as2_id="RJ_Partner")
    driver.send("b")

    assert (len(driver.ids("failed")), len(driver.ids("queued"))) == (1, 1)
    tell(driver.box, "resume", as2_id="RJ_Partner")
    assert len(driver.ids("sent")) == 1


def test_the_clock_and_the_switches_are_turned(driver: Driver) -> None:
    """From outside as from inside."""
    before = driver.box.clock.now()
    tell(driver.box, "advance", seconds=3600)
    tell(driver.box, "switch", page_offset="record")

    assert driver.box.clock.now() > before + 3599
    assert driver.box.switches.page_offset == "record"


def test_marks_are_set_by_hand(driver: Driver) -> None:
    """Read, unread, and all unread."""
    message_id = driver.box.deliver(files={"a": b"x"})

    for command, is_read in (
        ("mark_read", True),
        ("mark_unread", False),
        ("mark_read", True),
        ("restore", False),
    ):
        tell(driver.box, command, id=message_id)
        assert driver.box.ledger.received[0].is_read == is_read


def test_a_failed_message_is_revived(driver: Driver) -> None:
    """As from the gateway's console."""
    driver.box.partner("RJ_Partner").behave(delivery="permanent")
    message_id = driver.send()
    tell(driver.box, "behave", partner="RJ_Partner")
    tell(driver.box, "revive", id=message_id)

    assert driver.ids("sent") == [message_id]


def test_the_ledger_is_read(driver: Driver) -> None:
    """As JSON, with what it adds up to; the control surface itself is not in it."""
    driver.send()

    ledger: Any = httpx.get(f"{driver.box.address}/_sandbox/ledger", verify=CONTEXT).json()

    assert [request["operation"] for request in ledger["requests"]] == ["authorize", "send"]
    assert ledger["sent"][0]["files"][0]["name"] == "a.edi"
    assert (ledger["peak_requests"], ledger["over_limit"]) == (2, 0)


def test_it_is_never_limited_and_never_in_trouble(driver: Driver) -> None:
    """A hundred questions cost nothing."""
    driver.box.trouble("reset", times=None)

    with httpx.Client(base_url=driver.box.address, verify=CONTEXT) as control:
        statuses = {control.get("/_sandbox/ledger").status_code for _ in range(100)}
    assert statuses == {200}


def test_a_reset_begins_anew(driver: Driver) -> None:
    """Nothing is left: no messages, tokens, trouble, switches; the address stays."""
    driver.box.deliver(files={"a": b"x"})
    driver.box.trouble("status", times=None)
    driver.box.switch(page_offset="record")

    tell(driver.box, "reset")

    assert driver.get("/station").status_code == 401
    assert driver.box.ledger.received == ()
    assert driver.box.switches.page_offset == "page"
    with Driver(driver.box) as again:
        assert (
            again.http.post("/message/RJ_Station/ECHO", headers={"Name": "a"})
            .headers["Link"]
            .startswith(driver.box.url)
        )


@pytest.mark.parametrize(
    ("command", "fields", "status"),
    [
        ("nothing", {}, 404),
        ("trouble", {"do": "nonsense"}, 400),
        ("trouble", {"do": "status", "what": 1}, 400),
        ("switch", {"page_offset": "x"}, 400),
        ("behave", {"partner": "Nobody"}, 400),
        ("behave", {"partner": "ECHO", "mood": "bad"}, 400),
        ("deliver", {"station": "Nobody"}, 400),
        ("advance", {"seconds": -1}, 400),
        ("revive", {"id": "nobody"}, 400),
    ],
)
def test_a_mistake_is_said(box: Sandbox, command: str, fields: dict[str, object], status: int) -> None:
    """With words that tell what is wrong."""
    answer = tell(box, command, **fields)

    assert answer.status_code == status
    assert answer.json()["error"]
