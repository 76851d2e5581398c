"""The control surface, for other processes."""

import json
import re
from typing import Any

import httpx
import pytest

from syncd.sandbox.ecgrid import commands
from tests.sandbox.driver import CONTEXT
from tests.sandbox.ecgrid.driver import ECGridDriver


def tell(driver: ECGridDriver, command: str, **fields: object) -> httpx.Response:
    return httpx.post(f"{driver.box.address}/_sandbox/{command}", json=fields, verify=CONTEXT)


def test_a_parcel_is_delivered(driver: ECGridDriver) -> None:
    """Its content as text or as Base64."""
    first = tell(driver, "deliver", files=[{"name": "a.edi", "text": "UNA"}])
    second = tell(driver, "deliver", partner=None, files=[{"name": "b", "base64": "/w=="}])

    assert driver.pending() == [first.json()["id"], second.json()["id"]]
    assert driver.content(second.json()["id"]) == b"\xff"


def test_every_command_has_an_example(driver: ECGridDriver) -> None:
    """That can be sent as it stands, but for the ids."""
    examples = re.findall(r"^    (\w+)  +(\{.*\})$", commands.__doc__ or "", flags=re.MULTILINE)
    named = tell(driver, "nothing").json()["error"]

    assert all(name in named for name, _ in examples)
    assert len(examples) == named.count(",")
    for name, fields in examples:
        if "…" not in fields:
            assert tell(driver, name, **json.loads(fields)).status_code == 200, name


def test_parcels_partners_and_readings_are_handled(driver: ECGridDriver) -> None:
    """From outside as from inside."""
    parcel = driver.box.deliver(files={"a": b"x"})
    for command, pending in (("mark_read", []), ("mark_unread", [parcel]), ("mark_read", [])):
        tell(driver, command, id=parcel)
        assert driver.pending() == pending
    tell(driver, "restore")
    assert driver.pending() == [parcel]

    tell(driver, "behave", partner="445566", files="*.bad", delivery="failed")
    sent = driver.upload("a.bad")
    assert driver.status(sent) == "outboxFailed"
    tell(driver, "behave", partner="445566")
    tell(driver, "pause", partner="445566")
    tell(driver, "revive", id=sent)
    assert driver.status(sent) == "outboxPending"
    tell(driver, "resume", partner="445566")
    tell(driver, "switch", status_case="lower")
    assert driver.status(sent) == "outboxacknowledged"


def test_a_key_is_regenerated(driver: ECGridDriver) -> None:
    """And told."""
    key = tell(driver, "regenerate_key").json()["api_key"]

    assert driver.get("/users/me").status_code == 401
    with ECGridDriver(driver.box, key) as new:
        assert new.get("/users/me").status_code == 200


def test_the_ledger_is_read(driver: ECGridDriver) -> None:
    """As JSON, with the peak of a minute."""
    driver.upload()
    driver.box.advance(30)
    driver.got("/users/me")

    ledger: Any = httpx.get(f"{driver.box.address}/_sandbox/ledger", verify=CONTEXT).json()
    assert [request["operation"] for request in ledger["requests"]] == ["upload", "me"]
    assert ledger["sent"][0]["files"][0]["name"] == "a.edi"
    assert (ledger["peak_requests"], ledger["over_limit"]) == (2, 0)


def test_a_reset_begins_anew(driver: ECGridDriver) -> None:
    """No parcels, tokens, keys, trouble and switches are left; the address stays."""
    driver.box.deliver(files={"a": b"x"})
    driver.box.regenerate_key()
    driver.box.trouble("status", times=None)
    driver.box.switch(profile="guide")

    tell(driver, "reset")

    assert driver.pending() == []
    assert driver.box.switches.profile == "reference"
    assert len(driver.box.ledger.requests) == 1


@pytest.mark.parametrize(
    ("command", "fields"),
    [
        ("trouble", {"do": "nonsense"}),
        ("switch", {"paging": "x"}),
        ("behave", {"partner": "Nobody"}),
        ("behave", {"partner": "445566", "mood": "bad"}),
        ("deliver", {"station": "999", "files": [{"name": "a", "text": ""}]}),
        ("deliver", {"station": "RJ_Station", "files": [{"name": "a", "text": ""}]}),
        ("deliver", {"files": []}),
        ("advance", {"seconds": -1}),
        ("mark_read", {"id": "nobody"}),
        ("revive", {"id": "nobody"}),
        ("regenerate_key", {"login": "nobody"}),
    ],
)
def test_a_mistake_is_said(driver: ECGridDriver, command: str, fields: dict[str, object]) -> None:
    """With words that tell what is wrong."""
    answer = tell(driver, command, **fields)

    assert (answer.status_code, bool(answer.json()["error"])) == (400, True)
