"""A file is handed over in one request, and what its answer means is known or in doubt."""

import base64

import pytest

from syncd.core.model import Pair
from syncd.errors import (
    AccountRefused,
    BadReply,
    GatewayError,
    NotThere,
    Rejected,
    TryLater,
    Unanswered,
    Unreachable,
)
from syncd.ports.gateway import Outgoing
from tests.gateways.ecgrid.played import RESET, TRACE, error, played, raw, success

PAIR = Pair(station="112233", partner="445566")
UPLOAD = "/parcels/upload"
CONTENT = bytes(range(256))


def outgoing(pair: Pair = PAIR, name: str = 'a "b".edi') -> Outgoing:
    return Outgoing(pair=pair, files=((name, CONTENT),))


def test_a_file_goes_with_its_name_its_size_and_both_numbers() -> None:
    """And with our mailbox, which is asked for once."""
    with played({UPLOAD: success(77)}) as ecgrid:
        receipt = ecgrid.gateway.send(outgoing())
        ecgrid.gateway.send(outgoing())
        assert (receipt.message_id, receipt.reference) == ("77", TRACE)
        assert ecgrid.paths == ["/users/me", UPLOAD, UPLOAD]
        assert ecgrid.fields(UPLOAD) == {
            "fileName": 'a "b".edi',
            "bytes": 256,
            "ecGridIdFrom": 112233,
            "ecGridIdTo": 445566,
            "mailboxId": 4711,
            "content": base64.b64encode(CONTENT).decode(),
        }


def test_auto_leaves_the_numbers_out() -> None:
    """Routed by the file's own header."""
    with played({UPLOAD: success({"parcelId": 77})}) as ecgrid:
        ecgrid.gateway.send(outgoing(Pair(station="auto", partner="auto")))
        assert set(ecgrid.fields(UPLOAD)) == {"fileName", "bytes", "mailboxId", "content"}


@pytest.mark.parametrize("mailbox", [0, -1, None])
def test_a_mailbox_that_is_none_is_left_out(mailbox: int | None) -> None:
    """0 and -1 have many meanings."""
    with played({"/users/me": success({"mailboxId": mailbox}), UPLOAD: success(77)}) as ecgrid:
        ecgrid.gateway.send(outgoing())
        ecgrid.gateway.send(outgoing())
        assert "mailboxId" not in ecgrid.fields(UPLOAD)
        assert ecgrid.paths == ["/users/me", UPLOAD, UPLOAD]


@pytest.mark.parametrize(
    "unfit",
    [
        outgoing(Pair(station="ACME", partner="445566")),
        outgoing(Pair(station="auto", partner="445566")),
        outgoing(Pair(station="112233", partner="0")),
        outgoing(name="a\nb"),
        outgoing(name="\udcff.edi"),
        outgoing(name=""),
        Outgoing(pair=PAIR, files=()),
        Outgoing(pair=PAIR, files=(("a", b"1"), ("b", b"2"))),
    ],
)
def test_what_no_request_can_carry_is_refused_here(unfit: Outgoing) -> None:
    """For good, without a word to the gateway about it."""
    with played({UPLOAD: success(77)}) as ecgrid:
        with pytest.raises(Rejected):
            ecgrid.gateway.send(unfit)
        assert UPLOAD not in ecgrid.paths


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (error(400), Rejected),
        (error(404), NotThere),
        (error(413), Rejected),
        (error(403), AccountRefused),
        (error(409), Unanswered),
        (error(400, errorCode="DuplicateObject"), Unanswered),
        (error(429), TryLater),
        (error(500), Unanswered),
        (error(503), Unanswered),
        (error(200, errorCode="InvalidParameter"), Rejected),
        (error(200), BadReply),
        (success(None), BadReply),
        (success(True), BadReply),
        (raw(b"<html>", kind="text/html"), BadReply),
        (raw(b"", kind="text/plain", status=204), BadReply),
        (raw(b"<html>", kind="text/html", status=404), AccountRefused),
        (RESET, Unanswered),
    ],
)
def test_the_answer_decides_and_nothing_is_repeated(answer: object, kind: type[GatewayError]) -> None:
    """Later, for good, the account's trouble, or in doubt."""
    with played({UPLOAD: answer}) as ecgrid:
        with pytest.raises(GatewayError) as caught:
            ecgrid.gateway.send(outgoing())
        assert type(caught.value) is kind
        assert ecgrid.paths.count(UPLOAD) == 1
        if isinstance(answer, bytes) and TRACE.encode() in answer:
            assert TRACE in caught.value.what
            assert TRACE in caught.value.detail


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (RESET, TryLater),
        (error(500), TryLater),
        (raw(b"<html>", kind="text/html"), TryLater),
        (error(429), TryLater),
        (error(401), AccountRefused),
        (error(403), AccountRefused),
        (error(404), AccountRefused),
        (error(400), AccountRefused),
    ],
)
def test_trouble_before_the_file_leaves_is_never_in_doubt(answer: object, kind: type[GatewayError]) -> None:
    """Nothing was sent, and the message is not to blame."""
    with played({"/users/me": answer, UPLOAD: success(77)}) as ecgrid:
        with pytest.raises(GatewayError) as caught:
            ecgrid.gateway.send(outgoing())
        assert type(caught.value) is kind
        assert UPLOAD not in ecgrid.paths


def test_no_gateway_is_unreachable() -> None:
    """As for every other request."""
    with played({}) as ecgrid:
        gateway = ecgrid.gateway
    with pytest.raises((Unreachable, Unanswered)):
        gateway.stations()
