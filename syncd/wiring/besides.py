"""What a daemon does beside its jobs, each for as long as a block lasts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from syncd.daemon.daily import Daily
from syncd.daemon.pinger import Pinger
from syncd.wiring.noticing import noticer
from syncd.wiring.pruning import by_itself

if TYPE_CHECKING:
    from syncd.wiring.daemon import Daemon


@contextmanager
def pruning(daemon: Daemon) -> Iterator[None]:
    """Retention, once a day, for as long as the block lasts."""
    daily = Daily(lambda: by_itself(daemon.doors, daemon.runners), clock=daemon.doors.clock)
    daily.start()
    try:
        yield
    finally:
        daily.stop()


@contextmanager
def telling_people(daemon: Daemon) -> Iterator[None]:
    """People are told, for as long as the block lasts."""
    found = noticer(daemon)
    if found is None:
        yield
        return
    found.start(fail=daemon.supervisor.fail)
    try:
        with ExitStack() as listening:
            for runner in daemon.runners.values():
                listening.enter_context(runner.hub.listening(found))
            yield
    finally:
        found.end()
        found.join()


@contextmanager
def pinging(daemon: Daemon, url: str) -> Iterator[None]:
    """A sign of life every minute, for as long as the block lasts."""
    from syncd.notify.ping import Ping  # noqa: PLC0415 - only where somebody waits for it

    with Ping(url, tls=daemon.doors.own_tls()) as ping:
        pinger = Pinger(ping.send, daemon.vitals, clock=daemon.doors.clock)
        pinger.start()
        try:
            yield
        finally:
            pinger.stop()
