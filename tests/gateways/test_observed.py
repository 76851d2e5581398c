"""What those who count hear of the requests: each once, however it ends, and none of their content."""

from __future__ import annotations

import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from syncd.core.model import GatewayId, Pair, PartnerType
from syncd.core.shown import Box
from syncd.core.window import Use
from syncd.errors import GatewayError
from syncd.gateways.as2gateway import requests as as2
from syncd.gateways.ecgrid import requests as grid
from syncd.gateways.session import Session
from syncd.gateways.wire import Request
from syncd.ports.gateway import Outgoing
from syncd.ports.traffic import Exchange
from tests.gateways.parts import SHORT, HandClock, limiter, session
from tests.gateways.scripted import reply, scripted

GET = Request(method="GET", path="/station", operation="stations")
POST = Request(method="POST", path="/message/A/B", body=(b"x" * 1000,), use=Use.SEND, operation="send")


class Ear:
    """Keeps what it hears."""

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []
        self.waits: list[timedelta] = []

    def exchanged(self, exchange: Exchange) -> None:
        self.exchanges.append(exchange)

    def waited(self, span: timedelta) -> None:
        self.waits.append(span)


def heard(url: str, act: Callable[[Session], object]) -> Ear:
    """What is heard of an act, which may fail."""
    ear = Ear()
    opened = session(url, timeouts=SHORT, traffic=ear)
    try:
        act(opened)
    except GatewayError:
        pass
    finally:
        opened.close()
    return ear


def test_an_answered_request_is_told_with_status_and_bytes() -> None:
    """The log-in is one of its own."""
    with scripted(lambda _, wire: wire.sendall(reply(b"[" + b" " * 98 + b"]"))) as server:
        exchanges = heard(server.url, lambda opened: opened.call(GET)).exchanges
    assert [(each.operation, each.outcome) for each in exchanges] == [("log_in", "200"), ("stations", "200")]
    assert (exchanges[1].sent_bytes, exchanges[1].received_bytes) == (0, 100)
    assert timedelta(0) < exchanges[1].took < timedelta(seconds=5)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (reply(b"", status="503 Busy"), "503"),
        (reply(b"{}", status="204 Nothing"), "204"),
        (b"", "unanswered"),
        (reply(b"x" * 100)[:-50], "unanswered"),
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n[]", "broken"),
    ],
    ids=["refused", "another success", "nothing", "cut", "no length"],
)
def test_a_request_that_fails_is_told_by_how_it_failed(answer: bytes, outcome: str) -> None:
    """Once each, with what was sent."""

    def script(_: bytes, wire: socket.socket) -> None:
        wire.sendall(answer)
        wire.close()

    with scripted(script) as server:
        told = heard(server.url, lambda opened: opened.call(POST)).exchanges[-1]
    assert (told.operation, told.outcome, told.sent_bytes) == ("send", outcome, 1000)


def test_without_a_connection_nothing_was_sent() -> None:
    """Nothing listens there."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
    [told] = heard(url, lambda opened: opened.call(GET)).exchanges
    assert (told.operation, told.outcome, told.sent_bytes) == ("log_in", "unreachable", 0)


def test_waits_for_the_rate_limit_are_told() -> None:
    """The request itself took no longer for that."""
    clock, ear = HandClock(), Ear()
    with scripted(lambda _, wire: wire.sendall(reply(b"[]"))) as server:
        opened = session(server.url, clock=clock, limit=limiter(clock, requests=2), traffic=ear)
        for _ in range(3):
            opened.call(GET)
        opened.close()
    assert sum(ear.waits, timedelta()) >= timedelta(seconds=10)
    assert max(each.took for each in ear.exchanges) < timedelta(seconds=5)


ID = GatewayId("1")
PAIR = Pair(station="112233", partner="445566", partner_type=PartnerType.PRODUCTION)
OUTGOING = Outgoing(pair=PAIR, files=(("a.edi", b"x"),))
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("request_", "operation"),
    [
        (as2.send(OUTGOING, boundary="b"), "send"),
        (as2.filtered(as2.page(Box.SENT, PAIR.partner_type, offset=0), box=Box.SENT, subject="x"), "list"),
        (as2.entry(Box.SENT, ID), "look"),
        (as2.entry(Box.RECEIVED, ID, mark_as_read=True), "confirm"),
        (as2.batch([ID], mark_as_read=False, most_bytes=1), "fetch"),
        (as2.batch([ID], mark_as_read=True, most_bytes=1), "confirm"),
        (as2.attachment(Box.RECEIVED, ID, 0, most_bytes=1), "fetch"),
        (as2.mdn(Box.SENT, ID), "mdn"),
        (as2.stop(ID), "stop"),
        (as2.delete("", "sent", [ID, ID]), "delete"),
        (as2.partners(), "partners"),
        (grid.upload(OUTGOING, None), "send"),
        (grid.pending(None, page=0), "list"),
        (grid.outbox(None, page=0, begin=NOON, end=NOON), "list"),
        (grid.own_ids(None, page=0), "stations"),
        (grid.parcel(ID), "look"),
        (grid.download(ID, most_bytes=1), "fetch"),
        (grid.confirm(ID), "confirm"),
    ],
)
def test_each_request_has_a_word_for_what_it_is_for(request_: Request, operation: str) -> None:
    """One of a few, without ids: it is a label."""
    assert request_.operation == operation
