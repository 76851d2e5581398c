"""The ping of a daemon, from its configuration to the wire."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from syncd.core.freshness import JobHealth
from syncd.wiring.besides import pinging
from tests.gateways.scripted import reply, scripted


class Soon:
    """A clock on which the first wait is over at once; the next lasts until the program is to stop."""

    def __init__(self) -> None:
        self.stop = threading.Event()
        self.waits = 0

    def now(self) -> datetime:
        return datetime(2026, 11, 22, tzinfo=UTC)

    def monotonic(self) -> float:
        return 0.0

    def wait(self, span: timedelta) -> bool:
        self.waits += 1
        return self.waits > 1 and self.stop.wait(10)


class Well:
    """A daemon with which nothing is wrong."""

    def is_alive(self) -> bool:
        return True

    def jobs(self) -> Sequence[JobHealth]:
        return [JobHealth(account="acme", job="pull")]


def test_a_daemon_that_is_well_pings_and_ends_at_once() -> None:
    """While the block lasts, from a thread of its own."""
    clock, arrived = Soon(), threading.Event()

    def answer(_: bytes, wire: Any) -> None:  # noqa: ANN401 - a socket
        wire.sendall(reply(b"OK"))
        arrived.set()

    doors = SimpleNamespace(own_tls=ssl.create_default_context, clock=clock)
    daemon: Any = SimpleNamespace(doors=doors, vitals=Well())
    with scripted(answer) as server, pinging(daemon, f"{server.url}/check"):
        assert arrived.wait(5)
        clock.stop.set()
    assert server.requests[0].startswith(b"GET /v1/check ")
    assert not [thread for thread in threading.enumerate() if thread.name == "pinger"]
