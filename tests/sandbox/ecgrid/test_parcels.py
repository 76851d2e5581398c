"""Parcels that come: listed, fetched, confirmed, put back."""

import pytest

from syncd.sandbox import ECGridSandbox, ECGridWorld
from tests.sandbox.ecgrid.driver import ECGridDriver, ids


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


@pytest.mark.parametrize("files", [{"a": b"1", "b": b"2"}, {}])
def test_a_parcel_has_one_file(grid: ECGridSandbox, files: dict[str, bytes]) -> None:
    """Not two, and not none."""
    with pytest.raises(ValueError, match="one file"):
        grid.deliver(files=files)


def test_a_parcel_may_have_no_ids(driver: ECGridDriver) -> None:
    """Then its row has zeros, and the ledger nothing."""
    parcel = driver.box.deliver(station=None, partner=None, files={"a": b"x"})

    row = driver.parcel(parcel)
    assert (row["ecGridIdFrom"], row["ecGridIdTo"]) == (0, 0)
    assert (driver.box.ledger.received[0].station, driver.box.ledger.received[0].partner) == ("", "")


def test_a_parcel_may_have_an_id_and_a_time_of_its_own(driver: ECGridDriver) -> None:
    """As a test wants them; an id can be had once."""
    driver.box.deliver(files={"a": b"x"}, message_id="77", created=1_700_000_000.9)

    assert driver.parcel("77")["created"] == "2023-11-14T22:13:20Z"
    with pytest.raises(ValueError, match="already"):
        driver.box.deliver(files={"a": b"x"}, message_id="77")


def test_parcels_belong_to_a_login() -> None:
    """Another login does not see them."""
    with ECGridSandbox(world=ECGridWorld.varied()) as box:
        parcel = box.deliver(station=None, files={"a": b"x"}, login="second.user@example.com")
        other = box.deliver(station="223344", files={"a": b"x"})
        with ECGridDriver(box) as first, ECGridDriver(box, "SECOND_API_KEY") as second:
            assert (first.pending(), second.pending()) == ([], [parcel, other])
            assert first.get(f"/parcels/{parcel}").status_code == 404
            assert first.post("/parcels/download", parcelId=int(parcel)).status_code == 404
        with pytest.raises(LookupError, match="999"):
            box.deliver(station="999", files={"a": b"x"})


def test_a_parcel_is_put_back(driver: ECGridDriver) -> None:
    """By a reset, by an update, by a person, and by a backup."""
    parcel = driver.box.deliver(files={"a": b"x"})

    for put_back in (
        lambda: driver.posted(f"/parcels/reset-to-inbox/{parcel}"),
        lambda: driver.posted("/parcels/update", parcelId=int(parcel), status="InBoxReady"),
        lambda: driver.box.mark_unread(parcel),
        driver.box.restore,
    ):
        driver.confirm(parcel)
        assert driver.pending() == []
        put_back()
        assert driver.pending() == [parcel]
        assert driver.status(parcel) == "InBoxReady"
    assert [mark.by for mark in driver.box.ledger.received[0].marks][1::2] == [
        "reset",
        "update",
        "sandbox",
        "sandbox",
    ]


def test_another_channel_may_take_a_parcel(driver: ECGridDriver) -> None:
    """It is pending no more, and its content is still there."""
    parcel = driver.box.deliver(files={"a": b"x"})
    driver.box.mark_read(parcel)

    assert driver.pending() == []
    assert driver.content(parcel) == b"x"
    assert driver.confirm(parcel) is True
    assert [mark.by for mark in driver.box.ledger.received[0].marks] == ["sandbox"]


def test_an_update_may_confirm(driver: ECGridDriver) -> None:
    """Setting the status is the same; other words are refused, and none changes nothing."""
    parcel = int(driver.box.deliver(files={"a": b"x"}))

    assert driver.post("/parcels/update", parcelId=parcel, status="VaultReady").status_code == 400
    assert driver.posted("/parcels/update", parcelId=parcel)["status"] == "InBoxReady"
    told = driver.posted("/parcels/update", parcelId=parcel, status="InBoxTransferred")
    assert told["status"] == "InBoxTransferred"
    assert driver.pending() == []


def test_a_parcel_is_tagged_and_found(driver: ECGridDriver) -> None:
    """By the mailbag's control id."""
    parcel = driver.box.deliver(files={"a": b"x"})
    driver.box.deliver(files={"b": b"x"})

    assert driver.posted("/parcels/set-mailbagcontrolid", parcelId=int(parcel), mailbagControlId="T") is True
    assert ids(driver.posted("/parcels/find-mailbagcontrolid", mailbagControlId="T")) == [parcel]


def test_a_note_confirms_nothing(driver: ECGridDriver) -> None:
    """It is for the audit."""
    parcel = driver.box.deliver(files={"a": b"x"})

    assert driver.posted("/parcels/acknowledgment-note", parcelId=int(parcel), note="seen") is True
    assert driver.pending() == [parcel]


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/parcels/download", {"parcelId": 1}),
        ("/parcels/confirm", {"parcelId": 1}),
        ("/parcels/reset-to-inbox/1", {}),
        ("/parcels/cancel/1", {}),
        ("/parcels/update", {"parcelId": 1}),
        ("/parcels/set-mailbagcontrolid", {"parcelId": 1, "mailbagControlId": "T"}),
        ("/parcels/acknowledgment-note", {"parcelId": 1, "note": "n"}),
        ("/interchanges/cancel/1", {}),
    ],
)
def test_what_is_not_there_is_not_found(driver: ECGridDriver, path: str, fields: dict[str, object]) -> None:
    """In each operation on one."""
    assert driver.post(path, **fields).status_code == 404


def test_only_inbound_parcels_are_confirmed(driver: ECGridDriver) -> None:
    """And put back."""
    parcel = driver.upload()

    assert driver.post("/parcels/confirm", parcelId=int(parcel)).status_code == 400
    assert driver.post(f"/parcels/reset-to-inbox/{parcel}").status_code == 400
    with pytest.raises(LookupError, match="inbound"):
        driver.box.mark_read(parcel)
