"""The jobs of an account, and how each stands: when it last worked, and when it may be tried again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from syncd.core.backoff import delay
from syncd.core.model import Direction
from syncd.errors import AccountRefused, ConfigError, RootUnusable, SyncdError

PULL, SEND, TRACK, ADDRESSES = "pull", "send", "track", "addresses"
JOBS = (PULL, SEND, TRACK, ADDRESSES)
FIRST_GAP = timedelta(seconds=5)
MOST_GAP = timedelta(minutes=5)
MOST_GAP_REFUSED = timedelta(minutes=15)
MOST_GAP_ROOT = timedelta(seconds=30)
"""Looking at our own disk costs nobody anything, and what is mounted again shall go on soon."""


def direction_of(job: str) -> Direction | None:
    """Which messages a job moves; None: none."""
    if job == ADDRESSES:
        return None
    return Direction.INBOUND if job == PULL else Direction.OUTBOUND


@dataclass(frozen=True, slots=True)
class Refusal:
    """The account was refused, with the password of that stamp."""

    stamp: object


@dataclass(slots=True)
class JobState:
    """How one job stands."""

    last_success: datetime | None = None
    last_attempt: datetime | None = None
    running_since: float | None = None
    """Monotonic seconds, while it runs."""
    failures: int = 0
    not_before: datetime | None = None
    refusal: Refusal | None = None

    def begin(self, *, now: datetime, now_s: float) -> None:
        """A run begins."""
        self.last_attempt = now
        self.running_since = now_s

    def succeed(self, *, now: datetime) -> None:
        """The job has done its work."""
        self.last_success = now
        self.failures = 0
        self.forgive()

    def fail(self, error: SyncdError, *, now: datetime, stamp: object, dice: Callable[[], float]) -> None:
        """It has not: it backs off. `stamp` is that of the password before the try."""
        self.failures += 1
        is_refused = isinstance(error, (AccountRefused, ConfigError))
        self.refusal = Refusal(stamp) if is_refused else None
        gap = delay(self.failures, first=FIRST_GAP, most=_most_gap(error), dice=dice)
        self.not_before = now + gap

    def forgive(self) -> None:
        """Back off no more."""
        self.not_before = None
        self.refusal = None

    def backs_off(self, now: datetime) -> bool:
        """Whether it is too soon to try again."""
        return self.not_before is not None and now < self.not_before


def _most_gap(error: SyncdError) -> timedelta:
    if isinstance(error, (AccountRefused, ConfigError)):
        return MOST_GAP_REFUSED
    return MOST_GAP_ROOT if isinstance(error, RootUnusable) else MOST_GAP
