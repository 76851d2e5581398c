"""The running daemon as machines see it who watch: does it live, and does each job do its work?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo

from syncd.core.freshness import GRACE, JobHealth, allowed_age, is_fresh
from syncd.daemon.jobs import WATCHED, paces
from syncd.daemon.runner import Runner
from syncd.daemon.supervisor import Supervisor
from syncd.daemon.trigger import last_due
from syncd.flows.bridge import Trouble
from syncd.ports import Clock


class DaemonVitals:
    """Looks at supervisor and runners. Safe for threads.

    `began`: what was due before it is owed by nobody.
    """

    def __init__(self, supervisor: Supervisor, *, clock: Clock, zone: tzinfo, began: datetime) -> None:
        self._supervisor = supervisor
        self._clock = clock
        self._zone = zone
        self._began = began

    def is_alive(self) -> bool:
        """Whether every part of it beats, whatever the gateways do."""
        return self._supervisor.is_beating

    def jobs(self) -> Sequence[JobHealth]:
        """How each job of each account stands."""
        found: list[JobHealth] = []
        for runner in self._supervisor.runners.values():
            paused = runner.paused()
            found += [self._job(runner, job, is_paused=job in paused) for job in WATCHED]
        return found

    def _job(self, runner: Runner, job: str, *, is_paused: bool) -> JobHealth:
        state, now_s = runner.jobs[job], self._clock.monotonic()
        since_s, running_s = state.succeeded_s, state.running_since
        age = None if since_s is None else timedelta(seconds=now_s - since_s)
        within = self._within(paces(runner.bridge.account)[job])
        gets_on = within is not None and self._supervisor.gets_on(runner.name, job, within=within)
        trouble = self._trouble(runner, job)
        return JobHealth(
            account=runner.name,
            job=job,
            is_paused=is_paused,
            is_fresh=is_fresh(age=age, within=within, gets_on=gets_on),
            age=age,
            last_success=state.last_success,
            within=within,
            trouble=trouble.what if trouble else "",
            remedy=trouble.remedy if trouble else "",
            is_refused=state.refusal is not None,
            running_for=None if running_s is None else timedelta(seconds=now_s - running_s),
        )

    def _within(self, pace: timedelta | str) -> timedelta | None:
        """What the age of the last success may be; with cron, the time since it was last due."""
        if isinstance(pace, timedelta):
            return allowed_age(pace)
        now = self._clock.now()
        due = last_due(pace, self._zone, before=now - GRACE)
        return None if due < self._began else now - due

    def _trouble(self, runner: Runner, job: str) -> Trouble | None:
        """What is in the job's way: of several what needs a person, then the oldest."""
        mine = [
            each.trouble
            for each in runner.troubles.open()
            if (each.trouble.account, each.trouble.job) == (runner.name, job)
        ]
        return min(mine, key=lambda trouble: not (trouble.stops or trouble.needs_person), default=None)
