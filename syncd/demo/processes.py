"""The ordinary processes of the demo: the sandboxes, the daemon, and a person's `syncd list` and `status`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from threading import Event
from time import monotonic
from types import TracebackType
from typing import Self, TypeVar

from syncd.demo import rows
from syncd.errors import CannotAct

T = TypeVar("T")

GLANCE = timedelta(milliseconds=100)
START = timedelta(seconds=30)
"""A slow machine with a lot to do needs so long until a process says its first word."""
END = timedelta(seconds=15)
"""The daemon promises to end within ten."""

SYSTEMD = ("CREDENTIALS_DIRECTORY", "STATE_DIRECTORY", "RUNTIME_DIRECTORY", "NOTIFY_SOCKET", "WATCHDOG_")


def until(fact: Callable[[], T | None], *, within: timedelta) -> T | None:
    """Look again and again until there is a fact; None when there was none in time."""
    deadline = monotonic() + within.total_seconds()
    while (found := fact()) is None and monotonic() < deadline:
        Event().wait(GLANCE.total_seconds())
    return found


class Process:
    """One running command of ours; what it prints goes into two files.

    It is in a process group of its own: Ctrl-C is for the demo, which ends the others in order.
    """

    def __init__(self, words: list[str], *, environ: Mapping[str, str], logs: Path, name: str) -> None:
        self.out, self.log = logs / f"{name}.out", logs / f"{name}.log"
        with self.out.open("wb") as out, self.log.open("wb") as log:
            self._running = subprocess.Popen(
                [sys.executable, "-m", "syncd", *words],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=log,
                env=environ,
                cwd=logs,
                process_group=0,
            )

    @property
    def pid(self) -> int:
        """Its number."""
        return self._running.pid

    @property
    def code(self) -> int | None:
        """Its exit code, minus the signal that killed it; None while it runs."""
        return self._running.poll()

    def ended(self, *, within: timedelta) -> int | None:
        """Its exit code, once it has ended."""
        return until(lambda: self.code, within=within)

    def kill(self) -> int:
        """Kill it with signal 9, unless it has ended; returns what the system says of its end."""
        self._running.kill()
        return self._running.wait()

    def end(self) -> int:
        """Ask it to end, and make sure; returns its exit code, minus the signal that it took."""
        if self.code is None:
            self._running.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._running.wait(END.total_seconds())
        return self.kill()

    @property
    def last_words(self) -> str:
        """The last line of its log."""
        lines = self.log.read_text(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing"


def url_of(sandbox: Process) -> str:
    """The base path that a sandbox tells once it listens. Raises: CannotAct."""

    def told() -> str | None:
        if sandbox.code is not None:
            raise CannotAct(f"the sandbox did not start: {sandbox.last_words}")
        line = sandbox.out.read_text()
        return str(json.loads(line)["url"]) if line.endswith("\n") else None

    url = until(told, within=START)
    if url is None:
        raise CannotAct("the sandbox does not say where it listens")
    return url


class Processes:
    """All processes of one demo; leaving the block ends those that still run."""

    def __init__(self, folder: Path, *, config: Path) -> None:
        self._logs = folder / "logs"
        self._logs.mkdir()
        self._all: list[Process] = []
        self.config = config

    def __enter__(self) -> Self:
        """Nothing runs yet."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End all, the newest first; whoever cannot wait for that leaves none behind either."""
        try:
            for process in reversed(self._all):
                process.end()
        finally:
            for process in self._all:
                process.kill()

    def sandbox(self, gateway: str) -> Process:
        """Start the sandbox of a gateway on a free port."""
        return self._start(["sandbox", "--gateway", gateway, "--port", "0", "--json"], name=gateway)

    def daemon(self) -> Process:
        """Start the daemon."""
        return self._start(["run"], name=f"run-{len(self._all)}")

    def list_messages(self) -> tuple[rows.Row, ...]:
        """What `syncd list --json` says. Raises: CannotAct."""
        return rows.parse(self._answer("list", "--limit", "1000"))

    def status(self) -> Mapping[str, rows.Health]:
        """What `syncd status --json` says. Raises: CannotAct."""
        return rows.parse_status(self._answer("status"))

    def _answer(self, command: str, *options: str) -> str:
        process = self._start([command, "--json", *options], name=f"{command}-{len(self._all)}")
        if process.ended(within=START) != 0:
            raise CannotAct(f"`syncd {command}` failed: {process.last_words}")
        return process.out.read_text()

    def _start(self, words: list[str], *, name: str) -> Process:
        process = Process(words, environ=self._environ(), logs=self._logs, name=name)
        self._all.append(process)
        return process

    def _environ(self) -> dict[str, str]:
        """The user's environment, but for what would lead to another configuration, state or daemon."""
        foreign = ("SYNCD_", *SYSTEMD)
        mine = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
        return mine | {"SYNCD_CONFIG": str(self.config)}
