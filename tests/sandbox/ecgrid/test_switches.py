"""Each switch acts: what the default reading shows, the other one does not."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from syncd.sandbox import ECGridSandbox, ECGridSwitches
from tests.sandbox.ecgrid.driver import LOG_IN, ECGridDriver, ids

CONTENT = b"\xfb\xff\xbf" * 2
"""Its Base64 has + and /."""


def row(driver: ECGridDriver) -> dict[str, Any]:
    found: dict[str, Any] = driver.parcel(driver.box.deliver(files={"a": b"x"}, created=1_700_000_000.0))
    return found


def row_keys(driver: ECGridDriver) -> set[str]:
    return {"bytes", "size", "parcelBytes"} & set(row(driver))


def row_ids(driver: ECGridDriver) -> Any:  # noqa: ANN401 - a number or nothing
    return row(driver).get("ecGridIdFrom")


def download_and_confirm(driver: ECGridDriver) -> list[Any]:
    """Tell the status after each, and whether the parcel was still pending in between."""
    parcel = driver.box.deliver(files={"a": b"x"})
    driver.content(parcel)
    seen: list[Any] = [driver.status(parcel), driver.pending() == [parcel]]
    driver.confirm(parcel)
    return [*seen, driver.status(parcel), driver.content(parcel)]


def confirmed_twice(driver: ECGridDriver) -> Any:  # noqa: ANN401 - JSON
    parcel = driver.box.deliver(files={"a": b"x"})
    driver.confirm(parcel)
    envelope = driver.post("/parcels/confirm", parcelId=int(parcel)).json()
    return (envelope["success"], envelope.get("data"), bool(envelope.get("errorInfo")))


def page_lengths(driver: ECGridDriver) -> tuple[int, int]:
    for _ in range(30):
        driver.box.deliver(files={"a": b"x"})
    first, second = (driver.pending(pageNo=number, recordsPerPage=10) for number in (1, 2))
    return (len(first), len(second))


def order(driver: ECGridDriver) -> str:
    """Say in which order eight parcels are listed; shuffled ones in the same way twice."""
    now = driver.box.clock.now()
    parcels = [driver.box.deliver(files={"a": b"x"}, created=now - 100 + number) for number in range(8)]
    listed = driver.pending()
    assert (sorted(listed), driver.pending()) == (parcels, listed)
    return {True: "oldest"}.get(listed == parcels, "newest" if listed == parcels[::-1] else "other")


def error(driver: ECGridDriver) -> tuple[int, str, tuple[str, ...]]:
    answer = driver.get("/parcels/1")
    return (
        answer.status_code,
        answer.headers["Content-Type"].rpartition("/")[2],
        tuple(sorted(answer.json())),
    )


def accepted_names(driver: ECGridDriver) -> list[str]:
    password = LOG_IN["password"]
    user = LOG_IN["username"]
    names = ("username", "login", "email")
    return [
        name
        for name in names
        if driver.post("/auth/login", **{name: user, "password": password}).status_code == 200
    ]


def token_names(driver: ECGridDriver) -> set[str]:
    return {"accessToken", "token", "refreshToken"} & set(driver.posted("/auth/login", **LOG_IN))


def second_refresh(driver: ECGridDriver) -> tuple[bool, int, int]:
    tokens = driver.log_in()
    again = driver.posted("/auth/refresh", refreshToken=tokens["refreshToken"])
    status = driver.post("/auth/refresh", refreshToken=tokens["refreshToken"]).status_code
    return ("refreshToken" in again, status, driver.get("/users/me").status_code)


def sizes(driver: ECGridDriver) -> set[int]:
    parcel = driver.box.deliver(files={"a": b"12345"})
    content = driver.posted("/parcels/download", parcelId=int(parcel))
    return {driver.parcel(parcel)["bytes"], content["bytes"]}


def escapes(driver: ECGridDriver) -> bool:
    parcel = driver.box.deliver(files={"a": CONTENT})
    answer = driver.post("/parcels/download", parcelId=int(parcel))
    assert json.loads(answer.content)["data"]["content"] == "+/+/+/+/"
    return b"\\u002B\\/" in answer.content


def sent_content(driver: ECGridDriver) -> int:
    return driver.post("/parcels/download", parcelId=int(driver.upload())).status_code


def unroutable(driver: ECGridDriver) -> tuple[int, int]:
    answer = driver.try_upload(ecGridIdFrom=None, ecGridIdTo=None)
    return (answer.status_code, len(driver.box.ledger.sent))


def reset_header(driver: ECGridDriver) -> str:
    value = driver.get("/users/me").headers.get("X-RateLimit-Reset")
    if value is None:
        return "none"
    return "seconds" if int(value) <= 60 else "epoch"


SHOWS: list[tuple[str, Callable[[ECGridDriver], Any], dict[str, Any]]] = [
    ("profile", row_keys, {"reference": {"bytes"}, "guide": {"size"}, "backend": {"parcelBytes"}}),
    (
        "profile",
        lambda d: d.try_upload().json()["data"],
        {
            "reference": 5_000_000_001,
            "guide": {"parcelId": 5_000_000_001, "fileName": "a.edi", "status": "OutBoxQueued", "size": 3},
            "backend": "5000000001",
        },
    ),
    (
        "profile",
        lambda d: d.confirm(d.box.deliver(files={"a": b"x"})),
        {
            "reference": True,
            "guide": {"parcelId": 5_000_000_001, "status": "InBoxTransferred"},
            "backend": True,
        },
    ),
    (
        "profile",
        lambda d: d.status(d.upload()),
        {"reference": "outboxAcknowledged", "guide": "outboxAcknowledged", "backend": "M2400"},
    ),
    (
        "download_marks",
        download_and_confirm,
        {
            "nothing": ["InBoxReady", True, "InBoxTransferred", b"x"],
            "transferred": ["InBoxTransferred", True, "InBoxArchived", b"x"],
            "removes": ["InBoxTransferred", False, "InBoxTransferred", b"x"],
        },
    ),
    ("outbound_download", sent_content, {"served": 200, "refused": 404}),
    (
        "confirm_again",
        confirmed_twice,
        {"true": (True, True, False), "false": (True, False, False), "fault": (False, None, True)},
    ),
    ("paging", page_lengths, {"honoured": (10, 10), "ignored": (30, 30), "own": (25, 5)}),
    ("order", order, {"oldest": "oldest", "newest": "newest", "shuffled": "other"}),
    (
        "errors",
        error,
        {
            "envelope": (
                404,
                "json",
                ("detail", "errorInfo", "httpStatus", "message", "success", "traceId"),
            ),
            "reference": (404, "json", ("data", "errorCode", "message", "success")),
            "problem": (404, "problem+json", ("detail", "status", "title", "traceId")),
            "ok": (
                200,
                "json",
                (
                    "data",
                    "detail",
                    "errorCode",
                    "errorInfo",
                    "httpStatus",
                    "message",
                    "success",
                    "traceId",
                ),
            ),
        },
    ),
    (
        "login_names",
        accepted_names,
        {
            "any": ["username", "login", "email"],
            "username": ["username"],
            "login": ["login"],
            "email": ["email"],
        },
    ),
    (
        "login_reply",
        token_names,
        {"accessToken": {"accessToken", "refreshToken"}, "token": {"token", "refreshToken"}},
    ),
    ("rotation", second_refresh, {"rotate": (True, 401, 401), "keep": (False, 200, 200)}),
    ("sizes", sizes, {"exact": {5}, "wrapped": {42}}),
    ("ids", row_ids, {"present": 445566, "zero": 0, "absent": None}),
    ("status_case", lambda d: row(d)["status"], {"documented": "InBoxReady", "lower": "inboxready"}),
    (
        "dates",
        lambda d: row(d)["created"],
        {
            "seconds": "2023-11-14T22:13:20Z",
            "fraction": "2023-11-14T22:13:20.0000000Z",
            "bare": "2023-11-14T22:13:20",
        },
    ),
    ("base64_escapes", escapes, {"plain": False, "escaped": True}),
    ("upload_status", lambda d: d.try_upload().status_code, {"200": 200, "201": 201}),
    ("unroutable", unroutable, {"later": (200, 1), "error": (400, 1)}),
    (
        "settles_by",
        lambda d: d.status(d.upload()),
        {"parcel": "outboxAcknowledged", "interchanges": "processed"},
    ),
    ("rate_reset", reset_header, {"seconds": "seconds", "epoch": "epoch", "none": "none"}),
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
    driver: ECGridDriver, switch: str, reading: str, show: Callable[[ECGridDriver], Any], shown: object
) -> None:
    """Each reading shows what it says."""
    driver.box.switch(**{switch: reading})

    assert show(driver) == shown


def test_every_reading_of_every_switch_is_shown_here() -> None:
    """A switch that nobody shows might do nothing."""
    shown = {name: set(readings) for name, _, readings in SHOWS}

    assert shown == {name: set(readings) for name, readings in ECGridSwitches.readings().items()}


def test_every_switch_is_described() -> None:
    """The docstring has a paragraph for each switch, with each of its readings."""
    text = ECGridSwitches.__doc__ or ""

    for name, readings in ECGridSwitches.readings().items():
        described = text.partition(f"\n    {name} ")[2].split("\n    ")
        paragraph = described[0] + "".join(line for line in described[1:] if line.startswith(" "))
        assert all(f"`{reading}`" in paragraph for reading in readings), name


def test_every_reading_differs_from_the_default_in_one_switch() -> None:
    """And is named by it."""
    names = [switches.turned for switches in ECGridSwitches.every_reading()]

    assert len(set(names)) == len(names) == sum(len(one) - 1 for one in ECGridSwitches.readings().values())
    assert all("," not in name and name != "default" for name in names)
    assert ECGridSwitches().turned == "default"


@pytest.mark.parametrize("wrong", [{"paging": "none"}, {"nothing": "x"}])
def test_an_unknown_reading_is_refused(grid: ECGridSandbox, wrong: dict[str, str]) -> None:
    """A switch that is misspelt must not look as if it had been turned."""
    with pytest.raises(ValueError, match="known"):
        grid.switch(**wrong)


@pytest.mark.parametrize("switches", ECGridSwitches.every_reading(), ids=lambda one: one.turned)
def test_a_day_passes_under_every_reading(driver: ECGridDriver, switches: ECGridSwitches) -> None:
    """Look, receive, confirm and send work under each."""
    name, reading = switches.turned.split("=")
    driver.box.switch(**{name: reading})
    parcel = driver.box.deliver(files={"a": CONTENT})

    driver.got("/users/me")
    assert driver.pending() == [parcel]
    assert driver.content(parcel) == CONTENT
    driver.confirm(parcel)
    assert driver.pending() == []
    sent = driver.upload()
    assert ids(driver.outbox()) == [sent]


def test_what_is_archived_is_shown_when_it_is_asked_for(driver: ECGridDriver) -> None:
    """Where a confirmation archives, the plain history has it no more."""
    driver.box.switch(download_marks="transferred")
    parcel = driver.box.deliver(files={"a": b"x"})
    driver.confirm(parcel)

    assert driver.inbox() == []
    assert driver.inbox(status="InBoxArchived") == [parcel]


def test_a_download_has_a_number_of_its_own(driver: ECGridDriver) -> None:
    """Downloaded, not deleted: where downloads mark, and the statuses are numbers."""
    driver.box.switch(profile="backend")
    parcel = driver.box.deliver(files={"a": b"x"})
    driver.content(parcel)

    assert driver.status(parcel) == "M6000"
    driver.box.switch(download_marks="transferred")
    assert driver.status(parcel) == "M6001"


def test_an_error_behind_200_keeps_401(grid: ECGridSandbox) -> None:
    """What stands before the API answers for itself."""
    grid.switch(errors="ok")
    with ECGridDriver(grid, "nothing") as driver:
        answer = driver.get("/users/me")

    assert (answer.status_code, answer.json()["errorCode"]) == (401, "InvalidAPIKey")
