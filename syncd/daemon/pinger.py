"""Tells somebody every minute that all is well, and nothing when it is not: who misses it wakes a person.

It runs on a thread of its own, in nobody's way. A ping that fails is not repeated before the next minute.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import structlog

from syncd.core.freshness import are_ready
from syncd.errors import SyncdError
from syncd.operations.health import Vitals
from syncd.ports import Clock

EVERY = timedelta(minutes=1)
LOOKS_EVERY = timedelta(seconds=10)
"""While all is not well."""
ENDS_WITHIN_S = 0.5

log = structlog.get_logger(__name__)


class Pinger:
    """Looks and pings until the clock says that the program is to stop. `ping` returns what went wrong."""

    def __init__(self, ping: Callable[[], str], vitals: Vitals, *, clock: Clock) -> None:
        self._ping = ping
        self._vitals = vitals
        self._clock = clock
        self._has_told = False
        self._thread = threading.Thread(target=self.run, name="pinger", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def run(self) -> None:
        """Look, ping and wait by turns, until the program is to stop."""
        span = LOOKS_EVERY
        while not self._clock.wait(span):
            span = EVERY if self._look() else LOOKS_EVERY

    def stop(self) -> None:
        """Do not wait for long: the other side may be slow."""
        if self._thread.is_alive():
            self._thread.join(ENDS_WITHIN_S)

    def _look(self) -> bool:
        """Ping if all is well; whether it was tried."""
        try:
            is_well = self._vitals.is_alive() and are_ready(self._vitals.jobs())
            if is_well:
                self._tell(self._ping())
        except SyncdError:
            return False  # the state cannot be read, which others tell
        except Exception:
            log.exception("ping.broke")
            return True
        return is_well

    def _tell(self, trouble: str) -> None:
        """A warning when it begins to fail, and a line when that is over."""
        if trouble and not self._has_told:
            remedy = "Check ping_url of [web], and whether this machine may go there."
            log.warning("ping.failed", what=trouble, remedy=remedy)
        elif self._has_told and not trouble:
            log.info("ping.recovered")
        self._has_told = bool(trouble)
