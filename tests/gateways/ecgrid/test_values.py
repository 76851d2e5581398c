"""Fields, parcels and statuses are read in every shape that the vendor's pages show."""

import json
from datetime import UTC, datetime

import httpx
import pytest

from syncd.core.model import File, GatewayId
from syncd.core.shown import Box, Record
from syncd.errors import BadReply
from syncd.gateways.ecgrid import replies, statuses
from syncd.gateways.ecgrid.envelope import Told, told
from syncd.gateways.ecgrid.fields import Fields, moment, whole
from syncd.gateways.ecgrid.statuses import (
    FAILED,
    HANDED_ON,
    ON_ITS_WAY,
    PROCESSED,
    SETTLED,
    End,
    Standing,
)
from syncd.gateways.wire import Reply, Request

AT = datetime(2026, 4, 29, 14, 30, tzinfo=UTC)
REFERENCE = {
    "parcelId": 5,
    "mailboxId": 4711,
    "networkId": 301,
    "fileName": "a.edi",
    "bytes": 12,
    "status": "InBoxReady",
    "ecGridIdFrom": 445566,
    "ecGridIdTo": 112233,
    "created": "2026-04-29T14:30:00Z",
}
GUIDE = {
    "parcelID": "5",
    "filename": "a.edi",
    "fromECGridId": "445566",
    "toECGridId": 112233,
    "status": "InBoxReady",
    "receivedDate": "2026-04-29T14:30:00.0000000Z",
    "size": 12.0,
}
BACKEND = {
    "ParcelID": 5,
    "FileName": "a.edi",
    "ParcelBytes": "12",
    "ParcelDate": "2026-04-29T14:30:00",
    "StatusCode": "M6000",
    "StatusMessage": "Pending in InBox",
    "ecGridIdFrom": 0,
}
NESTED = {"parcelId": 5, "fileName": "a.edi", "bytes": 12, "created": "2026-04-29T16:30:00+02:00"} | {
    "status": {"code": "M6000", "description": "Pending in InBox"}
}


def inbound(row: dict[str, object], *, is_pending: bool = True) -> Record:
    parcel = replies.parcel(Fields(row))
    assert parcel is not None
    return replies.inbound(parcel, 4711, is_pending=is_pending)


@pytest.mark.parametrize("row", [REFERENCE, GUIDE, BACKEND, NESTED])
def test_a_parcel_is_read_in_each_shape(row: dict[str, object]) -> None:
    """Id, name, size and time."""
    record = inbound(row)
    assert record.message_id == "5"
    assert record.files == (File(name="a.edi", size=12),)
    assert record.persisted_at == AT
    assert record.persisted == int(AT.timestamp() * 1000)


@pytest.mark.parametrize(
    ("row", "sender", "receiver", "status"),
    [
        (REFERENCE, "445566", "112233", "InBoxReady"),
        (GUIDE, "445566", "112233", "InBoxReady"),
        (BACKEND, "unknown", "4711", "M6000 Pending in InBox"),
        (NESTED, "unknown", "4711", "M6000 Pending in InBox"),
    ],
)
def test_ids_that_are_none_are_replaced(
    row: dict[str, object], sender: str, receiver: str, status: str
) -> None:
    """Absent or 0: unknown, and the mailbox."""
    record = inbound(row)
    assert (record.sender, record.receiver, record.status) == (sender, receiver, status)


def test_a_row_with_nothing_but_an_id_is_a_parcel() -> None:
    """Fields of a wrong kind count as missing; a row without an id is none."""
    record = inbound({"parcelId": 5, "fileName": None, "bytes": "many", "created": [], "status": 0.5})
    assert record.files == (File(name="", size=0),)
    assert (record.persisted, record.status) == (None, None)
    assert replies.parcel(Fields({"fileName": "a"})) is None
    assert replies.parcel(Fields({"parcelId": 0})) is None


@pytest.mark.parametrize("word", ["InBoxTransferred", "inboxarchived", "M6001", "M1002 Archived", 6001])
def test_what_somebody_took_is_told_and_not_of_pending_ones(word: object) -> None:
    """A download alone may change the status of what is pending still."""
    assert inbound(REFERENCE | {"status": word}, is_pending=False).taken
    assert not inbound(REFERENCE | {"status": word}).taken
    assert not inbound(REFERENCE, is_pending=False).taken


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-04-29T14:30:00Z", AT),
        ("2026-04-29T14:30:00.0000000Z", AT),
        ("2026-04-29T14:30:00.000", AT),
        ("2026-04-29T14:30:00", AT),
        (" 2026-04-29T10:30:00-04:00 ", AT),
        ("2026-04-29", AT.replace(hour=0, minute=0)),
        ("0001-01-01T00:00:00", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("soon", None),
        ("", None),
        (5, None),
        (None, None),
    ],
)
def test_times_are_read_with_and_without_fraction_and_zone(text: object, at: datetime | None) -> None:
    """Without a zone it is UTC; the year 1 is how nothing is written there."""
    assert moment(text) == at


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (5, 5),
        ("+5", 5),
        (" 5 ", 5),
        (5.0, 5),
        (-1, -1),
        (5.5, None),
        (True, None),
        ("5a", None),
        (None, None),
    ],
)
def test_numbers_may_be_texts(value: object, number: int | None) -> None:
    """And a truth value is no number."""
    assert whole(value) == number


@pytest.mark.parametrize(
    ("word", "standing"),
    [
        *((word, SETTLED) for word in ("outboxAcknowledged", "OUTBOXTRANSFERRED", "as2Sent", "ftpSent")),
        *((word, SETTLED) for word in ("OutBoxDelivered", "InBoxReady", "InBoxTransferred", "InBoxArchived")),
        *((word, SETTLED) for word in ("as2MDNConfirmed", "x1256Confirmed", "M6000", "M6001 Downloaded")),
        *((word, HANDED_ON) for word in ("outboxSent", "as2MDNPending", "x1256Pending", "M6002", "6012")),
        *((word, FAILED) for word in ("outboxFailed", "Cancelled", "gisbSendFailed", "as2MDNRejected")),
        *((word, FAILED) for word in ("M1104", "M1105", "M1006", "M1007", "M2101", "M2104 Duplicate")),
        *((word, FAILED) for word in ("M2205", "M2401", "M6103", "M6113", "M4101", "m4101", "2205")),
        *((word, PROCESSED) for word in ("M2400", "M2005", "processed", "Processed", "M2400 Completed")),
        *((word, ON_ITS_WAY) for word in ("outboxPending", "OutBoxQueued", "outboxRetry", "M1000", "M2000")),
        *((word, ON_ITS_WAY) for word in ("outboxDeliveryError", "as2SendFailed", "M6110", "Pending")),
        *((word, ON_ITS_WAY) for word in ("SomethingNew", "M9999", "", None, "42")),
    ],
)
def test_an_outbound_status_means_a_box(word: str | None, standing: Standing) -> None:
    """Case does not count; what is unknown is on its way."""
    assert statuses.standing(word) == standing


@pytest.mark.parametrize(
    ("word", "end"),
    [
        *((word, End.CLOSED) for word in ("E4000", "4000", "E4500", "E3001", "E3003 Confirmed", "Closed")),
        *((word, End.CLOSED) for word in ("Delivered", "confirmed", "Archived", "Picked Up", "PickedUp")),
        *((word, End.FAILED) for word in ("E1101", "E1110", "E1203", "E1303", "E1403", "E3102", "E4101")),
        *((word, End.FAILED) for word in ("Cancelled", "Rejected", "Error", "failed")),
        *((word, End.OPEN) for word in ("E1111", "E1000", "E3000", "E3010", "E2004", "Pending", "", None)),
    ],
)
def test_an_interchange_ends_or_does_not(word: str | None, end: End) -> None:
    """Delays are no ends."""
    assert statuses.end(word) is end


def answer(payload: object) -> Told:
    body = json.dumps({"success": True, "traceId": "t1", "data": payload}).encode()
    headers = httpx.Headers({"date": "Wed, 29 Apr 2026 14:30:00 GMT"})
    return told(Reply(status=200, headers=headers, body=body), Request(method="POST", path="/x"))


@pytest.mark.parametrize("payload", [5, " 5 ", {"parcelId": 5}, {"ParcelID": "5", "status": "OutBoxQueued"}])
def test_the_id_of_an_upload_is_found(payload: object) -> None:
    """A number, a text, or in an object; with time and trace."""
    receipt = replies.receipt(answer(payload))
    assert (receipt.message_id, receipt.at, receipt.reference) == ("5", AT, "t1")


@pytest.mark.parametrize("payload", [None, True, 0, "", "x", {}, {"parcelId": 0}, [], [5]])
def test_an_upload_without_an_id_is_in_doubt(payload: object) -> None:
    """Nobody can tell whether the parcel was taken."""
    with pytest.raises(BadReply, match="without a parcel id"):
        replies.receipt(answer(payload))


@pytest.mark.parametrize(
    ("count", "page", "total", "is_last"),
    [
        (0, 0, None, True),
        (1, 0, None, True),
        (99, 0, None, True),
        (100, 0, None, False),
        (130, 0, None, False),
        (25, 0, None, False),
        (50, 3, None, False),
        (26, 0, None, True),
        (25, 0, 25, True),
        (25, 0, 30, False),
        (25, 1, 25, False),
    ],
)
def test_a_page_is_the_last_when_it_is_short(count: int, page: int, total: int | None, is_last: bool) -> None:
    """Unless its length may be the server's own; a first page that has all there is ends the list."""
    rows = [{"parcelId": number + 1} for number in range(count)]
    body = answer(rows if total is None else {"totalRecords": total, "parcels": rows})
    listing = replies.listing(body, (), page=page)
    assert (listing.is_last, listing.total) == (is_last, total)


def test_another_parcel_than_the_wanted_one_is_a_bad_reply() -> None:
    """Leading zeros are no difference."""
    assert replies.one_parcel(answer({"parcelId": "5"}), GatewayId("05")).parcel_id == 5
    with pytest.raises(BadReply, match="another parcel"):
        replies.one_parcel(answer({"parcelId": 6}), GatewayId("5"))


def test_a_manifest_that_is_a_log_tells_no_status() -> None:
    """It has one interchange many times, and nobody says which row is the newest."""
    rows = [
        {"parcelId": 5, "statusCode": "M1000"},
        {"interchangeId": 7, "statusCode": "E1000"},
        {"interchangeId": 8, "statusCode": "E4000", "statusDescription": "Closed"},
        {"interchangeId": 7, "statusCode": "E4000"},
    ]
    first, second = replies.interchanges(answer(rows))
    assert (first.interchange_id, first.status.word) == (7, None)
    assert (second.interchange_id, second.status.text) == (8, "E4000 Closed")


def test_an_outbound_parcel_keeps_what_is_known_of_it() -> None:
    """Its ids are left empty where there are none: they say nothing of whose it is."""
    parcel = replies.parcel(Fields(BACKEND | {"StatusCode": "M2400", "StatusMessage": "Completed"}))
    assert parcel is not None
    record = replies.outbound(parcel)
    assert (record.box, record.asks_more, record.settled) == (Box.QUEUED, True, False)
    assert (record.sender, record.receiver, record.mdn, record.delivered) == ("", "", None, None)
    assert replies.outbound(parcel, FAILED, "why").status == "why"
