"""`syncd run`: the daemon, and the door that it opens on its control socket."""

from __future__ import annotations

import faulthandler
import os
import random
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from syncd.control.server import ControlServer, socket_path
from syncd.core.account import Account
from syncd.daemon.hub import Hub
from syncd.daemon.runner import FOLDERS, Runner
from syncd.daemon.sdnotify import service_manager, watchdog_within
from syncd.daemon.supervisor import Supervisor
from syncd.daemon.teller import Teller
from syncd.daemon.troubles import Troubles
from syncd.daemon.vitals import DaemonVitals
from syncd.errors import CannotAct, ConfigError, SyncdError
from syncd.flows.bridge import Trouble
from syncd.folders.tree import Tree
from syncd.folders.watcher import Watcher
from syncd.operations.units import why_blocked
from syncd.system.memory import hold_back_little
from syncd.system.open_files import allow_many_files
from syncd.wiring.acting import check_folders
from syncd.wiring.besides import pinging, pruning, telling_people
from syncd.wiring.daemon_door import DaemonDoor
from syncd.wiring.doors import Doors, open_doors
from syncd.wiring.telling import teller

if TYPE_CHECKING:
    from syncd.config import Settings
    from syncd.web.counting import Counts

log = structlog.get_logger(__name__)

FATAL = 1


class Daemon:
    """Everything of one run: doors, runners, supervisor; and what a reload came to."""

    def __init__(self, settings: Settings, doors: Doors, stop: threading.Event, stack: ExitStack) -> None:
        self.settings = settings
        self.doors = doors
        self.stop = stop
        self.ends = False
        """A signal asked for the end: nothing starts anew any more."""
        self.reload_error = ""
        self._is_reloading = False
        self.began = doors.clock.now()
        self._trees = {account.name: doors.tree(account) for account in settings.accounts}
        troubles = Troubles(doors.clock)
        self.runners = {a.name: self._runner(a, troubles, stack) for a in settings.accounts}
        manager = service_manager(os.environ)
        watchers = {name: self._watcher(name, tree) for name, tree in self._trees.items()}
        self.supervisor = Supervisor(
            runners=self.runners,
            watchers=watchers,
            clock=doors.clock,
            zone=settings.timezone,
            dice=random.random,
            manager=manager,
            stop=stop,
            teller=self._teller(stack),
            watchdog=watchdog_within(os.environ),
        )
        self.vitals = DaemonVitals(
            self.supervisor, clock=doors.clock, zone=settings.timezone, began=self.began
        )

    @property
    def reloads(self) -> bool:
        """Whether the process starts itself anew when it is done."""
        return self._is_reloading and not self.ends and self.supervisor.fatal is None

    def end(self) -> None:
        """End in order."""
        self.ends = True
        self.stop.set()

    def _runner(self, account: Account, troubles: Troubles, stack: ExitStack) -> Runner:
        hub = Hub()
        gateway = stack.enter_context(self.doors.gateway(account))
        credentials = self.settings.credentials[account.name]
        return Runner(
            bridge=self.doors.bridge(account, gateway, hub, tree=self._trees[account.name]),
            hub=hub,
            troubles=troubles,
            on_root=lambda: self.doors.know_root(account),
            dice=random.random,
            secret_stamp=lambda: _stamp(credentials.password_file),
            examine=lambda: _examined(account),
            hint=lambda error: _hint(account.root, error),
        )

    def _teller(self, stack: ExitStack) -> Teller | None:
        found = teller(self.doors)
        if found:
            for runner in self.runners.values():
                stack.enter_context(runner.hub.listening(found))
        return found

    def _watcher(self, name: str, tree: Tree) -> Watcher:
        return Watcher(tree, ring=lambda: self.supervisor.ring(name))

    def reload(self, check: Callable[[], object]) -> str:
        """Check the configuration whole; start anew with it, or change nothing.

        Raises: ConfigError; CannotAct when the daemon is ending.
        """
        try:
            check()
        except SyncdError as error:
            self.reload_error = error.what
            keys = [problem.key for problem in error.problems] if isinstance(error, ConfigError) else []
            log.error("daemon.not_reloaded", keys=keys, why=error.what)  # noqa: TRY400 - it is the user's
            raise
        if self.stop.is_set() and not self._is_reloading:
            raise CannotAct("the daemon is ending", "Start it: systemctl start syncd")
        self.supervisor.manager.reloading()
        self._is_reloading = True
        self.stop.set()
        return "the configuration is sound; starting anew with it"


def _examined(account: Account) -> Sequence[Trouble]:
    """What `check` finds wrong with the folders; what stops a job, the job tells."""
    return [
        Trouble(account=account.name, job=FOLDERS, what=line.what, remedy=line.remedy)
        for line in check_folders(account)
        if line.ok is False
    ]


def _hint(root: Path, error: BaseException) -> str:
    """Under systemd, the setting of its unit that may be behind a folder's trouble."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, OSError):
        cause = cause.__cause__
    if cause is None or "INVOCATION_ID" not in os.environ:
        return ""
    return why_blocked(root, cause)


def _stamp(path: Path | None) -> object:
    """Changes when the password file is written; None: there is none, or it cannot be seen."""
    if path is None:
        return None
    try:
        status = path.stat()
    except OSError:
        return None
    return (status.st_mtime_ns, status.st_ino, status.st_size)


# The run ----------------------------------------------------------------------------------------


def run_daemon(settings: Settings, *, config: Path | None) -> int:
    """Run until told to stop; returns the exit code, or starts the process anew after a reload.

    Raises: LockHeld, CannotAct, NewerState, StateBroken, DiskFull: it could not begin.
    """
    hold_back_little()
    allow_many_files()
    faulthandler.enable()  # systemd's watchdog ends us by SIGABRT: the log then has every thread's stack
    stop = threading.Event()
    counts = _counts(settings)
    with open_doors(settings, stop, counts=counts) as doors, ExitStack() as stack:
        daemon = Daemon(settings, doors, stop, stack)
        if settings.retention.is_set:
            stack.enter_context(pruning(daemon))
        if settings.ping_url:
            stack.enter_context(pinging(daemon, settings.ping_url.get_secret_value()))
        stack.enter_context(telling_people(daemon))
        door = DaemonDoor(daemon, lambda: _check(config, settings))
        if settings.web and counts:
            from syncd.wiring.web import serving  # noqa: PLC0415 - only where there is a page

            stack.enter_context(serving(settings.web, daemon, door, counts))
        server = ControlServer(
            socket_path(settings.state_dir, os.environ), door, group=settings.control_group
        )
        with _signals(daemon, lambda: _check(config, settings)):
            server.start()
            try:
                daemon.supervisor.run()
            finally:
                server.stop()
        if not daemon.supervisor.is_quiet:
            log.warning("daemon.cut_off", why="a step in hand took too long")
            _leave(daemon)
    if daemon.reloads:
        _start_anew()
    return FATAL if daemon.supervisor.fatal else 0


def _counts(settings: Settings) -> Counts | None:
    if settings.web is None:
        return None
    from syncd.wiring.web import counts_of  # noqa: PLC0415 - only where somebody asks

    return counts_of(settings)


def _check(config: Path | None, now: Settings) -> None:
    """See that a daemon could start with the configuration as it is now. Raises: ConfigError, CannotAct."""
    from syncd.config import load  # noqa: PLC0415 - for a reload only

    web = load(config).web
    if web is not None:
        from syncd.wiring.web import prove  # noqa: PLC0415 - only where there is a page

        prove(web, now.web)


def _leave(daemon: Daemon) -> None:
    """Go without waiting for threads that hang; the state is as safe as in a crash."""
    daemon.doors.close()
    if daemon.reloads:
        _start_anew()
    os._exit(FATAL if daemon.supervisor.fatal else 0)


def _start_anew() -> None:
    """Become the new program in place: same process, same arguments.

    A SIGHUP waits until the new program can take it; by default it would end the process.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(sys.executable, [sys.executable, "-m", "syncd", *sys.argv[1:]])  # noqa: S606 - no shell


@contextmanager
def _signals(daemon: Daemon, check: Callable[[], object]) -> Iterator[None]:
    """SIGTERM and SIGINT end in order, the second one at once; SIGHUP reloads.

    Handlers only note what was asked: the check of a reload runs on a thread of its own.
    """

    def end(_number: int, _frame: object) -> None:
        if daemon.ends:
            os._exit(FATAL)
        daemon.end()

    def reload(_number: int, _frame: object) -> None:
        threading.Thread(target=_reload_quietly, args=(daemon, check), daemon=True).start()

    wanted: Mapping[int, Callable[[int, object], None]] = {
        signal.SIGTERM: end,
        signal.SIGINT: end,
        signal.SIGHUP: reload,
    }
    before = {number: signal.signal(number, action) for number, action in wanted.items()}
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGHUP})
    try:
        yield
    finally:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)  # too late to reload, and no reason to die
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, before[number])


def _reload_quietly(daemon: Daemon, check: Callable[[], object]) -> None:
    try:
        daemon.reload(check)
    except SyncdError:
        return  # told in the log and by `status`; or the daemon is ending
    except Exception:
        log.exception("daemon.not_reloaded")
