"""Whether the jobs still beat: none hangs, and none was forgotten."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog

from syncd.daemon.jobs import JOBS, direction_of
from syncd.daemon.runner import Runner
from syncd.ports import Clock

HANGS_AFTER = timedelta(minutes=10)
"""A job that runs for so long without anything being committed hangs: each request ends long before."""
OVERDUE = timedelta(minutes=5)

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Beat:
    """The changes last seen of a job that runs, when that was, and whether it was told that it hangs."""

    changes: int = 0
    at_s: float = 0.0
    is_told: bool = False


class Pulse:
    """Looks at the jobs of all accounts; for one thread, but for `gets_on`."""

    def __init__(self, runners: Iterable[Runner], *, clock: Clock, hangs_after: timedelta) -> None:
        self._runners = tuple(runners)
        self._clock = clock
        self._hangs_after = hangs_after
        self._beats = {(runner.name, job): _Beat() for runner in self._runners for job in JOBS}

    def hangs(self) -> bool:
        """Whether any job hangs; each is told once, when it begins to."""
        hanging = [job for runner in self._runners for job in JOBS if self._hangs(runner, job)]
        return bool(hanging)

    def _hangs(self, runner: Runner, job: str) -> bool:
        beat, since = self._beats[runner.name, job], runner.jobs[job].running_since
        if since is None:
            beat.is_told = False
            return False
        direction, now_s = direction_of(job), self._clock.monotonic()
        changes = runner.hub.changes(direction) if direction else 0
        if changes != beat.changes:
            beat.changes, beat.at_s = changes, now_s
        quiet_s = now_s - max(beat.at_s, since)
        if quiet_s <= self._hangs_after.total_seconds():
            beat.is_told = False
            return False
        if not beat.is_told:
            log.error("job.hangs", account=runner.name, job=job, seconds=round(quiet_s))
            beat.is_told = True
        return True

    def gets_on(self, runner: Runner, job: str, *, within: timedelta) -> bool:
        """Whether a run that takes long is to be trusted still. For any thread.

        It does not hang, and the run before it went well, or it has changed something lately.
        """
        beat, since = self._beats[runner.name, job], runner.jobs[job].running_since
        if since is None or beat.is_told:
            return False
        changed = beat.at_s >= since and self._clock.monotonic() - beat.at_s <= within.total_seconds()
        return changed or not runner.jobs[job].failures

    def is_overdue(self, planned: datetime | None, *, is_under_way: bool) -> bool:
        """Whether a job should have run long ago, or was forgotten altogether."""
        if is_under_way:
            return False
        return planned is None or planned < datetime.now(UTC) - OVERDUE
