"""The jobs of an account, and how each stands: when it last worked, and when it may be tried again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from syncd.core.account import Account
from syncd.core.backoff import delay
from syncd.core.model import Direction
from syncd.errors import AccountRefused, ConfigError, RootUnusable, SyncdError

PULL, SEND, TRACK, ADDRESSES = "pull", "send", "track", "addresses"
JOBS = (PULL, SEND, TRACK, ADDRESSES)
WATCHED = (PULL, SEND, TRACK)
"""Those that a person knows of."""
ADDRESSES_EVERY = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gaps:
    """How long a job backs off: first, and at most, doubling in between."""

    first: timedelta = timedelta(seconds=5)
    most: timedelta = timedelta(minutes=5)
    most_refused: timedelta = timedelta(minutes=15)
    """The account is refused: asking again might lock it."""
    most_root: timedelta = timedelta(seconds=30)
    """Looking at our own disk costs nobody anything, and what is mounted again shall go on soon."""

    def after(self, failures: int, error: SyncdError, *, dice: Callable[[], float]) -> timedelta:
        """The gap after so many failures in a row."""
        return delay(failures, first=self.first, most=self._most(error), dice=dice)

    def _most(self, error: SyncdError) -> timedelta:
        if _is_refusal(error):
            return self.most_refused
        return self.most_root if isinstance(error, RootUnusable) else self.most


def paces(account: Account) -> dict[str, timedelta | str]:
    """How often each job runs: a span, or a cron expression."""
    return {
        PULL: account.pull_every,
        SEND: account.scan_every,
        TRACK: account.track_every,
        ADDRESSES: ADDRESSES_EVERY,
    }


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
    succeeded_s: float | None = None
    """The same in monotonic seconds."""
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

    def succeed(self, *, now: datetime, now_s: float) -> None:
        """The job has done its work."""
        self.last_success = now
        self.succeeded_s = now_s
        self.end()

    def end(self) -> None:
        """The run came to its end, whether or not it could do its work."""
        self.failures = 0
        self.forgive()

    def fail(self, error: SyncdError, *, until: datetime, stamp: object) -> None:
        """It has not, and backs off until then. `stamp` is that of the password before the try."""
        self.refusal = Refusal(stamp) if _is_refusal(error) else None
        self.not_before = until

    def forgive(self) -> None:
        """Back off no more."""
        self.not_before = None
        self.refusal = None

    def backs_off(self, now: datetime) -> bool:
        """Whether it is too soon to try again."""
        return self.not_before is not None and now < self.not_before


def _is_refusal(error: SyncdError) -> bool:
    return isinstance(error, (AccountRefused, ConfigError))
