"""Whether a job still does its work: it has succeeded not too long ago, for its pace.

A daemon whose process lives may be dead all the same. Fresh is a job whose last success is younger than
three times its pace and some grace, or, where it runs at set times, not older than the last of them. One
that takes long and gets on is fresh too. Only time that passed counts, not what a clock was set to.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

RUNS = 3
GRACE = timedelta(seconds=90)
"""Besides, so that a gateway that is away for a moment wakes nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobHealth:
    """How a job stands for those who watch; of a paused one nothing is expected."""

    account: str
    job: str
    is_paused: bool = False
    is_fresh: bool = True
    age: timedelta | None = None
    """Since the last success; None: there was none since the start."""
    last_success: datetime | None = None
    within: timedelta | None = None
    """What the age may be; None: nothing was due yet."""
    trouble: str = ""
    remedy: str = ""
    is_refused: bool = False
    """The gateway refuses the account's log-in."""
    running_for: timedelta | None = None

    @property
    def is_ready(self) -> bool:
        """Whether nobody has to look at it."""
        return self.is_paused or self.is_fresh


def allowed_age(pace: timedelta) -> timedelta:
    """How old the last success of a job may be that runs at this pace."""
    return RUNS * pace + GRACE


def is_fresh(*, age: timedelta | None, within: timedelta | None, gets_on: bool) -> bool:
    """Whether a job is fresh; `within` None: nothing was due yet."""
    if gets_on or within is None:
        return True
    return age is not None and age <= within


def are_ready(jobs: Iterable[JobHealth]) -> bool:
    """Whether all that is not paused is fresh."""
    return all(job.is_ready for job in jobs)
