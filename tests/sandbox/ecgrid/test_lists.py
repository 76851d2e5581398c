"""Lists: pages, filters, and whose mailbox."""

from collections.abc import Callable

import pytest

from tests.sandbox.ecgrid.driver import ECGridDriver, good

Fields = dict[str, object]


def delivered(driver: ECGridDriver, count: int) -> list[str]:
    now = driver.box.clock.now()
    return [driver.box.deliver(files={"a": b"x"}, created=now - 1000 + number) for number in range(count)]


def test_the_pending_list_is_whole_unless_pages_are_asked_for(driver: ECGridDriver) -> None:
    """25 a page when only the number of the page is given."""
    parcels = delivered(driver, 60)

    assert driver.pending() == parcels
    assert driver.pending(pageNo=2) == parcels[25:50]
    assert driver.pending(pageNo=2, recordsPerPage=40) == parcels[40:]
    assert driver.pending(pageNo=3, recordsPerPage=40) == []


def test_the_histories_have_pages_of_25(driver: ECGridDriver) -> None:
    """Unless other pages are asked for."""
    parcels = delivered(driver, 30)

    assert driver.inbox() == parcels[:25]
    assert driver.inbox(recordsPerPage=100) == parcels


def test_an_empty_body_is_no_filter(driver: ECGridDriver) -> None:
    """And needs no content type."""
    parcels = delivered(driver, 2)

    answer = driver.http.post("/parcels/pending-inbox-list")
    assert [str(row["parcelId"]) for row in good(answer)] == parcels


def test_a_history_is_filtered(driver: ECGridDriver) -> None:
    """By ids, status and time, both ends included."""
    old = driver.box.deliver(files={"a": b"x"}, created=1_700_000_000.5, partner="445577")
    new = driver.box.deliver(files={"a": b"x"}, created=1_700_000_100.5, station="112244")
    driver.confirm(new)

    filters: list[tuple[Fields, list[str]]] = [
        ({}, [old, new]),
        ({"ecGridIdFrom": 445577}, [old]),
        ({"fromECGridId": "445577"}, [old]),
        ({"ecGridIdTo": 112244}, [new]),
        ({"ecGridIdFrom": 0, "ecGridIdTo": 0}, [old, new]),
        ({"status": "inboxready"}, [old]),
        ({"status": "InBoxTransferred"}, [new]),
        ({"beginDate": "2023-11-14T22:13:21Z"}, [new]),
        ({"beginDate": "2023-11-14T22:13:20Z", "endDate": "2023-11-14T22:13:20Z"}, [old]),
        ({"endDate": "2023-11-14"}, []),
    ]
    for fields, found in filters:
        assert driver.inbox(**fields) == found, fields


@pytest.mark.parametrize(
    ("mailbox", "status"), [(4711, 200), (0, 200), ("004711", 200), (4712, 403), (-1, 403)]
)
def test_only_ones_own_mailbox_is_listed(driver: ECGridDriver, mailbox: object, status: int) -> None:
    """0 stands for it."""
    for path in ("parcels/pending-inbox-list", "parcels/outbox-list", "interchanges/inbox-list", "ids/list"):
        assert driver.post(f"/{path}", mailboxId=mailbox).status_code == status


@pytest.mark.parametrize(
    "fields",
    [
        {"pageNo": 0},
        {"pageNo": "two"},
        {"pageNo": True},
        {"pageNo": 1.5},
        {"recordsPerPage": 0},
        {"mailboxId": []},
        {"status": 7},
        {"beginDate": "yesterday"},
    ],
)
def test_what_has_the_wrong_type_is_refused(driver: ECGridDriver, fields: Fields) -> None:
    """With the name of the field."""
    answer = driver.post("/parcels/inbox-list", **fields)

    assert answer.status_code == 400
    assert next(iter(fields)) in answer.json()["message"]


def test_interchanges_have_at_most_500_a_page(driver: ECGridDriver) -> None:
    """More is refused."""
    assert driver.post("/interchanges/inbox-list", recordsPerPage=501).status_code == 400
    assert driver.post("/interchanges/inbox-list", recordsPerPage=500).status_code == 200


@pytest.mark.parametrize("profile", ["reference", "guide", "backend"])
def test_a_list_has_the_shape_of_its_profile(driver: ECGridDriver, profile: str) -> None:
    """Bare; an object with totals beside it; an object with totals inside."""
    delivered(driver, 3)
    driver.box.switch(profile=profile)

    envelope = driver.post("/parcels/pending-inbox-list", pageNo=1, recordsPerPage=2).json()
    shapes: dict[str, Callable[[], bool]] = {
        "reference": lambda: len(envelope["data"]) == 2 and "totalRecords" not in envelope,
        "guide": lambda: len(envelope["data"]["parcels"]) == 2 and envelope["totalRecords"] == 3,
        "backend": lambda: (
            len(envelope["data"]["parcelIDInfoList"]) == 2
            and (envelope["data"]["totalRecords"], envelope["data"]["totalPages"]) == (3, 2)
        ),
    }
    assert shapes[profile]()
