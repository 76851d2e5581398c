"""The whole daemon in this process: real scheduler, real clock, short paces, against sandboxes.

`Bridge.running` is one run of the daemon with its door; what a test waits for is looked at again and again,
until it is there or the patience is over.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from structlog.testing import capture_logs

from syncd.config import load
from syncd.operations.status import AccountStatus
from syncd.sandbox import ECGridSandbox
from syncd.wiring.daemon import Daemon
from syncd.wiring.daemon_door import DaemonDoor
from syncd.wiring.doors import Doors, open_doors
from tests.e2e.harness import CONTEXT, LOGINS, PAIRS, AnyBox

PATIENCE_S = 20.0
PACES = {"pull_every": "0.3s", "track_every": "0.3s", "scan_every": "0.5s", "settle": "0.1s"}
QUIET = {"pull_every": "1h", "track_every": "1h", "scan_every": "1h", "settle": "0.1s"}
PAIR = PAIRS["as2gateway"]
T = TypeVar("T")


def until(look: Callable[[], T], *, within_s: float = PATIENCE_S, every_s: float = 0.02) -> T:
    """Look again and again until there is something, and return it. Fails when the patience is over."""
    pause, deadline = threading.Event(), time.monotonic() + within_s
    while not (seen := look()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within_s} s: {look}")
        pause.wait(every_s)
    return seen


@dataclass
class Running:
    """A daemon that runs."""

    daemon: Daemon
    door: DaemonDoor
    doors: Doors
    lines: list[Any]

    def account(self, name: str = "acme") -> AccountStatus:
        return self.door.status([name]).accounts[0]

    def whats(self, name: str = "acme") -> list[str]:
        """What the open troubles of an account say."""
        return [trouble.what for trouble in self.account(name).troubles]

    def reasons(self, name: str = "acme") -> dict[str, str]:
        """Why what stands in the outbox is not taken, by its name."""
        return {left.path.name: left.reason for left in self.account(name).not_taken}

    def state(self, job: str, name: str = "acme") -> Any:  # noqa: ANN401 - it is a JobState
        return self.daemon.runners[name].jobs[job]

    def worked(self, job: str, name: str = "acme", *, times: int = 1) -> None:
        """Wait until the job has succeeded so many times more."""
        for _ in range(times):
            last = self.state(job, name).last_success
            until(lambda last=last: self.state(job, name).last_success != last)  # type: ignore[misc]

    def tried(self, job: str, name: str = "acme", *, times: int = 1) -> None:
        """Wait until the job has begun so many times more."""
        for _ in range(times):
            last = self.state(job, name).last_attempt
            until(lambda last=last: self.state(job, name).last_attempt != last)  # type: ignore[misc]

    def told(self, event: str, **fields: object) -> list[Any]:
        """The log lines of an event that have these fields."""
        return [
            line
            for line in list(self.lines)
            if line["event"] == event and all(line.get(key) == value for key, value in fields.items())
        ]


@dataclass
class Bridge:
    """State and roots on disk, with one account for each sandbox."""

    folder: Path
    boxes: dict[str, AnyBox]
    keys: dict[str, Any] = field(default_factory=dict)
    of: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Keys of single accounts."""

    def __post_init__(self) -> None:
        for name in self.boxes:
            self.root(name).mkdir(exist_ok=True)
            self.root(name).chmod(0o2770)
        self.configure()

    def root(self, name: str = "acme") -> Path:
        return self.folder / name

    @property
    def config(self) -> Path:
        return self.folder / "syncd.toml"

    @property
    def state(self) -> Path:
        return self.folder / "state"

    def configure(self, **keys: object) -> None:
        """Write the configuration, with these keys of all accounts changed."""
        self.keys |= keys
        lines = [f"state_dir = {json.dumps(str(self.state))}", 'timezone = "UTC"']
        for name in self.boxes:
            kept = {key: value for key, value in self._account(name).items() if value is not None}
            lines += [f"[accounts.{name}]", *(f"{key} = {json.dumps(kept[key])}" for key in kept)]
        self.config.write_text("\n".join(lines) + "\n")

    def _account(self, name: str) -> dict[str, Any]:
        """All keys of one account; it logs in as the sandbox has it, unless it was told how."""
        box, told = self.boxes[name], self.keys | self.of.get(name, {})
        account: dict[str, Any] = {"url": box.url, "root": str(self.root(name)), "gateway": self.kind(name)}
        account |= {"rate_limit": "5000/10s", "min_free": 0} | LOGINS[self.kind(name)] | PACES
        if {"username", "api_key_file"} & told.keys():
            account.pop("api_key", None)
        return account | told

    def kind(self, account: str) -> str:
        """Which gateway an account is at."""
        return "ecgrid" if isinstance(self.boxes[account], ECGridSandbox) else "as2gateway"

    def outbox(self, account: str = "acme") -> Path:
        """The outbox of the first partner there."""
        return self.root(account) / "outbox" / PAIRS[self.kind(account)]

    def drop(self, name: str, content: bytes | None = None, *, account: str = "acme") -> Path:
        """Put a file into an outbox at once, as a rename does."""
        outbox = self.outbox(account)
        outbox.mkdir(parents=True, exist_ok=True)
        fresh = outbox / f".{name}"
        fresh.write_bytes(name.encode() if content is None else content)
        return fresh.rename(outbox / name)

    def names(self, folder: str, account: str = "acme") -> list[str]:
        """The names of all files below a folder, but for status files."""
        found = (self.root(account) / folder).rglob("*")
        return sorted(path.name for path in found if path.is_file() and ".syncd.json" not in path.name)

    def has_outbox(self, account: str = "acme") -> bool:
        """Whether the pairs' folders were made; ECGrid tells of no pairs, but for that of `auto`."""
        top = self.root(account) / "outbox"
        return (top / "auto").is_dir() or self.outbox(account).is_dir()

    @contextmanager
    def running(self, *, tune: Callable[[Daemon], None] = lambda _: None) -> Iterator[Running]:
        """One run, from start to orderly end."""
        settings, stop = load(self.config, {}), threading.Event()
        with open_doors(settings, stop) as doors, ExitStack() as stack:
            doors._contexts[None] = CONTEXT
            daemon = Daemon(settings, doors, stop, stack)
            tune(daemon)
            lines = stack.enter_context(capture_logs())
            thread = threading.Thread(target=daemon.supervisor.run)
            thread.start()
            try:
                door = DaemonDoor(daemon, lambda: load(self.config, {}))
                yield Running(daemon=daemon, door=door, doors=doors, lines=lines)
            finally:
                stop.set()
                thread.join(PATIENCE_S)
            assert not thread.is_alive()
            assert daemon.supervisor.is_quiet
