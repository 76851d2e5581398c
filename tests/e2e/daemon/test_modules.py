"""What a process has imported is what it holds in memory, and what it took to start."""

from __future__ import annotations

import subprocess
import sys

from syncd.sandbox import Sandbox
from tests.e2e.daemon.harness import Bridge, until
from tests.e2e.daemon.test_process import clean, command, started

CODE = "import sys; from syncd.cli import main; main(sys.argv[4:]); print(*sys.modules, file=sys.stderr)"
TOLD = (sys.executable, "-c", CODE)
"""Runs the command that follows, and tells its modules in the last line of standard error."""

FOR_TERMINALS = {"rich", "pygments", "click", "markdown_it"}
FOR_ASYNC = {"anyio", "trio", "sniffio"}
FOR_THE_PAGE = {"flask", "jinja2", "werkzeug", "prometheus_client"}
FOR_OTHERS = {
    "syncd.gateways.ecgrid",
    "alembic",
    "apprise",
    "sqlalchemy.dialects.postgresql",
    "sqlalchemy.orm",
}
FOR_THE_DAEMON = {"sqlalchemy", "httpx", "flask", "waitress", "apscheduler", "watchdog", "structlog"}
FOR_THE_WORK = {
    "syncd.core.events",
    "syncd.core.machine",
    "syncd.core.planning.pull",
    "syncd.ports",
    "syncd.store",
}


def test_nothing_is_imported_that_is_not_used(bridge: Bridge, box: Sandbox) -> None:
    """By a daemon without a page, and by a command that asks it."""
    with started(bridge, within=TOLD) as process:
        until(lambda: box.ledger.count("list_received"))
        commands = {words: _modules_of(bridge, *words) for words in (("status",), ("list", "--json"))}
        process.popen.terminate()
        process.ended(within_s=20)
        held = set(process.log.read_text().splitlines()[-1].split())
    assert not held & (FOR_TERMINALS | FOR_ASYNC | FOR_THE_PAGE | FOR_OTHERS)
    for words, modules in commands.items():
        assert not modules & (FOR_THE_DAEMON | FOR_THE_WORK | FOR_OTHERS), words


def _modules_of(bridge: Bridge, *words: str) -> set[str]:
    asked = [*TOLD, *command(bridge, *words)]
    said = subprocess.run(asked, capture_output=True, text=True, timeout=30, env=clean(), check=True)
    return set(said.stderr.splitlines()[-1].split())
