"""The rules that every test runs under: nothing leaves the machine, and in CI nothing is skipped."""

import gc
import ipaddress
import logging
import os
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest
import sqlalchemy as sa
import structlog
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

from syncd.store import schema
from tests.two_users import TwoUsers

if TYPE_CHECKING:
    from tests.safety.disks import Servant

# Not SYNCD_…: the program refuses variables of that name that it does not know.
FORBID_SKIPS = "FORBID_SKIPS"

# No deadline: two workers on two cores make a quick example slow now and then.
# Other examples in each run: a run of a few tens finds what another one passes over.
hypothesis.settings.register_profile("syncd", deadline=None, derandomize=False, max_examples=40)
hypothesis.settings.load_profile("syncd")


MEMORY = Path("/dev/shm")
ENOUGH_MEMORY = 2_000_000_000  # bytes; what fails is kept until the third run after it
GARBAGE = 10_000  # objects, before the collector of garbage looks for them


def pytest_configure(config: pytest.Config) -> None:
    """Give the workers, and what they start, a quick ground: files in memory, and modules compiled once.

    A suite that syncs every file to a disk waits for the disk. Nothing here loses power: that a sync is asked
    for, and a failed one never believed, is shown at the system calls (`safety/test_syscalls.py`).
    """
    gc.disable()  # until all tests are collected
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    if "TMPDIR" not in os.environ and _is_roomy(MEMORY):
        os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)


def _is_roomy(folder: Path) -> bool:
    """Whether there is a lot of room, and programs may be started from there."""
    if not os.access(folder, os.W_OK):
        return False
    found = os.statvfs(folder)
    return not found.f_flag & os.ST_NOEXEC and found.f_bavail * found.f_frsize > ENOUGH_MEMORY


def pytest_collection_finish() -> None:
    """Let the collector of garbage pass over what stays to the end: all modules, and thousands of tests."""
    gc.freeze()
    gc.set_threshold(GARBAGE)
    gc.enable()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run that skipped a test, when the environment forbids it: what is skipped proves nothing."""
    if _forbidden_skips(session.config) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the tests that were skipped although the environment forbids it."""
    skipped = _forbidden_skips(terminalreporter.config)
    if skipped:
        terminalreporter.section(f"failed: {FORBID_SKIPS} is set, and {len(skipped)} were skipped")
    for report in skipped:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        terminalreporter.line(f"{report.nodeid}: {reason}")


def _forbidden_skips(config: pytest.Config) -> list[pytest.TestReport]:
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    if not os.environ.get(FORBID_SKIPS) or terminal is None:
        return []
    skipped: list[pytest.TestReport] = terminal.stats.get("skipped", [])
    return skipped


class LeftTheMachine(Exception):
    """A test opened a connection to somewhere else than loopback."""


@pytest.fixture(scope="session", autouse=True)
def loopback_only() -> Iterator[None]:
    """Refuse every connection of this process that would leave the machine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", _guarded(socket.socket.connect))
        patch.setattr(socket.socket, "connect_ex", _guarded(socket.socket.connect_ex))
        yield


@pytest.fixture(scope="session", autouse=True)
def statements_compiled_once() -> Iterator[None]:
    """A program opens its state once and keeps what it has compiled; a test opens it again and again."""
    compiled: dict[Any, Any] = {}

    def remember(connection: sa.Connection) -> None:
        connection.execution_options(compiled_cache=compiled)

    sa.event.listen(sa.Engine, "engine_connect", remember)
    with pytest.MonkeyPatch.context() as patch:  # the dialect is a part of the key, and all are alike
        patch.setattr(SQLiteDialect_pysqlite, "__eq__", lambda one, other: type(one) is type(other))
        patch.setattr(SQLiteDialect_pysqlite, "__hash__", lambda one: hash(type(one)))
        patch.setattr(schema.metadata, "create_all", _creating(_tables()))
        yield
    sa.event.remove(sa.Engine, "engine_connect", remember)


def _tables() -> list[str]:
    """The statements that make the tables of a new state."""
    made: list[str] = []
    sqlite = SQLiteDialect_pysqlite()
    engine = sa.create_mock_engine(
        "sqlite://", lambda table, *_: made.append(str(table.compile(dialect=sqlite)))
    )
    schema.metadata.create_all(engine, checkfirst=False)
    return made


def _creating(tables: list[str]) -> Callable[..., None]:
    def create_all(connection: sa.Connection, **_: bool) -> None:
        for table in tables:
            connection.exec_driver_sql(table)

    return create_all


@pytest.fixture(scope="session", autouse=True)
def plain_tracebacks() -> None:
    """Where nothing sets logging up, a traceback in colours takes longer than most tests."""
    for processor in structlog.get_config()["processors"]:
        if isinstance(processor, structlog.dev.ConsoleRenderer):
            processor.exception_formatter = structlog.dev.plain_traceback


@pytest.fixture(autouse=True)
def usual_umask() -> Iterator[None]:
    """Commands take a umask of their own, which would stay with the tests that follow."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture(autouse=True)
def logging_of_its_own() -> Iterator[None]:
    """Commands set logging up, to a standard error that is closed when the test is over."""
    root = logging.getLogger()
    level, handlers = root.level, list(root.handlers)
    yield
    root.setLevel(level)
    root.handlers[:] = handlers
    structlog.reset_defaults()


def _guarded(connect: Callable[..., Any]) -> Callable[[socket.socket, Any], Any]:
    def guarded(sock: socket.socket, address: Any) -> Any:  # noqa: ANN401 - whatever a family calls an address
        if sock.family in {socket.AF_INET, socket.AF_INET6} and not _is_loopback(address[0]):
            raise LeftTheMachine(f"a test connects to {address}; the sandbox on 127.0.0.1 is the wire")
        return connect(sock, address)

    return guarded


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@pytest.fixture(scope="session")
def two_users() -> TwoUsers:
    """The bridge's user, the ERP's user and the group they share; only root can become them."""
    if os.geteuid() != 0:
        pytest.skip("becoming two other users needs root")
    if shutil.which("setpriv") is None:
        pytest.skip("becoming two other users needs setpriv (Debian: util-linux)")
    return TwoUsers(bridge_uid=7001, erp_uid=7002, shared_gid=7100)


@pytest.fixture(scope="session")
def servant(two_users: TwoUsers) -> "Iterator[Servant]":
    """What runs the program as another user; to have one takes as long as twenty commands."""
    from tests.safety.disks import serving  # it imports the whole program, for few tests

    with serving(two_users) as opened:
        yield opened
