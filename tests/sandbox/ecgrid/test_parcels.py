"""Parcels that come: listed, fetched, confirmed, put back."""

import pytest

from tests.sandbox.ecgrid.driver import ECGridDriver


def test_a_parcel_is_fetched_and_confirmed(driver: ECGridDriver) -> None:
    """List, download, confirm: then it is pending no more, and in the history."""
    parcel = driver.box.deliver(files={"a.edi": b"UNA\xff"})

    assert driver.pending() == [parcel]
    assert driver.content(parcel) == b"UNA\xff"
    assert driver.pending() == [parcel]
    assert driver.confirm(parcel) is True
    assert driver.pending() == []
    assert driver.inbox() == [parcel]
    assert driver.status(parcel) == "InBoxTransferred"


def test_the_ledger_tells_of_a_parcel(driver: ECGridDriver) -> None:
    """Who it was for, how often it was fetched, and who confirmed it."""
    parcel = driver.box.deliver(files={"a.edi": b"UNA"}, station="112244", partner="445577")
    driver.content(parcel)
    driver.confirm(parcel)

    (record,) = driver.box.ledger.received
    assert (record.id, record.station, record.partner) == (parcel, "112244", "445577")
    assert (record.login, record.downloads, record.is_read) == ("your.user@example.com", (1,), True)
    assert [mark.by for mark in record.marks] == ["confirm"]


def test_a_parcel_has_one_file(driver: ECGridDriver) -> None:
    """Not two, and not none."""
    for files in ({"a": b"1", "b": b"2"}, {}):
        with pytest.raises(ValueError, match="one file"):
            driver.box.deliver(files=files)
