"""Interchanges, ids, mailboxes and the catalogue of statuses."""

import pytest

from tests.sandbox.ecgrid.driver import ECGridDriver, rows
from tests.sandbox.ecgrid.test_uploading import EDIFACT, X12


def test_a_manifest_leads_to_interchanges(driver: ECGridDriver) -> None:
    """With what stands in their headers."""
    parcel = driver.upload(content=X12)

    (row,) = driver.got(f"/parcels/manifest/{parcel}")
    assert (row["sender"], row["receiver"], row["documentType"], row["count"]) == (
        "SENDERID",
        "RECEIVERID",
        "850",
        2,
    )
    one = driver.got(f"/interchanges/{row['interchangeId']}")
    assert (one["parcelId"], one["standard"]) == (int(parcel), "X12")
    assert driver.got(f"/interchanges/get-manifest/{row['interchangeId']}") == [
        {
            "functionalGroup": "PO",
            "transactionSetType": "850",
            "transactionSetCount": 2,
            "groupControlNumber": "7",
        }
    ]


def test_the_system_behind_has_numbers(driver: ECGridDriver) -> None:
    """Of parcels and of interchanges, which a parcel lists; its manifest is a log."""
    driver.box.switch(profile="backend")
    parcel = driver.upload(content=EDIFACT)

    shown = driver.parcel(parcel)
    assert (shown["status"]["code"], shown["interchangeCount"]) == ("M2400", 1)
    (listed,) = shown["interchanges"]
    assert (listed["statusCode"], listed["documentType"]) == ("E4000", "ORDERS")
    assert driver.got(f"/interchanges/{listed['interchangeId']}")["status"]["code"] == 4000
    first, second = driver.got(f"/parcels/manifest/{parcel}")
    assert ("interchangeId" in first, second["interchangeId"]) == (False, listed["interchangeId"])


@pytest.mark.parametrize("profile", ["reference", "guide", "backend"])
def test_interchanges_are_listed(driver: ECGridDriver, profile: str) -> None:
    """Those that came, and those that were sent."""
    driver.box.switch(profile=profile)
    driver.box.deliver(files={"a": X12})
    driver.upload(content=EDIFACT)
    driver.upload(content=X12 + X12)

    came = rows(driver.posted("/interchanges/inbox-list"))
    went = rows(driver.posted("/interchanges/outbox-list", ecGridIdTo=445566))
    assert [one["standard"] for one in came] == ["X12"]
    assert [one["standard"] for one in went] == ["EDIFACT", "X12", "X12"]
    assert rows(driver.posted("/interchanges/outbox-list", ecGridIdTo=445577)) == []


def test_an_interchange_is_cancelled(driver: ECGridDriver) -> None:
    """While it is undelivered; with its last one the parcel is."""
    driver.box.partner("445566").pause()
    parcel = driver.upload(content=X12 + X12)
    first, second = [row["interchangeId"] for row in driver.got(f"/parcels/manifest/{parcel}")]

    assert driver.posted(f"/interchanges/cancel/{first}") is True
    assert driver.post(f"/interchanges/cancel/{first}").status_code == 409
    assert driver.status(parcel) == "outboxPending"
    driver.posted(f"/interchanges/cancel/{second}")
    assert driver.status(parcel) == "Cancelled"


def test_what_came_is_neither_cancelled_nor_sent_again(driver: ECGridDriver) -> None:
    """409."""
    parcel = driver.box.deliver(files={"a": X12})
    (row,) = driver.got(f"/parcels/manifest/{parcel}")

    for verb in ("cancel", "resend"):
        assert driver.post(f"/interchanges/{verb}/{row['interchangeId']}").status_code == 409


def test_own_ids_are_listed(driver: ECGridDriver) -> None:
    """With their mailbox; the EDI id is padded."""
    listed = driver.posted("/ids/list")

    assert [(one["ecGridId"], one["mailboxId"]) for one in listed] == [(112233, 4711), (112244, 4711)]
    assert listed[0]["id"] == "SENDERID       "


def test_any_id_is_found(driver: ECGridDriver) -> None:
    """By qualifier and EDI id."""
    (found,) = driver.posted("/ids/find", qualifier="ZZ", id="RECEIVERID  ")

    assert found["ecGridId"] == 445566
    assert driver.posted("/ids/find", qualifier="01", id="RECEIVERID") == []


def test_ones_own_mailbox_is_shown(driver: ECGridDriver) -> None:
    """And no other."""
    assert driver.got("/mailboxes/4711")["companyName"] == "Your Company"
    assert driver.get("/mailboxes/4712").status_code == 404


def test_statuses_are_catalogued(driver: ECGridDriver) -> None:
    """As words, or as numbers with a level."""
    words = driver.got("/status-lists")
    driver.box.switch(profile="backend")
    numbers = driver.got("/status-lists")

    assert "InBoxReady" in [one["code"] for one in words["parcelStatuses"]]
    assert "Delivered" in [one["code"] for one in words["interchangeStatuses"]]
    assert {"code": 4000, "qualifier": "E", "message": "Closed", "level": "Info"} in numbers["codes"]
    assert numbers["count"] == len(numbers["codes"])
