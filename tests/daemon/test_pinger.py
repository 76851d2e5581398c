"""A sign of life while all is well, and only then; what goes wrong with it is told once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from structlog.testing import capture_logs

from syncd.core.freshness import JobHealth
from syncd.daemon.pinger import EVERY, LOOKS_EVERY, Pinger
from syncd.errors import StateBroken

FRESH = JobHealth(account="acme", job="pull")
STALE = JobHealth(account="acme", job="pull", is_fresh=False)


class Waits:
    """A clock that stops the program after so many waits."""

    def __init__(self, times: int) -> None:
        self.spans: list[timedelta] = []
        self._times = times

    def now(self) -> datetime:
        return datetime(2026, 11, 22, tzinfo=UTC)

    def monotonic(self) -> float:
        return 0.0

    def wait(self, span: timedelta) -> bool:
        self.spans.append(span)
        return len(self.spans) > self._times


class Course:
    """How the daemon is, look by look; an error is raised."""

    def __init__(self, *looks: JobHealth | Exception, alive: bool = True) -> None:
        self._looks = list(looks)
        self._alive = alive

    def is_alive(self) -> bool:
        return self._alive

    def jobs(self) -> Sequence[JobHealth]:
        look = self._looks.pop(0) if len(self._looks) > 1 else self._looks[0]
        if isinstance(look, Exception):
            raise look
        return [look]


def pinged(
    course: Course, *, times: int, ping: Callable[[], str] = lambda: ""
) -> tuple[int, list[timedelta]]:
    """How many pings went out, and the waits between."""
    clock, count = Waits(times), []

    def counting() -> str:
        count.append(True)
        return ping()

    Pinger(counting, course, clock=clock).run()
    return len(count), clock.spans


def test_it_pings_once_a_minute_while_all_is_well() -> None:
    """A moment after the start for the first time."""
    assert pinged(Course(FRESH), times=3) == (3, [LOOKS_EVERY, EVERY, EVERY, EVERY])


def test_it_says_nothing_while_a_job_is_not_fresh() -> None:
    """And looks more often until it is; a process that hangs says nothing either."""
    course = Course(STALE, STALE, FRESH)
    assert pinged(course, times=3) == (1, [LOOKS_EVERY, LOOKS_EVERY, LOOKS_EVERY, EVERY])
    assert pinged(Course(FRESH, alive=False), times=3)[0] == 0


def test_a_ping_that_fails_is_told_once_and_not_repeated_before_its_minute() -> None:
    """And when it works again, that is told too."""
    answers = [
        "the answer was 500",
        "there was no answer in time",
        "",
        "the answer was 500",
        "the answer was 500",
    ]
    with capture_logs() as lines:
        count, spans = pinged(Course(FRESH), times=5, ping=lambda: answers.pop(0))
    assert (count, set(spans[1:])) == (5, {EVERY})
    assert [line["event"] for line in lines] == ["ping.failed", "ping.recovered", "ping.failed"]
    assert "ping_url" in lines[0]["remedy"]


def test_whatever_happens_it_goes_on() -> None:
    """A state that cannot be read is no good sign; a fault of ours is logged, and the next minute comes."""
    assert pinged(Course(StateBroken("gone"), FRESH), times=2)[0] == 1

    def broken() -> str:
        raise ZeroDivisionError

    with capture_logs() as lines:
        assert pinged(Course(FRESH), times=2, ping=broken)[0] == 2
    assert [line["event"] for line in lines] == ["ping.broke", "ping.broke"]
