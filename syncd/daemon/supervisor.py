"""Runs the jobs of all accounts on time, notices what hangs, and comes to an orderly end.

APScheduler does the waiting; the supervisor's own thread wakes now and then to see whether the clock was
set, whether each part still beats, and whether it is time to stop. systemd is told that we live only while
every part does.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler

from syncd.core.account import Account
from syncd.daemon.runner import ADDRESSES, JOBS, PULL, SEND, TRACK, Runner
from syncd.daemon.sdnotify import ServiceManager
from syncd.daemon.trigger import trigger_for
from syncd.errors import StateError
from syncd.ports import Clock
from syncd.ports.folders import Watcher

log = structlog.get_logger(__name__)

TICK = timedelta(seconds=1)
ORDERLY = timedelta(seconds=10)
HANGS_AFTER = timedelta(minutes=10)
"""A job that runs for so long without anything being committed hangs: each request ends long before."""
OVERDUE = timedelta(minutes=5)
CLOCK_STEP = timedelta(seconds=5)
ADDRESSES_EVERY = timedelta(hours=1)
LEAST_BETWEEN_SCANS = timedelta(milliseconds=100)


@dataclass(slots=True)
class Beat:
    """Whether a job that runs gets on: the changes last seen, and when they changed."""

    changes: int = -1
    at_s: float = 0.0


@dataclass(slots=True, kw_only=True)
class Supervisor:
    """Owns the scheduler. `run` blocks until `stop` is set; `is_fatal` tells why it ended, if it had to."""

    runners: Mapping[str, Runner]
    watchers: Mapping[str, Watcher]
    clock: Clock
    zone: tzinfo
    dice: Callable[[], float]
    manager: ServiceManager
    stop: threading.Event
    feeds_watchdog: bool = False
    hangs_after: timedelta = HANGS_AFTER
    fatal: StateError | None = None
    _rung: set[str] = field(default_factory=set)
    _beats: dict[tuple[str, str], Beat] = field(default_factory=dict)
    _scheduler: BackgroundScheduler = field(init=False)
    _drift_s: float = 0.0
    _told: str = ""

    def __post_init__(self) -> None:
        """A pool that is never short: each job has a thread of its own."""
        size = max(4, len(JOBS) * len(self.runners))
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(size)},
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        self._drift_s = self._drift()

    # The run ------------------------------------------------------------------------------------

    def run(self) -> None:
        """Start everything, then keep watch until told to stop, then end in order."""
        for runner in self.runners.values():
            self._add_jobs(runner)
        for watcher in self.watchers.values():
            watcher.start()
        self._scheduler.start()
        self.manager.ready(self._summary())
        log.info("daemon.started", accounts=sorted(self.runners))
        while not self.stop.wait(TICK.total_seconds()):
            self._tick()
        self._end()

    def _add_jobs(self, runner: Runner) -> None:
        account = runner.bridge.account
        paces = _paces(account)
        for job in JOBS:
            trigger = trigger_for(paces[job], zone=self.zone, dice=self.dice)
            first = trigger.get_next_fire_time(None, datetime.now(UTC))
            self._scheduler.add_job(
                self._run_job, trigger, args=(runner, job), id=_id(runner, job), next_run_time=first
            )

    def _run_job(self, runner: Runner, job: str) -> None:
        """One turn of a job on a pool thread. Nothing escapes: APScheduler would swallow it."""
        if self.stop.is_set() or not runner.may_run(job):
            return
        try:
            if job == SEND:
                self._rung.discard(runner.name)
                self.watchers[runner.name].refresh()
            runner.run(job)
            self._go_on(runner, job)
        except StateError as error:
            self._fail(error)
        except Exception:
            log.exception("daemon.job_broke", account=runner.name, job=job)

    def _go_on(self, runner: Runner, job: str) -> None:
        """When the job is wanted again before its pace: it was asked for meanwhile, or a file settles."""
        if runner.jobs[job].asked_again:
            self._soon(runner, job, LEAST_BETWEEN_SCANS)
        elif job == SEND:
            left = runner.settle_left()
            if runner.has_more:
                self._soon(runner, job, timedelta())
            elif left is not None:
                self._soon(runner, job, left)

    def _fail(self, error: StateError) -> None:
        log.error("daemon.state_broken", what=error.what, remedy=error.remedy)
        self.fatal = error
        self.stop.set()

    # Being asked --------------------------------------------------------------------------------

    def poke(self, account: str, job: str) -> None:
        """Run a job as soon as it can: at once, or after the run that is under way."""
        runner = self.runners[account]
        state = runner.jobs[job]
        if state.running_since is None:
            self._soon(runner, job, timedelta())
        else:
            state.asked_again = True

    def ring(self, account: str) -> None:
        """The watcher's bell: something may have changed in an outbox."""
        if account in self._rung:
            return
        self._rung.add(account)
        self.poke(account, SEND)

    def _soon(self, runner: Runner, job: str, span: timedelta) -> None:
        at = datetime.now(UTC) + span
        try:
            current = self._scheduler.get_job(_id(runner, job))
            if current is not None and current.next_run_time and current.next_run_time > at:
                self._scheduler.modify_job(_id(runner, job), next_run_time=at)
        except JobLookupError:
            return  # the scheduler is being shut down

    def next_run(self, account: str, job: str) -> datetime | None:
        """When a job runs next, as far as the scheduler knows."""
        found = self._scheduler.get_job(f"{account}.{job}")
        return found.next_run_time if found else None

    # Keeping watch ------------------------------------------------------------------------------

    def _tick(self) -> None:
        self._mind_the_clock()
        if self.is_alive():
            self.manager.alive()
        summary = self._summary()
        if summary != self._told:
            self._told = summary
            self.manager.status(summary)

    def _drift(self) -> float:
        return self.clock.now().timestamp() - self.clock.monotonic()

    def _mind_the_clock(self) -> None:
        """A clock that was set, or a machine that slept: every time that was planned is asked for anew."""
        drift_s = self._drift()
        if abs(drift_s - self._drift_s) < CLOCK_STEP.total_seconds():
            return
        log.warning("clock.stepped", seconds=round(drift_s - self._drift_s))
        self._drift_s = drift_s
        for runner in self.runners.values():
            for job in JOBS:
                runner.forgive(job)
                self._plan_anew(runner, job)

    def _plan_anew(self, runner: Runner, job: str) -> None:
        found = self._scheduler.get_job(_id(runner, job))
        if found is not None:
            at = found.trigger.get_next_fire_time(None, datetime.now(UTC))
            self._scheduler.modify_job(found.id, next_run_time=at)

    def is_alive(self) -> bool:
        """Whether every part still beats: the scheduler runs its jobs on time, and each that runs gets on."""
        if not self._scheduler.running:
            return False
        return not any(
            self._hangs(runner, job) or self._is_overdue(runner, job)
            for runner in self.runners.values()
            for job in JOBS
        )

    def _hangs(self, runner: Runner, job: str) -> bool:
        state, now_s = runner.jobs[job], self.clock.monotonic()
        beat = self._beats.setdefault((runner.name, job), Beat())
        if state.running_since is None or beat.changes != runner.hub.changes:
            beat.changes, beat.at_s = runner.hub.changes, now_s
        since_s = max(beat.at_s, state.running_since or now_s)
        hangs = state.running_since is not None and now_s - since_s > self.hangs_after.total_seconds()
        if hangs:
            log.error("job.hangs", account=runner.name, job=job, seconds=round(now_s - since_s))
        return hangs

    def _is_overdue(self, runner: Runner, job: str) -> bool:
        planned = self.next_run(runner.name, job)
        idle = runner.jobs[job].running_since is None
        return idle and planned is not None and planned < datetime.now(UTC) - OVERDUE

    def _summary(self) -> str:
        troubles = [each for runner in self.runners.values() for each in runner.troubles.open()]
        mine = {(each.trouble.account, each.trouble.what) for each in troubles}
        accounts = f"{len(self.runners)} account{'s' if len(self.runners) != 1 else ''}"
        return f"{accounts}, {len(mine)} in trouble" if mine else f"{accounts}, all is well"

    # The end ------------------------------------------------------------------------------------

    @property
    def is_quiet(self) -> bool:
        """Whether no job is running."""
        return all(
            state.running_since is None for runner in self.runners.values() for state in runner.jobs.values()
        )

    def _end(self) -> None:
        """Let the steps in hand finish, ten seconds at most; what is cut off is as safe as in a crash."""
        self.manager.stopping("finishing the steps in hand")
        self._scheduler.pause()
        for watcher in self.watchers.values():
            watcher.stop()
        self._scheduler.remove_all_jobs()
        deadline = self.clock.monotonic() + ORDERLY.total_seconds()
        waiting = threading.Event()
        while not self.is_quiet and self.clock.monotonic() < deadline:
            waiting.wait(0.05)
        self._scheduler.shutdown(wait=False)
        log.info("daemon.stopped", in_order=self.is_quiet)


def _paces(account: Account) -> dict[str, timedelta | str]:
    return {
        PULL: account.pull_every,
        SEND: account.scan_every,
        TRACK: account.track_every,
        ADDRESSES: ADDRESSES_EVERY,
    }


def _id(runner: Runner, job: str) -> str:
    return f"{runner.name}.{job}"
