"""What became of a parcel that was sent: by its status, or by its interchanges."""

from datetime import UTC, datetime, timedelta

import pytest

from syncd.core.model import GatewayId, Pair, PartnerType
from syncd.core.shown import Box
from syncd.errors import AccountRefused, NotThere, Unanswered
from syncd.ports.gateway import Outgoing
from syncd.sandbox import ECGridSandbox, ECGridSwitches
from tests.gateways.ecgrid.played import RESET, error, played, success
from tests.gateways.parts import ecgrid

FIVE = GatewayId("5")
OUTBOX = "/parcels/outbox-list"
MANIFEST = "/parcels/manifest/5"
EDI = b"ISA*00*          *00*          *ZZ*SENDERID       *ZZ*RECEIVERID     *"


def parcel(status: object, **more: object) -> bytes:
    return success({"parcelId": 5, "fileName": "a", "status": status, **more})


def interchange(number: int, status: object) -> bytes:
    return success({"interchangeId": number, "status": status})


def test_the_list_reaches_back_thirty_days_at_most() -> None:
    """And a day ahead, by the gateway's clock."""
    with played({OUTBOX: success([])}) as played_:
        now = datetime.now(UTC)
        for since in (None, now - timedelta(days=90), now - timedelta(hours=5)):
            played_.gateway.page(Box.OUTBOX, PartnerType.PRODUCTION, page=1, since=since)
            asked = played_.fields(OUTBOX)
            begin, end = (datetime.fromisoformat(asked[name]) for name in ("beginDate", "endDate"))
            wanted = since if since and since > now - timedelta(days=30) else now - timedelta(days=30)
            assert abs((begin - wanted).total_seconds()) < 10
            assert abs((end - now - timedelta(days=1)).total_seconds()) < 10
            assert (asked["pageNo"], asked["mailboxId"]) == (2, 4711)


def test_each_entry_of_the_one_list_stands_in_its_box() -> None:
    """Asked for by one box, only its entries are given."""
    rows = [
        {"parcelId": 1, "status": "outboxPending"},
        {"parcelId": 2, "status": "outboxAcknowledged"},
        {"parcelId": 3, "status": "Cancelled"},
        {"parcelId": 4, "status": "processed"},
    ]
    with played({OUTBOX: success(rows)}) as played_:
        records = played_.gateway.page(Box.OUTBOX, PartnerType.PRODUCTION, page=0).records
        assert [record.box for record in records] == [Box.QUEUED, Box.SENT, Box.FAILED, Box.QUEUED]
        assert [record.asks_more for record in records] == [False, False, False, True]
        for box, ids in {Box.QUEUED: ["1", "4"], Box.SENT: ["2"], Box.FAILED: ["3"]}.items():
            found = played_.gateway.page(box, PartnerType.PRODUCTION, page=0)
            assert [record.message_id for record in found.records] == ids


CLOSED = [{"interchangeId": 7, "statusCode": "E4000"}]
REJECTED = {"interchangeId": 8, "statusCode": "E3102", "statusDescription": "Rejected"}


@pytest.mark.parametrize(
    ("status", "interchanges", "box", "settled", "words"),
    [
        ("processed", CLOSED, Box.SENT, True, "all interchanges closed"),
        ("M2400", [*CLOSED, REJECTED], Box.FAILED, False, "interchange 8: E3102 Rejected"),
        ("M2400", [*CLOSED, {"interchangeId": 9, "statusCode": "E3000"}], Box.QUEUED, False, "M2400"),
        ("outboxSent", CLOSED, Box.SENT, True, "all interchanges closed"),
        ("outboxSent", [REJECTED], Box.FAILED, False, "interchange 8"),
        ("outboxPending", [REJECTED], Box.QUEUED, False, "outboxPending"),
        ("outboxAcknowledged", [REJECTED], Box.SENT, True, "outboxAcknowledged"),
    ],
)
def test_interchanges_tell_where_the_parcel_does_not(
    status: str, interchanges: list[object], box: Box, settled: bool, words: str
) -> None:
    """All closed, any failed, else as it was; a last word of the parcel itself stands."""
    with played({"/parcels/5": parcel(status, interchanges=interchanges)}) as played_:
        record = played_.gateway.entry(Box.OUTBOX, FIVE)
        assert (record.box, record.settled) == (box, settled)
        assert words in (record.status or "")
        assert played_.paths == ["/parcels/5"]


def test_interchanges_are_asked_for_one_by_one_where_none_is_told() -> None:
    """By the manifest, each once."""
    manifest = success([{"interchangeId": 7}, {"interchangeId": 8}, {"interchangeId": 7}, {"count": 1}])
    answers = {
        "/parcels/5": parcel("processed"),
        MANIFEST: manifest,
        "/interchanges/7": interchange(7, "Delivered"),
        "/interchanges/8": interchange(8, {"code": 4000, "description": "Closed"}),
    }
    with played(dict(answers)) as played_:
        assert played_.gateway.entry(Box.OUTBOX, FIVE).settled
        assert played_.paths == ["/parcels/5", MANIFEST, "/interchanges/7", "/interchanges/8"]


@pytest.mark.parametrize("refusal", [success([]), success(None), error(404), error(403), error(400)])
def test_without_interchanges_the_parcel_is_as_it_was(refusal: bytes) -> None:
    """A login may not be allowed to look at them."""
    with played({"/parcels/5": parcel("processed"), MANIFEST: refusal}) as played_:
        record = played_.gateway.entry(Box.OUTBOX, FIVE)
        assert (record.box, record.asks_more) == (Box.QUEUED, True)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [(error(401), AccountRefused), (RESET, Unanswered), (interchange(9, "Closed"), Unanswered)],
)
def test_trouble_on_the_way_is_told(answer: object, kind: type[Exception]) -> None:
    """Nothing is known then; not that all is well."""
    answers = {"/parcels/5": parcel("processed"), MANIFEST: success([{"interchangeId": 7}])}
    with played({**answers, "/interchanges/7": answer}) as played_, pytest.raises(kind):
        played_.gateway.entry(Box.OUTBOX, FIVE)


def test_an_entry_stands_in_one_box() -> None:
    """Asked for in another, it is not there."""
    with played({"/parcels/5": parcel("outboxFailed")}) as played_:
        assert played_.gateway.entry(Box.FAILED, FIVE).status == "outboxFailed"
        with pytest.raises(NotThere, match="failed, not sent"):
            played_.gateway.entry(Box.SENT, FIVE)


@pytest.mark.parametrize("profile", ["reference", "guide", "backend"])
@pytest.mark.parametrize(
    ("delivery", "box", "settled"),
    [
        ("ok", Box.SENT, True),
        ("inbox", Box.SENT, True),
        ("transferred", Box.SENT, True),
        ("failed", Box.FAILED, False),
        ("rejected_interchange", Box.FAILED, False),
    ],
)
def test_every_end_is_told_in_every_shape(profile: str, delivery: str, box: Box, settled: bool) -> None:
    """Against the sandbox."""
    with ECGridSandbox(switches=ECGridSwitches().changed(profile=profile)) as sandbox:
        sandbox.partner("445566").behave(delivery=delivery)
        gateway = ecgrid(sandbox)
        pair = Pair(station="112233", partner="445566")
        sent = gateway.send(Outgoing(pair=pair, files=(("a.edi", EDI),)))
        sandbox.advance(3600)
        record = gateway.entry(Box.OUTBOX, sent.message_id)
        assert (record.box, record.settled) == (box, settled), record.status
        gateway.close()
