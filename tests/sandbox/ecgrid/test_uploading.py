"""Files that are sent."""

from tests.sandbox.ecgrid.driver import ECGridDriver


def test_a_file_is_sent(driver: ECGridDriver) -> None:
    """It gets an id, is listed, and arrives."""
    parcel = driver.upload("a.edi", b"UNA")

    (row,) = driver.outbox()
    assert (str(row["parcelId"]), row["fileName"], row["bytes"]) == (parcel, "a.edi", 3)
    assert (row["ecGridIdFrom"], row["ecGridIdTo"]) == (112233, 445566)
    assert driver.status(parcel) == "outboxAcknowledged"
    (record,) = driver.box.ledger.sent
    assert (record.id, record.station, record.partner, record.outcome) == (parcel, "112233", "445566", "sent")
