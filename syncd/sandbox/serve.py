"""The sandbox as a program: it runs until it is told to stop."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from syncd.sandbox.as2gateway.sandbox import Sandbox
from syncd.sandbox.as2gateway.world import World
from syncd.sandbox.ecgrid.sandbox import ECGridSandbox
from syncd.sandbox.ecgrid.world import ECGridWorld

GATEWAYS = ("as2gateway", "ecgrid")


def serve(
    *,
    gateway: str = "as2gateway",
    host: str = "127.0.0.1",
    port: int = 8480,
    ready: Callable[[str], None] = print,
    stop: threading.Event | None = None,
) -> None:
    """Serve until SIGINT, SIGTERM or the event; `ready` hears the base path once connections are taken.

    Raises: ValueError for an unknown gateway or an address that is not loopback, OSError for a port in use.
    """
    if gateway not in GATEWAYS:
        raise ValueError(f"There is no sandbox for {gateway!r}; there is {', '.join(GATEWAYS)}.")
    stopping = stop or threading.Event()
    with _stopped_by_signals(stopping), _paced(gateway, host, port) as box:
        ready(box.url)
        stopping.wait()


def _paced(gateway: str, host: str, port: int) -> Sandbox | ECGridSandbox:
    if gateway == "ecgrid":
        return ECGridSandbox(world=ECGridWorld.default().paced(), host=host, port=port)
    return Sandbox(world=World.default().paced(), host=host, port=port)


@contextmanager
def _stopped_by_signals(stopping: threading.Event) -> Iterator[None]:
    """Set the event on SIGINT and SIGTERM; outside of the main thread Python takes no signals."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {
        number: signal.signal(number, lambda *_: stopping.set()) for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for number, former in before.items():
            signal.signal(number, former)
