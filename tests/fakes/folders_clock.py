"""A clock that moves when it is told to, or when somebody waits on it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class StillClock:
    """Time stands still until `pass_time` or `wait`."""

    def __init__(self, start: datetime = datetime(2026, 11, 21, 22, 13, 26, 123_000, tzinfo=UTC)) -> None:
        self._start = start
        self._passed = timedelta()

    def now(self) -> datetime:
        return self._start + self._passed

    def monotonic(self) -> float:
        return self._passed.total_seconds()

    def wait(self, span: timedelta) -> bool:
        self._passed += span
        return False

    def pass_time(self, span: timedelta) -> None:
        self._passed += span
