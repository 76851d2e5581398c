"""Runs the jobs of all accounts on time, and comes to an orderly end.

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

from syncd.daemon.jobs import JOBS, SEND, paces
from syncd.daemon.pulse import HANGS_AFTER, Pulse
from syncd.daemon.runner import Runner
from syncd.daemon.sdnotify import ServiceManager
from syncd.daemon.teller import TO_DIE, Teller
from syncd.daemon.trigger import trigger_for
from syncd.daemon.turn import Turn
from syncd.errors import StateError
from syncd.ports import Clock
from syncd.ports.folders import Watcher

log = structlog.get_logger(__name__)

TICK = timedelta(seconds=5)
"""So soon a set clock or a new password is noticed; each look costs, all day long."""
FEEDS = 4
"""So often within the watchdog's span: one look may be missed."""
A_MOMENT = timedelta(seconds=20)
"""So long ago the last look at all parts may be, for those who ask whether we live."""
ORDERLY = timedelta(seconds=9)
"""For the steps in hand; what comes after fits into the tenth second."""
CLOCK_STEP = timedelta(seconds=5)
LEAST_BETWEEN, MOST_BETWEEN = timedelta(milliseconds=20), timedelta(milliseconds=100)
"""From one run of a job to the next, as long as it took: so much have the others that wait for the lock."""
SIDE_BY_SIDE = 3
"""Firings of a job that APScheduler lets overlap; all but one find its turn taken, and end at once."""


@dataclass(slots=True, kw_only=True)
class Supervisor:
    """Owns the scheduler. `run` blocks until `stop` is set; `fatal` tells why it ended, if it had to.

    `watchdog`: systemd ends us when it has not heard of us for so long; None: it does not ask.
    """

    runners: Mapping[str, Runner]
    watchers: Mapping[str, Watcher]
    clock: Clock
    zone: tzinfo
    dice: Callable[[], float]
    manager: ServiceManager
    stop: threading.Event
    teller: Teller | None = None
    watchdog: timedelta | None = None
    hangs_after: timedelta = HANGS_AFTER
    fatal: Exception | None = None
    _turns: dict[str, Turn] = field(init=False)
    _pulse: Pulse = field(init=False)
    _scheduler: BackgroundScheduler = field(init=False)
    _drift_s: float = 0.0
    _fed_at_s: float | None = None
    _beat_at_s: float | None = None
    """When every part was last seen to beat."""
    _told: str = ""

    def __post_init__(self) -> None:
        """A pool that is never short: each job has a thread of its own, and one more for a firing in vain."""
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor((len(JOBS) + 1) * max(1, len(self.runners)))},
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": SIDE_BY_SIDE},
        )
        self._turns = {_id(runner, job): Turn() for runner in self.runners.values() for job in JOBS}
        self._pulse = Pulse(self.runners.values(), clock=self.clock, hangs_after=self.hangs_after)
        self._drift_s = self._drift()

    # The run ------------------------------------------------------------------------------------

    def run(self) -> None:
        """Start everything, then keep watch until told to stop, then end in order."""
        try:
            self._start()
            while not self.stop.wait(self._tick_s):
                self._tick()
        except Exception as error:
            log.exception("daemon.broke")
            self.fatal = error
        finally:
            self.stop.set()
            self._end()

    def _start(self) -> None:
        for runner in self.runners.values():
            self._add_jobs(runner)
        for watcher in self.watchers.values():
            watcher.start()
        self._scheduler.start()
        if self.teller:
            self.teller.start(fail=self.fail)
        self._told = self._summary()
        self.manager.ready(self._told)
        log.info("daemon.started", accounts=sorted(self.runners))

    def _add_jobs(self, runner: Runner) -> None:
        own = paces(runner.bridge.account)
        for job in JOBS:
            trigger = trigger_for(own[job], zone=self.zone, dice=self.dice)
            first = trigger.get_next_fire_time(None, datetime.now(UTC))
            self._scheduler.add_job(
                self._run_job, trigger, args=(runner, job), id=_id(runner, job), next_run_time=first
            )

    def _run_job(self, runner: Runner, job: str) -> None:
        """One turn of a job on a pool thread. Nothing escapes: APScheduler would swallow it."""
        turn = self._turns[_id(runner, job)]
        if self.stop.is_set() or not turn.begin():
            return
        wanted_in: timedelta | None = None
        began_s = self.clock.monotonic()
        try:
            if runner.may_run(job):
                turn.listen()
                self._perform(runner, job)
                wanted_in = self._wanted_in(runner, job)
        except StateError as error:
            self.fail(error)
        except Exception:
            log.exception("daemon.job_broke", account=runner.name, job=job)
        finally:
            is_asked_again = turn.end()
        took = timedelta(seconds=self.clock.monotonic() - began_s)
        wanted_in = timedelta() if is_asked_again else wanted_in
        self._plan_next(runner, job, wanted_in, least=min(max(took, LEAST_BETWEEN), MOST_BETWEEN))

    def _perform(self, runner: Runner, job: str) -> None:
        if job == SEND:
            self.watchers[runner.name].refresh()
        runner.run(job)

    def _wanted_in(self, runner: Runner, job: str) -> timedelta | None:
        """When the job is wanted again before its pace: more could go, or a file settles."""
        if job != SEND or runner.jobs[job].not_before is not None:
            return None
        return timedelta() if runner.has_more else runner.settle_left()

    def _plan_next(self, runner: Runner, job: str, wanted_in: timedelta | None, *, least: timedelta) -> None:
        """After the turn was given back: a firing before would find it taken."""
        not_before = runner.jobs[job].not_before
        if not_before is not None and not_before > self.clock.now():
            self._plan(runner, job, not_before - self.clock.now(), later_too=True)
        elif wanted_in is not None:
            self._plan(runner, job, max(wanted_in, least))

    def fail(self, error: StateError) -> None:
        """The state cannot be used any more: end."""
        log.error("daemon.state_broken", what=error.what, remedy=error.remedy)
        self.fatal = error
        self.stop.set()

    # Being asked --------------------------------------------------------------------------------

    def poke(self, account: str, job: str) -> None:
        """Run a job as soon as it can: at once, even when it backs off, or after the run under way."""
        runner = self.runners[account]
        runner.forgive(job)
        if self._turns[_id(runner, job)].ask():
            self._plan(runner, job, timedelta())

    def ring(self, account: str) -> None:
        """The watcher's bell: something may have changed in an outbox."""
        runner = self.runners[account]
        runner.bell.set()
        if self._turns[_id(runner, SEND)].ring() and runner.jobs[SEND].not_before is None:
            self._plan(runner, SEND, timedelta())

    def _plan(self, runner: Runner, job: str, span: timedelta, *, later_too: bool = False) -> None:
        """Let the job run after this span, unless it runs earlier anyway (`later_too`: not even then)."""
        at = datetime.now(UTC) + span
        try:
            current = self._scheduler.get_job(_id(runner, job))
            if current is not None and (later_too or current.next_run_time > at):
                self._scheduler.modify_job(_id(runner, job), next_run_time=at)
        except JobLookupError:
            return  # everything is being shut down

    def next_run(self, account: str, job: str) -> datetime | None:
        """When a job runs next, as far as the scheduler knows."""
        found = self._scheduler.get_job(f"{account}.{job}")
        return found.next_run_time if found else None

    # Keeping watch ------------------------------------------------------------------------------

    @property
    def _tick_s(self) -> float:
        """Until the next look: never so long that the watchdog starves."""
        tick = TICK if self.watchdog is None else min(TICK, self.watchdog / FEEDS)
        return tick.total_seconds()

    def _tick(self) -> None:
        self._mind_the_clock()
        self._mind_the_secrets()
        self._feed_watchdog()
        summary = self._summary()
        if summary != self._told:
            self._told = summary
            self.manager.status(summary)

    def _drift(self) -> float:
        return self.clock.now().timestamp() - self.clock.monotonic()

    def _mind_the_clock(self) -> None:
        """A clock that was set, or a machine that slept: every time that was planned is asked for anew."""
        before_s, self._drift_s = self._drift_s, self._drift()
        step_s = self._drift_s - before_s
        if abs(step_s) < CLOCK_STEP.total_seconds():
            return
        log.warning("clock.stepped", seconds=round(step_s))
        for runner in self.runners.values():
            for job in JOBS:
                runner.forgive(job)
                self._plan_anew(runner, job)
        self._scheduler.wakeup()  # it sleeps by the clock that does not step

    def _plan_anew(self, runner: Runner, job: str) -> None:
        """As at the start; what came due meanwhile is due still."""
        found = self._scheduler.get_job(_id(runner, job))
        now = datetime.now(UTC)
        if found is None or found.next_run_time <= now:
            return
        self._scheduler.modify_job(found.id, next_run_time=found.trigger.get_next_fire_time(None, now))

    def _mind_the_secrets(self) -> None:
        """A password that was written anew is tried at once."""
        for runner in self.runners.values():
            if not runner.has_new_secret:
                continue
            log.info("account.secret_changed", account=runner.name)
            for job in JOBS:
                self.poke(runner.name, job)

    def _feed_watchdog(self) -> None:
        if not self.is_alive():
            return
        self._beat_at_s = now_s = self.clock.monotonic()
        if self.watchdog is None:
            return
        if self._fed_at_s is None or now_s - self._fed_at_s >= (self.watchdog / FEEDS).total_seconds():
            self._fed_at_s = now_s
            self.manager.alive()

    @property
    def is_beating(self) -> bool:
        """Whether every part was seen to beat a moment ago. For any thread."""
        at_s = self._beat_at_s
        return at_s is not None and self.clock.monotonic() - at_s <= A_MOMENT.total_seconds()

    def gets_on(self, account: str, job: str, *, within: timedelta) -> bool:
        """Whether a run of the job that takes long is to be trusted still. For any thread."""
        return self._pulse.gets_on(self.runners[account], job, within=within)

    def is_alive(self) -> bool:
        """Whether every part still beats: the scheduler runs its jobs on time, and each that runs gets on."""
        if self._pulse.hangs():
            return False
        planned = {job.id: job.next_run_time for job in self._scheduler.get_jobs()}
        return not any(
            self._pulse.is_overdue(planned.get(name), is_under_way=turn.is_under_way)
            for name, turn in self._turns.items()
        )

    def _summary(self) -> str:
        troubles = [each.trouble for runner in self.runners.values() for each in runner.troubles.open()]
        count, unwell = len(self.runners), len({trouble.account for trouble in troubles})
        accounts = f"{count} account{'s' if count != 1 else ''}"
        return f"{accounts}, {unwell} in trouble" if unwell else f"{accounts}, all is well"

    # The end ------------------------------------------------------------------------------------

    @property
    def is_quiet(self) -> bool:
        """Whether no job is under way, nor a hook, nor what a person asked for."""
        turns = any(turn.is_under_way for turn in self._turns.values())
        hooks = self.teller is not None and self.teller.is_busy
        return not (turns or hooks) and not any(runner.is_busy for runner in self.runners.values())

    def _end(self) -> None:
        """Let the steps in hand finish, nine seconds at most; what is cut off is as safe as in a crash."""
        self.manager.stopping("finishing the steps in hand")
        if self._scheduler.running:
            self._scheduler.pause()
        for watcher in self.watchers.values():
            watcher.stop()
        if self.teller:
            self.teller.end()
        deadline = self.clock.monotonic() + ORDERLY.total_seconds()
        waiting = threading.Event()
        while not self.is_quiet and self.clock.monotonic() < deadline:
            waiting.wait(0.05)
            if self.teller and self.clock.monotonic() > deadline - TO_DIE.total_seconds():
                self.teller.cut()
        if self._scheduler.running:
            self._scheduler.remove_all_jobs()
            self._scheduler.shutdown(wait=False)
        log.info("daemon.stopped", in_order=self.is_quiet)


def _id(runner: Runner, job: str) -> str:
    return f"{runner.name}.{job}"
