"""`syncd run`: the daemon, and the door that it opens on its control socket."""

from __future__ import annotations

import os
import random
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from syncd import __version__
from syncd.control.server import ControlServer, socket_path
from syncd.core.account import Account
from syncd.core.model import MessageId
from syncd.daemon.hub import Hub
from syncd.daemon.runner import PAUSED, PULL, SEND, TRACK, Runner
from syncd.daemon.sdnotify import service_manager, watchdog_within
from syncd.daemon.supervisor import Supervisor
from syncd.daemon.troubles import Troubles
from syncd.errors import ConfigError, UsageError
from syncd.flows.placing import settle
from syncd.folders.watcher import Watcher
from syncd.operations import actions
from syncd.operations.questions import Row, Whole, find_messages, list_messages, row, show_message
from syncd.operations.reports import Left, OnceReport
from syncd.operations.status import AccountStatus, JobStatus, Status, TroubleStatus, account_status
from syncd.ports import Search
from syncd.wiring.acting import desk
from syncd.wiring.doors import Doors, open_doors
from syncd.wiring.once import report

if TYPE_CHECKING:
    from syncd.config import Settings

log = structlog.get_logger(__name__)

WATCHED = (PULL, SEND, TRACK)
PAUSABLE = (PULL, SEND)
FATAL = 1
CHECK_FAILED = 2


class Daemon:
    """Everything of one run: doors, runners, supervisor; and what a reload came to."""

    def __init__(self, settings: Settings, doors: Doors, stop: threading.Event, stack: ExitStack) -> None:
        self.settings = settings
        self.doors = doors
        self.stop = stop
        self.reloads = False
        self.reload_error = ""
        self.began = doors.clock.now()
        troubles = Troubles(doors.clock)
        self.runners = {a.name: self._runner(a, troubles, stack) for a in settings.accounts}
        manager = service_manager(os.environ)
        watchers = {name: self._watcher(runner) for name, runner in self.runners.items()}
        self.supervisor = Supervisor(
            runners=self.runners,
            watchers=watchers,
            clock=doors.clock,
            zone=settings.timezone,
            dice=random.random,
            manager=manager,
            stop=stop,
            feeds_watchdog=watchdog_within(os.environ) is not None,
        )

    def _runner(self, account: Account, troubles: Troubles, stack: ExitStack) -> Runner:
        hub = Hub()
        gateway = stack.enter_context(self.doors.gateway(account))
        credentials = self.settings.credentials[account.name]
        return Runner(
            bridge=self.doors.bridge(account, gateway, hub),
            hub=hub,
            troubles=troubles,
            on_root=lambda: self.doors.know_root(account),
            dice=random.random,
            secret_stamp=lambda: _stamp(credentials.password_file),
        )

    def _watcher(self, runner: Runner) -> Watcher:
        tree = runner.bridge.tree
        return Watcher(tree, ring=lambda: self.supervisor.ring(runner.name))  # type: ignore[arg-type]

    def reload(self, check: Callable[[], object]) -> str:
        """Check the configuration whole; start anew with it, or change nothing. Raises: ConfigError."""
        try:
            check()
        except ConfigError as error:
            self.reload_error = error.what
            log.error("daemon.not_reloaded", problems=[p.key for p in error.problems], why=error.what)
            raise
        self.reloads = True
        self.supervisor.manager.reloading()
        self.stop.set()
        return "the configuration is sound; starting anew with it"


def _stamp(path: Path | None) -> object:
    """Changes when the password file is written; None: there is none, or it cannot be seen."""
    if path is None:
        return None
    try:
        status = path.stat()
    except OSError:
        return None
    return (status.st_mtime_ns, status.st_ino, status.st_size)


class DaemonDoor:
    """The door of a running daemon: answers from the state it holds, acts through its runners."""

    def __init__(self, daemon: Daemon, check: Callable[[], object]) -> None:
        self._daemon = daemon
        self._check = check
        self._roots = daemon.settings.roots
        self._records = daemon.doors.store.records

    def status(self, accounts: Sequence[str]) -> Status:
        """How these accounts are."""
        daemon = self._daemon
        return Status(
            version=__version__,
            pid=os.getpid(),
            since=daemon.began,
            reload_error=daemon.reload_error,
            accounts=tuple(self._account(daemon.runners[name]) for name in self._known(accounts)),
        )

    def _known(self, accounts: Sequence[str]) -> tuple[str, ...]:
        unknown = sorted(set(accounts) - set(self._daemon.runners))
        if unknown:
            raise UsageError(
                f"the daemon has no account {', '.join(unknown)}",
                "If the configuration is newer than the daemon: syncd reload",
            )
        return tuple(accounts)

    def _account(self, runner: Runner) -> AccountStatus:
        root = runner.bridge.account.root
        return account_status(
            runner.bridge.account,
            self._records,
            self._roots,
            watching=str(self._daemon.supervisor.watchers[runner.name].mode),
            jobs=[self._job(runner, job) for job in WATCHED],
            not_taken=[
                Left(path=root / n.place, reason=n.reason, needs_person=n.needs_person, since=n.since)
                for n in runner.not_taken
            ],
            troubles=[
                TroubleStatus(
                    job=each.trouble.job,
                    what=each.trouble.what,
                    remedy=each.trouble.remedy,
                    since=each.since,
                    needs_person=each.trouble.needs_person,
                )
                for each in runner.troubles.open()
                if each.trouble.account == runner.name
            ],
        )

    def _job(self, runner: Runner, job: str) -> JobStatus:
        state, clock = runner.jobs[job], self._daemon.doors.clock
        running = state.running_since
        since = None if running is None else clock.now() - timedelta(seconds=clock.monotonic() - running)
        return JobStatus(
            name=job,
            last_success=state.last_success,
            last_attempt=state.last_attempt,
            running_since=since,
            next=self._daemon.supervisor.next_run(runner.name, job),
            is_paused=job in runner.paused(),
        )

    def list_messages(self, wanted: Search) -> tuple[Row, ...]:
        """Messages that fit, newest first."""
        return list_messages(self._records, wanted, self._roots)

    def find_messages(self, text: str, *, account: str | None, limit: int) -> tuple[Row, ...]:
        """Messages of an id or a file name, newest first."""
        return find_messages(self._records, text, self._roots, account=account, limit=limit)

    def show_message(self, text: str, *, account: str | None) -> Whole:
        """One message with its history."""
        return show_message(self._records, text, self._roots, account=account)

    def once(self, accounts: Sequence[str], *, only: str | None, wait: timedelta | None) -> OnceReport:
        """One pass now, of these accounts side by side."""
        runners = [self._daemon.runners[name] for name in self._known(accounts)]
        jobs = (only,) if only else WATCHED
        with ThreadPoolExecutor(len(runners)) as pool:
            results = pool.map(lambda runner: runner.once(jobs, patience=wait or timedelta()), runners)
            return OnceReport(
                dry_run=False, accounts=tuple(report(result, self._daemon.settings) for result in results)
            )

    def resolve(self, message_id: str, verdict: str, *, by: str) -> Row:
        """Decide on a held message."""
        held = actions.held_message(self._records, MessageId(message_id), verdict)
        runner = self._daemon.runners[held.account]
        with runner.alone():
            held = actions.held_message(self._records, held.id, verdict)
            runner.bridge.tree.check()
            after = actions.resolve(desk(runner.bridge), held, verdict, by=by)
            settle(runner.bridge, [after])
        self._daemon.supervisor.poke(runner.name, SEND)
        return row(self._records.get(after.id) or after, self._roots)

    def pause(self, accounts: Sequence[str], *, job: str | None, by: str) -> Status:
        """Stop pull, send or both, until resumed."""
        for name in self._known(accounts):
            runner = self._daemon.runners[name]
            self._set_paused(runner, runner.paused() | set(_pausable(job)))
            log.warning("account.paused", account=name, jobs=sorted(runner.paused()), by=by)
        return self.status(accounts)

    def resume(self, accounts: Sequence[str], *, job: str | None, by: str) -> Status:
        """Undo a pause; the jobs run at once."""
        for name in self._known(accounts):
            runner = self._daemon.runners[name]
            self._set_paused(runner, runner.paused() - set(_pausable(job)))
            log.warning("account.resumed", account=name, paused=sorted(runner.paused()), by=by)
            for each in _pausable(job):
                self._daemon.supervisor.poke(name, each)
        return self.status(accounts)

    def _set_paused(self, runner: Runner, jobs: frozenset[str]) -> None:
        words = ",".join(sorted(jobs)) or None
        self._daemon.doors.store.journal.remember(runner.name, {PAUSED: words})

    def reload(self, *, by: str) -> str:
        """Read the configuration anew."""
        log.info("daemon.reload_asked", by=by)
        return self._daemon.reload(self._check)


def _pausable(job: str | None) -> tuple[str, ...]:
    return PAUSABLE if job is None else (job,)


# The run ----------------------------------------------------------------------------------------


def run_daemon(settings: Settings, *, config: Path | None) -> int:
    """Run until told to stop; returns the exit code, or starts the process anew after a reload.

    Raises: LockHeld, CannotAct, NewerState, StateBroken, DiskFull: it could not begin.
    """
    stop = threading.Event()
    with open_doors(settings, stop) as doors, ExitStack() as stack:
        daemon = Daemon(settings, doors, stop, stack)
        door = DaemonDoor(daemon, lambda: _load(config))
        server = ControlServer(
            socket_path(settings.state_dir, os.environ), door, group=settings.control_group
        )
        with _signals(daemon, lambda: _load(config)):
            server.start()
            try:
                daemon.supervisor.run()
            finally:
                server.stop()
        if not daemon.supervisor.is_quiet:
            log.warning("daemon.cut_off", why="a step in hand took longer than ten seconds")
            _leave(daemon)
    if daemon.reloads:
        _start_anew()
    return FATAL if daemon.supervisor.fatal else 0


def _load(config: Path | None) -> object:
    from syncd.config import load  # noqa: PLC0415 - for a reload only

    return load(config)


def _leave(daemon: Daemon) -> None:
    """Go without waiting for threads that hang; the state is as safe as in a crash."""
    if daemon.reloads:
        _start_anew()
    os._exit(FATAL if daemon.supervisor.fatal else 0)


def _start_anew() -> None:
    """Become the new program in place: same process, same arguments."""
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(sys.executable, [sys.executable, "-m", "syncd", *sys.argv[1:]])


@contextmanager
def _signals(daemon: Daemon, check: Callable[[], object]) -> Iterator[None]:
    """SIGTERM and SIGINT end in order, the second one at once; SIGHUP reloads.

    Handlers only note what was asked: the check of a reload runs on a thread of its own.
    """

    def end(_number: int, _frame: object) -> None:
        if daemon.stop.is_set():
            os._exit(FATAL)
        daemon.stop.set()

    def reload(_number: int, _frame: object) -> None:
        threading.Thread(target=_reload_quietly, args=(daemon, check), daemon=True).start()

    wanted: Mapping[int, Callable[[int, object], None]] = {
        signal.SIGTERM: end,
        signal.SIGINT: end,
        signal.SIGHUP: reload,
    }
    before = {number: signal.signal(number, action) for number, action in wanted.items()}
    try:
        yield
    finally:
        for number, action in before.items():
            signal.signal(number, action)


def _reload_quietly(daemon: Daemon, check: Callable[[], object]) -> None:
    try:
        daemon.reload(check)
    except ConfigError:
        return  # told in the log and by `status`
