"""The sandbox's own clock: the machine's, moved forward by whoever asks.

Nothing here sleeps or ticks. What depends on time is worked out when somebody looks, at the time that the
clock shows then.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Clock:
    """Wall and monotonic time with one common offset."""

    def __init__(self) -> None:
        self._offset_s = 0.0
        self._held_at: float | None = None
        self._lock = threading.Lock()

    def now(self) -> float:
        """Give the seconds since 1970, as this gateway sees them."""
        if self._held_at is not None:
            return self._held_at
        return time.time() + self._offset_s

    def monotonic(self) -> float:
        """Give seconds that never go back, for rate windows and the ledger."""
        return time.monotonic() + self._offset_s

    def advance(self, seconds: float) -> None:
        """Move both clocks on; a negative number would let states go backwards, so it is refused.

        Raises: ValueError.
        """
        if seconds < 0:
            raise ValueError(f"The clock goes forward only, not by {seconds} s.")
        with self._lock:
            self._offset_s += seconds

    @contextmanager
    def held_at(self, moment: float) -> Iterator[None]:
        """Let what is done inside happen at a past moment; the caller holds the sandbox's lock."""
        self._held_at = moment
        try:
            yield
        finally:
            self._held_at = None
