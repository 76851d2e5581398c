"""What is done once a day, beside the jobs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from syncd.daemon.daily import EVERY, FIRST_AFTER, Daily
from syncd.errors import CannotAct, FolderError, SyncdError


class DaysOff:
    """A clock that notes how long it was waited for, and stops the program after so many waits."""

    def __init__(self, days: int) -> None:
        self.waits: list[timedelta] = []
        self._days = days

    def now(self) -> datetime:
        return datetime(2026, 11, 22, tzinfo=UTC)

    def monotonic(self) -> float:
        return 0.0

    def wait(self, span: timedelta) -> bool:
        self.waits.append(span)
        return len(self.waits) > self._days


@pytest.mark.parametrize("error", [None, FolderError("no root"), CannotAct("ending"), ValueError("a fault")])
def test_it_is_done_some_time_after_the_start_and_then_every_day(error: Exception | None) -> None:
    """Whatever comes of it."""
    clock, done = DaysOff(3), []

    def work() -> None:
        done.append(True)
        if error is not None:
            raise error

    Daily(work, clock=clock).run()
    assert len(done) == 3
    assert clock.waits == [FIRST_AFTER, EVERY, EVERY, EVERY]
    assert error is None or isinstance(error, (SyncdError, ValueError))
