"""What keeps still: how long each thing in an outbox has looked the same, from scan to scan.

Measured by the monotonic clock between scans, never by the file's own times: they may be copied along.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from syncd.core.model import Place
from syncd.ports.surroundings import Clock

_ROUNDING_S = 1e-6


class Settling:
    """The memory of the last scan, and the one of the scan under way."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._now = 0.0
        self._last: dict[Place, tuple[object, float]] = {}
        self._seen: dict[Place, tuple[object, float]] = {}
        self._noted_last: dict[Place, datetime] = {}
        self._noted: dict[Place, datetime] = {}
        self._next: float | None = None

    def begin(self) -> None:
        """A scan begins; what it does not see is forgotten."""
        self._now = self._clock.monotonic()
        self._last, self._seen = self._seen, {}
        self._noted_last, self._noted = self._noted, {}
        self._next = None

    def still_for(self, place: Place, fingerprint: object) -> timedelta:
        """How long what stands there has had this fingerprint, in the scans so far."""
        before, since = self._last.get(place, (None, self._now))
        if before != fingerprint:
            since = self._now
        self._seen[place] = (fingerprint, since)
        return timedelta(seconds=self._now - since + _ROUNDING_S)

    def has_changed(self, place: Place) -> bool:
        """Whether what stands there looks otherwise than in the scan before this one."""
        before, now = self._last.get(place), self._seen.get(place)
        return before is not None and now is not None and before[0] != now[0]

    def age(self, changed_ns: int) -> timedelta:
        """How long ago something changed, by the machine's clock: a ctime cannot be copied along."""
        return timedelta(seconds=self._clock.now().timestamp() - changed_ns / 1e9)

    def wait(self, remaining: timedelta) -> None:
        """Something will have settled after `remaining`, if it keeps still."""
        due = self._now + remaining.total_seconds() + _ROUNDING_S
        self._next = due if self._next is None else min(self._next, due)

    def next_settled(self) -> timedelta | None:
        """How long from now until the first of these; None without any."""
        if self._next is None:
            return None
        return timedelta(seconds=max(0.0, self._next - self._clock.monotonic()))

    def noted_since(self, place: Place) -> datetime:
        """When a thing that is not taken was first seen standing there untaken."""
        since = self._noted_last.get(place) or self._noted.get(place) or self._clock.now()
        self._noted[place] = since
        return since
