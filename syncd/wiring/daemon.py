"""`syncd run`: the daemon, and the door that it opens on its control socket."""

from __future__ import annotations

import os
import random
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from syncd.control.server import ControlServer, socket_path
from syncd.core.account import Account
from syncd.daemon.hub import Hub
from syncd.daemon.runner import PULL, SEND, TRACK, Runner
from syncd.daemon.sdnotify import service_manager, watchdog_within
from syncd.daemon.supervisor import Supervisor
from syncd.daemon.troubles import Troubles
from syncd.errors import ConfigError
from syncd.folders.tree import Tree
from syncd.folders.watcher import Watcher
from syncd.wiring.doors import Doors, open_doors

if TYPE_CHECKING:
    from syncd.config import Settings

from syncd.wiring.daemon_door import DaemonDoor

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
            feeds_watchdog=watchdog_within(os.environ) is not None,
        )

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
        )

    def _watcher(self, name: str, tree: Tree) -> Watcher:
        return Watcher(tree, ring=lambda: self.supervisor.ring(name))

    def reload(self, check: Callable[[], object]) -> str:
        """Check the configuration whole; start anew with it, or change nothing. Raises: ConfigError."""
        try:
            check()
        except ConfigError as error:
            self.reload_error = error.what
            keys = [problem.key for problem in error.problems]
            log.error("daemon.not_reloaded", keys=keys, why=error.what)  # noqa: TRY400 - it is the user's
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
    os.execv(sys.executable, [sys.executable, "-m", "syncd", *sys.argv[1:]])  # noqa: S606 - no shell


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
