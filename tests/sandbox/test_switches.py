"""Each switch acts: what the default reading shows, the other one does not."""

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import pytest

from syncd.sandbox import Sandbox, Switches
from tests.sandbox.driver import NAMED, SEND, Driver, entries, path_of

BIG = 10_200_000
Json = dict[str, Any]


def login(driver: Driver) -> Json:
    fields = {"username": "email@domain.com", "password": "pazzword"}
    answer: Json = driver.http.post("/authorize", json=fields).json()
    return answer


def received(driver: Driver) -> Json:
    driver.box.deliver(files={"a.edi": b"x"}, message_id="m@x", subject="Hello world")
    return driver.listed("received")[0]


def failed(driver: Driver) -> Json:
    driver.box.partner("RJ_Partner").behave(delivery="permanent")
    driver.send()
    return driver.listed("failed")[0]


def queued(driver: Driver) -> Json:
    driver.box.partner("RJ_Partner").pause()
    driver.send()
    return driver.listed("queued")[0]


def sent_with(driver: Driver, mdn: str) -> Json:
    driver.box.partner("RJ_Partner").behave(mdn=mdn)
    driver.send()
    return driver.listed("sent")[0]


def name_read(driver: Driver, name: str) -> str:
    driver.send(name)
    return driver.box.ledger.sent[-1].files[0].name


def disposition(driver: Driver) -> str:
    message_id = driver.box.deliver(files={"a b.edi": b"x"})
    value: str = driver.get(path_of("received", message_id, "/attachments")).headers["Content-Disposition"]
    return value


def page_of_three(driver: Driver) -> int:
    for _ in range(3):
        driver.box.deliver(files={"a": b"x"})
    return len(driver.ids("received", pageLength=2, pageOffset=1))


def total(driver: Driver) -> int:
    driver.box.deliver(files={"a": b"x"})
    return int(driver.page("received", as2MessageId="nobody")["totalRecords"])


def found_by_a_part(driver: Driver) -> int:
    received(driver)
    return len(driver.ids("received", subject="Hello"))


def marked_by_one(driver: Driver) -> bool:
    message_id = driver.box.deliver(files={"a": b"x"})
    driver.get(path_of("received", message_id, "/attachments"), markAsRead="true")
    return driver.box.ledger.received[0].is_read


def zip_name(driver: Driver) -> str:
    driver.box.deliver(files={"a": b"x"}, message_id="m@x")
    return entries(driver.get(path_of("received", "m@x", "/attachments/all")))[0][0]


def folder(driver: Driver) -> str:
    driver.box.deliver(files={"a": b"x"}, message_id="m@x")
    return entries(driver.batch("m@x"))[0][0]


def twins(driver: Driver) -> list[str]:
    driver.box.deliver(files=[("a.edi", b"1"), ("a.edi", b"2")], message_id="m@x")
    return [name.rpartition("/")[2] for name, _ in entries(driver.batch("m@x"))]


def local_flags(driver: Driver) -> int:
    driver.box.deliver(files={"a": b"x"}, message_id="m@x")
    return driver.batch("m@x").content[6] & 8


def oversize(driver: Driver) -> int:
    return driver.http.post(SEND, content=bytes(BIG + 400_000), headers=NAMED).status_code


def all_of_a_large_one(driver: Driver) -> int:
    message_id = driver.box.deliver(files={"a": bytes(BIG), "b": bytes(BIG)})
    return driver.get(path_of("received", message_id, "/attachments/all")).status_code


def first_oversize(driver: Driver) -> tuple[str, int]:
    message_id = driver.box.deliver(files={"a": bytes(BIG + 400_000), "b": b"x"})
    answer = driver.batch(message_id)
    assert answer.status_code == 206
    return answer.headers["X-Batch-Truncation-Index"], len(entries(answer))


def deletes(driver: Driver) -> list[int]:
    paths = [path_of("received", driver.box.deliver()) for _ in range(2)]
    return [driver.delete(path.replace(*pair)).status_code for path, pair in zip(paths, _ROOTS, strict=True)]


_ROOTS = (("/message/", "/message/"), ("/message/", "/"))


def wait(driver: Driver) -> str:
    answers = [driver.get("/station") for _ in range(50)]
    value = answers[-1].headers.get("Retry-After", "nothing")
    if value.endswith("GMT"):
        return "date" if parsedate_to_datetime(value) > datetime.now(UTC) else "past"
    return "seconds" if value.isdigit() else value


def link_has_brackets(driver: Driver) -> bool:
    return "<" in driver.http.post(SEND, content=b"x", headers=NAMED).headers["Link"]


def profile(driver: Driver) -> int:
    return driver.send_to("RJ_Partner", profile="unknown").status_code


def empty_file(driver: Driver) -> int:
    return driver.http.post(SEND, content=b"", headers=NAMED).status_code


def fits(driver: Driver) -> int:
    return driver.http.post(SEND, content=bytes(BIG), headers=NAMED).status_code


SHOWS: list[tuple[str, Callable[[Driver], Any], dict[str, Any]]] = [
    (
        "sender_on_received",
        lambda d: received(d)["senderId"],
        {"station": "RJ_Station", "partner": "RJ_Partner"},
    ),
    ("expiry_unit", lambda d: len(str(login(d)["expiry"])), {"ms": 13, "s": 10}),
    ("error_body", lambda d: len(d.get("/message/sent/x").content) > 0, {"message": True, "empty": False}),
    ("listed_ids", lambda d: received(d)["as2MessageId"], {"brackets": "<m@x>", "bare": "m@x"}),
    ("page_offset", page_of_three, {"page": 1, "record": 2}),
    ("total_records", total, {"filtered": 0, "all": 1}),
    ("subject_filter", found_by_a_part, {"contains": 1, "exact": 0}),
    ("queued_attachments", lambda d: "attachments" in queued(d), {"present": True, "absent": False}),
    ("outbound_status", lambda d: "deliveryStatus" in failed(d), {"sent": False, "sent_and_failed": True}),
    (
        "not_requested_delivery",
        lambda d: sent_with(d, "not_requested")["deliveryStatus"],
        {"delivered": "Delivered", "no_status": "No Status"},
    ),
    ("pending_mdn", lambda d: "mdnMessage" in sent_with(d, "never"), {"absent": False, "null": True}),
    ("link_id", link_has_brackets, {"raw": True, "encoded": False}),
    (
        "name_header",
        lambda d: name_read(d, "%C3%A4"),
        {"utf8": "%C3%A4", "percent": "ä", "rfc2047": "%C3%A4"},
    ),
    (
        "name_header",
        lambda d: name_read(d, "=?utf-8?b?w6Q=?="),
        {"utf8": "=?utf-8?b?w6Q=?=", "percent": "=?utf-8?b?w6Q=?=", "rfc2047": "ä"},
    ),
    ("unknown_profile", profile, {"ignored": 202, "400": 400}),
    ("empty_file", empty_file, {"accepted": 202, "400": 400}),
    ("oversize", oversize, {"400": 400, "413": 413}),
    ("megabyte", fits, {"decimal": 400, "binary": 202}),
    (
        "content_disposition",
        disposition,
        {
            "quoted": 'attachment; filename="a b.edi"',
            "unquoted": "attachment; filename=a b.edi",
            "rfc5987": "attachment; filename*=UTF-8''a%20b.edi",
        },
    ),
    ("single_mark", marked_by_one, {"honoured": True, "ignored": False}),
    ("single_zip", zip_name, {"flat": "a", "folder": "<m@x>/a"}),
    ("single_zip_limit", all_of_a_large_one, {"batch": 200, "both": 206}),
    ("zip_folder", folder, {"brackets": "<m@x>/a", "bare": "m@x/a"}),
    ("zip_layout", local_flags, {"before": 0, "streamed": 8}),
    ("zip_twins", twins, {"kept": ["a.edi", "a.edi"], "numbered": ["a.edi", "a (1).edi"]}),
    ("batch_unknown_id", lambda d: d.batch("x").status_code, {"error_entry": 200, "404": 404}),
    ("batch_first_oversize", first_oversize, {"empty": ("(0,-1)", 0), "whole": ("(0,0)", 1)}),
    ("delete_path", deletes, {"both": [200, 200], "message": [200, 404], "short": [404, 200]}),
    ("over_limit", wait, {"seconds": "seconds", "date": "date", "nothing": "nothing"}),
    ("https_redirect", lambda d: d.get("/station").status_code, {"served": 200, "307": 307}),
]


@pytest.mark.parametrize(
    ("switch", "reading", "show", "shown"),
    [
        pytest.param(name, reading, show, shown, id=f"{name}={reading}-{number}")
        for number, (name, show, readings) in enumerate(SHOWS)
        for reading, shown in readings.items()
    ],
)
def test_a_switch_acts(
    driver: Driver, switch: str, reading: str, show: Callable[[Driver], Any], shown: object
) -> None:
    """Each reading shows what it says."""
    driver.box.switch(**{switch: reading})

    assert show(driver) == shown


def test_every_reading_of_every_switch_is_shown_here() -> None:
    """A switch that nobody shows might do nothing."""
    shown = {name: set(readings) for name, _, readings in SHOWS}

    assert shown == {name: set(readings) for name, readings in Switches.readings().items()}


def test_every_switch_is_described() -> None:
    """The docstring has a line for each switch, with each of its readings."""
    lines = [line.split(None, 1) for line in (Switches.__doc__ or "").splitlines()]
    described = {line[0]: line[1] for line in lines if len(line) == 2}

    for name, readings in Switches.readings().items():
        assert all(f"`{reading}`" in described[name] for reading in readings), name


def test_every_reading_differs_from_the_default_in_one_switch() -> None:
    """And the one that serves nobody is not among them."""
    names = [switches.turned for switches in Switches.every_reading()]

    assert len(set(names)) == len(names) > 28
    assert all("," not in name and name != "default" for name in names)
    assert not any("https_redirect" in name for name in names)


@pytest.mark.parametrize("wrong", [{"page_offset": "none"}, {"nothing": "x"}])
def test_an_unknown_reading_is_refused(box: Sandbox, wrong: dict[str, str]) -> None:
    """A switch that is misspelt must not look as if it had been turned."""
    with pytest.raises(ValueError, match="known"):
        box.switch(**wrong)


@pytest.mark.parametrize("switches", Switches.every_reading(), ids=lambda one: one.turned)
def test_a_day_passes_under_every_reading(switches: Switches) -> None:
    """Log in, receive, send and look works under each."""
    with Sandbox(switches=switches) as box, Driver(box) as driver:
        message_id = box.deliver(files={"a": b"x"})
        driver.send()

        assert driver.ids("received", unreadOnly="true") == [message_id]
        assert entries(driver.batch(message_id, markAsRead="true"))[0][1] == b"x"
        assert driver.ids("received", unreadOnly="true") == []
        assert len(driver.ids("sent")) == 1


def test_a_redirect_keeps_the_path_and_the_host(driver: Driver) -> None:
    """§1: 307 to HTTPS."""
    driver.box.switch(https_redirect="307")

    answer = driver.get("/station", query="x")
    host = httpx.URL(driver.box.url).netloc.decode()
    assert answer.headers["Location"] == f"https://{host}/v1/station?query=x"
