"""The machine's clock, with waits that end when the program is to stop; and one that nobody can set."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from syncd.ports.surroundings import Clock


class SystemClock:
    """Time as the machine tells it. Setting `stop` ends every wait, in every thread."""

    def __init__(self, stop: threading.Event | None = None) -> None:
        self._stop = stop or threading.Event()

    def now(self) -> datetime:
        """Wall time, aware, UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds that never go back."""
        return time.monotonic()

    def wait(self, span: timedelta) -> bool:
        """Wait, or return early with True when the program is to stop."""
        return self._stop.wait(max(0.0, span.total_seconds()))


class SteadyClock:
    """The machine's clock, set right by what `offset` says that it lacks.

    With a gateway's offset it is the gateway's time: whoever sets the machine's clock does not move it, so
    that no wait gets longer or shorter, and no entry at the gateway older or younger than it is.
    """

    def __init__(self, clock: Clock, *, offset: Callable[[], timedelta]) -> None:
        self._clock = clock
        self._offset = offset

    def now(self) -> datetime:
        """The time, aware, UTC."""
        return self._clock.now() + self._offset()

    def monotonic(self) -> float:
        """Seconds that never go back."""
        return self._clock.monotonic()

    def wait(self, span: timedelta) -> bool:
        """Wait, or return early with True when the program is to stop."""
        return self._clock.wait(span)
