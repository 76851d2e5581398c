"""Parcels come whole or not at all, and a confirmation that is refused is looked into."""

import base64
import binascii
import json
from pathlib import Path

import pytest

from syncd.core.model import File, GatewayId, PartnerType
from syncd.core.shown import Box
from syncd.errors import AccountRefused, BadReply, GatewayError, NotThere, Rejected, Unanswered
from syncd.gateways.ecgrid.downloads import decoded
from syncd.ports.gateway import Fetched, Wanted
from tests.gateways.ecgrid.played import ME, RESET, TRACE, error, played, raw, success

DOWNLOAD, CONFIRM, PENDING = "/parcels/download", "/parcels/confirm", "/parcels/pending-inbox-list"
FIVE = GatewayId("5")
CONTENT = bytes(range(256)) * 3
TEXT = base64.b64encode(CONTENT).decode()


def fetched(answer: object, scratch: Path, *, size: int = 768) -> tuple[Fetched, bytes]:
    wanted = Wanted(message_id=FIVE, files=(File(name="listed.edi", size=size),))
    with (
        played({DOWNLOAD: answer}) as ecgrid,
        ecgrid.gateway.fetch_by_index(wanted, scratch=scratch) as item,
    ):
        (content,) = item.contents
        return item, content.read()


@pytest.mark.parametrize(
    "payload",
    [
        {"parcelId": 5, "fileName": "listed.edi", "content": TEXT, "bytes": 768},
        {"parcelID": "5", "content": TEXT, "size": 9999, "contentEncoding": "Base64"},
        {"content": f" {TEXT[:100]}\r\n{TEXT[100:]}\n"},
        {"contentBase64": TEXT},
        TEXT,
    ],
)
def test_content_is_decoded_from_each_shape(payload: object, tmp_path: Path) -> None:
    """White space within does no harm; a size that differs may count a wrapper."""
    item, content = fetched(success(payload), tmp_path)
    assert content == CONTENT
    assert item.contents[0].name == "listed.edi"
    assert item.contents[0].size == len(CONTENT)
    assert item.reference == TRACE
    assert list(tmp_path.iterdir()) == []


def test_escapes_of_json_are_no_damage(tmp_path: Path) -> None:
    """Some servers write + and / as escapes."""
    body = json.dumps({"success": True, "data": {"parcelId": 5, "content": TEXT}})
    escaped = body.replace("+", "\\u002B").replace("/", "\\/")
    assert "\\u002B" in escaped
    assert fetched(raw(escaped.encode(), kind="application/json"), tmp_path)[1] == CONTENT


def test_raw_bytes_are_the_content(tmp_path: Path) -> None:
    """As one of the vendor's pages has it."""
    item, content = fetched(raw(CONTENT, kind="application/octet-stream"), tmp_path)
    assert (content, item.contents[0].name) == (CONTENT, "listed.edi")


def test_nothing_is_a_content_too(tmp_path: Path) -> None:
    """A file may be empty."""
    assert fetched(success({"parcelId": 5, "content": ""}), tmp_path, size=0)[1] == b""


@pytest.mark.parametrize(
    "answer",
    [
        success({"parcelId": 5, "content": TEXT[:-1]}),
        success({"parcelId": 5, "content": "QQ==" + TEXT}),
        success({"parcelId": 5, "content": "*" + TEXT[1:]}),
        success({"parcelId": 5, "content": "ä" + TEXT[1:]}),
        success({"parcelId": 5, "content": TEXT.replace("+", "-")}),
        success({"parcelId": 6, "content": TEXT}),
        success({"parcelId": 5, "content": None}),
        success({"parcelId": 5}),
        success(None),
        success([]),
        raw(b"<html>", kind="text/html"),
        raw(CONTENT, kind="text/plain"),
        RESET,
    ],
)
def test_what_is_damaged_or_another_does_not_come(answer: object, tmp_path: Path) -> None:
    """It is fetched again later; nothing of it stays."""
    with pytest.raises(Unanswered):
        fetched(answer, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("length", [0, 1, 2, 3, 196_607, 196_608, 196_609, 500_000])
def test_base64_is_decoded_piece_by_piece(length: int) -> None:
    """Whatever its length, with padding at its end alone."""
    content = (b"abcdefg" * (length // 7 + 1))[:length]
    assert b"".join(decoded(base64.b64encode(content).decode())) == content


def test_base64_ends_at_its_end() -> None:
    """Padding is no end of a piece either."""
    piece = base64.b64encode(bytes(196_607)).decode()
    assert (len(piece), piece[-1]) == (256 * 1024, "=")
    with pytest.raises(binascii.Error):
        b"".join(decoded(piece + "QUJD"))


class Turn:
    """A lock that tells."""

    def __init__(self) -> None:
        self.taken = 0
        self.is_held = False

    def __enter__(self) -> None:
        self.taken += 1
        self.is_held = True

    def __exit__(self, *mishap: object) -> None:
        self.is_held = False


@pytest.mark.parametrize(("size", "turns"), [(2_000_000, 1), (0, 1), (2_000, 0)])
def test_large_parcels_come_one_at_a_time(size: int, turns: int, tmp_path: Path) -> None:
    """And those of unknown size; the next may be asked for while one is still read."""
    wanted = Wanted(message_id=FIVE, files=(File(name="a", size=size),))
    with played({DOWNLOAD: success({"parcelId": 5, "content": TEXT})}) as ecgrid:
        turn = Turn()
        ecgrid.gateway._downloads._large = turn  # type: ignore[assignment]
        with ecgrid.gateway.fetch_by_index(wanted, scratch=tmp_path) as item:
            assert (turn.taken, turn.is_held) == (turns, False)
            assert item.contents[0].read() == CONTENT


# Confirmations.

PARCEL = {"parcelId": 5, "fileName": "a", "bytes": 3, "created": "2026-04-29T14:30:00Z"}


def parcel(status: str) -> bytes:
    return success(PARCEL | {"status": status})


def pending(*ids: int) -> bytes:
    return success([{"parcelId": number, "status": "InBoxReady"} for number in ids])


@pytest.mark.parametrize(
    "answer",
    [success(True), success(None), success({"parcelId": 5}), raw(b"", kind="text/plain", status=204)],
)
def test_a_confirmation_is_a_success_that_is_not_false(answer: bytes) -> None:
    """True, nothing, or an object."""
    with played({CONFIRM: answer}) as ecgrid:
        ecgrid.gateway.confirm(FIVE)
        assert ecgrid.asked == [(CONFIRM, {"parcelId": 5})]


REFUSALS = [success(False), error(404), error(409), error(400), error(500), error(200, errorCode="Fault")]


@pytest.mark.parametrize("refusal", REFUSALS)
@pytest.mark.parametrize("status", ["InBoxTransferred", "inboxarchived", "M6001"])
def test_refused_for_what_was_taken_is_done(refusal: bytes, status: str) -> None:
    """By an earlier confirmation, or by another reader of the mailbox."""
    with played({CONFIRM: refusal, "/parcels/5": parcel(status)}) as ecgrid:
        assert ecgrid.gateway.confirm(FIVE) == TRACE
        assert ecgrid.paths == [CONFIRM, "/parcels/5"]


@pytest.mark.parametrize("refusal", REFUSALS)
def test_refused_for_what_is_not_pending_is_done(refusal: bytes) -> None:
    """Whatever its status says; the whole list is looked through."""
    pages: list[object] = [pending(*range(100, 200)), pending(7)]
    with played({CONFIRM: refusal, "/parcels/5": parcel("New"), PENDING: pages}) as ecgrid:
        assert ecgrid.gateway.confirm(FIVE) == TRACE
        assert ecgrid.fields(PENDING)["pageNo"] == 2


@pytest.mark.parametrize(
    ("refusal", "kind"),
    list(zip(REFUSALS, [BadReply, NotThere, Unanswered, Rejected, Unanswered, BadReply], strict=True)),
)
def test_refused_for_what_is_pending_still_is_refused(refusal: bytes, kind: type[GatewayError]) -> None:
    """It is tried again later."""
    with played({CONFIRM: refusal, "/parcels/5": parcel("InBoxReady"), PENDING: pending(5)}) as ecgrid:
        with pytest.raises(GatewayError) as caught:
            ecgrid.gateway.confirm(FIVE)
        assert type(caught.value) is kind
        assert TRACE in caught.value.what


@pytest.mark.parametrize("refusal", REFUSALS)
def test_a_parcel_that_is_gone_is_not_there(refusal: bytes) -> None:
    """There is nothing to confirm any more."""
    with played({CONFIRM: refusal, "/parcels/5": error(404)}) as ecgrid, pytest.raises(NotThere):
        ecgrid.gateway.confirm(FIVE)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [(RESET, Unanswered), (error(503), Unanswered), (error(502), Unanswered), (error(403), AccountRefused)],
)
def test_without_the_gateways_own_no_nothing_is_looked_into(answer: object, kind: type[GatewayError]) -> None:
    """It may have happened; it is confirmed again."""
    with played({CONFIRM: answer}) as ecgrid:
        with pytest.raises(kind):
            ecgrid.gateway.confirm(FIVE)
        assert ecgrid.paths == [CONFIRM]


def test_a_reset_that_says_false_is_refused() -> None:
    """The parcel is not pending again."""
    with played({"/parcels/reset-to-inbox/5": [success(True), success(False)]}) as ecgrid:
        ecgrid.gateway.mark_unread(FIVE)
        with pytest.raises(Rejected, match=TRACE):
            ecgrid.gateway.mark_unread(FIVE)


# Who we are.


@pytest.mark.parametrize(
    ("answer", "count"),
    [
        (success([{"ecGridId": 1, "qualifier": "ZZ", "id": "ACME           "}, {"ecGridId": 0}]), 1),
        (success({"ids": [{"ECGridID": "2", "description": "Ours"}]}), 1),
        (success(None), 0),
        (error(403), 0),
        (error(404), 0),
        (error(400), 0),
        (raw(b"", kind="text/html", status=405), 0),
    ],
)
def test_ids_may_be_missing(answer: bytes, count: int) -> None:
    """Pairs do not depend on them; the login was proven before."""
    with played({"/ids/list": answer}) as ecgrid:
        stations = ecgrid.gateway.stations()
        assert len(stations) == count
        assert {station.name for station in stations} <= {"ZZ/ACME", "Ours"}
        assert ecgrid.gateway.partners() == ()
        assert ecgrid.paths == ["/users/me", "/ids/list"]


@pytest.mark.parametrize(
    ("me", "ids"), [(error(401), success([])), (error(403), success([])), (ME, error(401)), (ME, RESET)]
)
def test_a_login_that_does_not_work_is_told(me: object, ids: object) -> None:
    """Each time anew: this is how the account is tried."""
    with played({"/users/me": [ME, me], "/ids/list": [success([]), ids]}) as ecgrid:
        ecgrid.gateway.stations()
        with pytest.raises(GatewayError):
            ecgrid.gateway.stations()


def test_the_mailbox_is_named_in_lists() -> None:
    """The real one, and the first page is 1."""
    with played({PENDING: pending()}) as ecgrid:
        ecgrid.gateway.unread(PartnerType.PRODUCTION, page=0)
        assert ecgrid.fields(PENDING) == {"mailboxId": 4711, "pageNo": 1, "recordsPerPage": 100}
        assert ecgrid.gateway.unread(PartnerType.TEST, page=0).is_last
        assert ecgrid.paths == ["/users/me", PENDING]


def test_the_history_of_the_inbox_can_be_read() -> None:
    """With what was taken marked as such."""
    with played({"/parcels/inbox-list": success([PARCEL | {"status": "InBoxArchived"}])}) as ecgrid:
        (record,) = ecgrid.gateway.page(Box.RECEIVED, PartnerType.PRODUCTION, page=0).records
        assert (record.box, record.taken) == (Box.RECEIVED, True)
