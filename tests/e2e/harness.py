"""The whole bridge in one process: real gateway client, real store, real folders, against a sandbox.

Only time is not real: bridge and sandbox share one clock, which moves on whenever somebody waits. So no
test sleeps, and hours pass at once. A `Ground` is what lies on disk; every `run` is a process of its own.
"""

from __future__ import annotations

import hashlib
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from syncd.config import Settings, load
from syncd.core.history import Channel
from syncd.core.looking import Search
from syncd.core.model import Direction, Message
from syncd.core.naming import STATUS_SUFFIX
from syncd.flows.bridge import Bridge
from syncd.flows.once import JOBS, OncePass, PassResult, Tally
from syncd.ports import Records
from syncd.sandbox import ECGridSandbox, Sandbox
from syncd.store import Store, open_store
from syncd.wiring.acting import decide
from syncd.wiring.doors import Doors

CONTEXT = ssl.create_default_context()
"""One for all bridges: making it takes longer than a pass."""
ACCOUNT = "acme"
NOW = timedelta()
STEP = timedelta(seconds=20)
Wrap = Callable[[Bridge], Bridge]
AnyBox = Sandbox | ECGridSandbox

LOGINS = {
    "as2gateway": {"username": "email@domain.com", "password": "pazzword"},
    "ecgrid": {"api_key": "YOUR_API_KEY"},
}
PAIRS = {"as2gateway": "RJ_Station/RJ_Partner", "ecgrid": "112233/445566"}
"""What the sandboxes know from the start."""


class SharedClock:
    """The sandbox's clock behind our port: who waits moves it on, for both sides. Safe for threads.

    A wait counts from when its thread looked last: threads that wait side by side wait together.
    """

    def __init__(self, box: AnyBox, *, skew: timedelta = NOW) -> None:
        self.is_stopping = False
        self.skew = skew
        self._clock = box.clock
        self._mine = threading.local()
        self._lock = threading.Lock()

    def now(self) -> datetime:
        return datetime.fromtimestamp(self._clock.now(), UTC) + self.skew

    def monotonic(self) -> float:
        self._mine.looked = self._clock.monotonic()
        return float(self._mine.looked)

    def wait(self, span: timedelta) -> bool:
        if span > NOW:
            with self._lock:
                here = self._clock.monotonic()
                until = getattr(self._mine, "looked", here) + span.total_seconds()
                self._clock.advance(max(0.0, until - here))
            self.monotonic()
        return self.is_stopping


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Process:
    """What one process has; each pass of it is one of `syncd once`."""

    doors: Doors
    bridge: Bridge
    tally: Tally

    def run(self, *, jobs: tuple[str, ...] = JOBS, patience: timedelta = NOW) -> PassResult:
        """One pass."""
        account = self.bridge.account
        once = OncePass(self.bridge, self.tally, jobs=jobs, on_root=lambda: self.doors.know_root(account))
        return once.run(patience=patience)

    @property
    def is_busy(self) -> bool:
        """Whether anything is on its way, in or out."""
        rows = [row for way in Direction for row in self.bridge.records.unfinished(ACCOUNT, way)]
        return any(row.state in ("queued", "arriving") or row.phase == "published" for row in rows)


@dataclass
class Ground:
    """State and root on disk, over one sandbox; `dropped` and `again` remember what tests did.

    `tables` are those that stand once in the configuration; `tell` is who is told, nobody unless set.
    `again` has the ids of messages that were marked unread at the gateway and are to come once more.
    """

    box: AnyBox
    folder: Path
    keys: dict[str, Any] = field(default_factory=dict)
    partners: list[dict[str, str]] = field(default_factory=list)
    tables: dict[str, dict[str, Any]] = field(default_factory=dict)
    tell: tuple[Channel, ...] = ()
    dropped: list[str] = field(default_factory=list)
    again: list[str] = field(default_factory=list)
    clock: SharedClock = field(init=False)
    settings: Settings = field(init=False)

    def __post_init__(self) -> None:
        self.clock = SharedClock(self.box)
        for folder in (self.state, self.root, self.collected):
            folder.mkdir(exist_ok=True)
        self.configure()

    @property
    def root(self) -> Path:
        return self.folder / "root"

    @property
    def state(self) -> Path:
        return self.folder / "state"

    @property
    def collected(self) -> Path:
        """Where the ERP puts what it takes out of the inbox."""
        return self.folder / "collected"

    @property
    def gateway(self) -> str:
        """The kind of gateway on the other side."""
        return "ecgrid" if isinstance(self.box, ECGridSandbox) else "as2gateway"

    @property
    def pair(self) -> str:
        """The pair folder of the first partner there."""
        return PAIRS[self.gateway]

    @property
    def config(self) -> Path:
        return self.folder / "syncd.toml"

    def configure(self, **keys: object) -> None:
        """Write the configuration anew, with these keys of the account changed."""
        self.keys |= keys
        account = {"url": self.box.url, "root": str(self.root), "gateway": self.gateway, "settle": "1s"}
        logs_in = {"api_key", "api_key_file", "username"} & self.keys.keys()
        account |= ({} if logs_in else LOGINS[self.gateway]) | self.keys
        lines = [f"state_dir = {_toml(str(self.state))}", 'timezone = "UTC"', f"[accounts.{ACCOUNT}]"]
        lines += [f"{key} = {_toml(value)}" for key, value in account.items()]
        for table in self.partners:
            lines += [f"[[accounts.{ACCOUNT}.partners]]"] + [f"{k} = {_toml(v)}" for k, v in table.items()]
        for name, table in self.tables.items():
            lines += [f"[{name}]"] + [f"{k} = {_toml(v)}" for k, v in table.items()]
        self.config.write_text("\n".join(lines) + "\n")
        self.settings = load(self.config, {})

    # Passes -------------------------------------------------------------------------------------

    @contextmanager
    def process(self, wrap: Wrap | None = None) -> Iterator[Process]:
        """One process: the open state, one gateway, one bridge."""
        store = open_store(self.state, tell=self.tell)
        try:
            doors = Doors(self.settings, store=store, clock=self.clock)
            doors._contexts[None] = CONTEXT
            account, tally = doors.account(ACCOUNT), Tally()
            with doors.gateway(account) as gateway:
                bridge = doors.bridge(account, gateway, tally)
                yield Process(doors=doors, bridge=wrap(bridge) if wrap else bridge, tally=tally)
        finally:
            store.close()

    def run(
        self, *, jobs: tuple[str, ...] = JOBS, patience: timedelta = NOW, wrap: Wrap | None = None
    ) -> PassResult:
        """One pass, as `syncd once` does it, in a process of its own."""
        with self.process(wrap) as process:
            return process.run(jobs=jobs, patience=patience)

    def passes(self, count: int, *, every: timedelta = STEP) -> Iterator[PassResult]:
        """Pass after pass in one process, with time between them."""
        with self.process() as process:
            for _ in range(count):
                yield process.run()
                self.clock.wait(every)

    def settle(
        self, *, within: timedelta = timedelta(hours=2), every: timedelta = STEP, wrap: Wrap | None = None
    ) -> None:
        """Pass after pass in one process until nothing is on its way. Fails when the time is over."""
        with self.process(wrap) as process:
            until = self.clock.now() + within
            while self.clock.now() < until:
                process.run()
                if not process.is_busy:
                    return
                self.clock.wait(every)
        raise AssertionError(f"not quiet after {within}: {self.states()}")

    def resolve(self, row: Message, verdict: str) -> None:
        """Decide on a held message, as `syncd resolve` does it."""
        with self.process() as process:
            decide(process.bridge, row, verdict, by="a test")

    def later(self, **span: float) -> None:
        """Let time pass."""
        self.box.advance(timedelta(**span).total_seconds())

    @contextmanager
    def records(self) -> Iterator[Records]:
        """The records, read only."""
        store: Store = open_store(self.state, read_only=True)
        try:
            yield store.records
        finally:
            store.close()

    def rows(self) -> list[Message]:
        """Every message, oldest first."""
        with self.records() as records:
            return list(reversed(records.search(Search(account=ACCOUNT, limit=100_000))))

    def row(self, name: str) -> Message:
        """The one outbound message dropped as `name`, or the one inbound message with that gateway id."""
        found = [row for row in self.rows() if name in (row.name, (row.message_id or "").strip("<>"))]
        assert len(found) == 1, found
        return found[0]

    def history(self, row: Message) -> list[str]:
        with self.records() as records:
            return [line.kind for line in records.history(row.id)]

    def states(self, direction: Direction = Direction.OUTBOUND) -> dict[str, str]:
        """State of each message, by its name or its gateway id."""
        rows = [row for row in self.rows() if row.direction is direction]
        return {row.name or (row.message_id or "").strip("<>"): str(row.state) for row in rows}

    # Folders ------------------------------------------------------------------------------------

    def drop(self, name: str, content: bytes, *, pair: str | None = None) -> Path:
        """Put a file into an outbox, or into a folder there when the name has a slash."""
        path = self.root / "outbox" / (pair or self.pair) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        self.dropped.append(sha(content))
        return path

    def files(self, folder: str) -> dict[str, bytes]:
        """Every file below a folder of the root by its path, without status files."""
        return {
            name: content
            for name, content in self.all_files(folder).items()
            if not name.endswith(STATUS_SUFFIX)
        }

    def all_files(self, folder: str) -> dict[str, bytes]:
        top = self.root / folder
        return {str(p.relative_to(top)): p.read_bytes() for p in sorted(top.rglob("*")) if p.is_file()}

    def names(self, folder: str) -> list[str]:
        """The names of the files below a folder, sorted."""
        return sorted(path.rpartition("/")[2] for path in self.files(folder))

    def status_files(self, folder: str) -> dict[str, dict[str, Any]]:
        """The status files below a folder, by the name that they describe."""
        return {
            path.rpartition("/")[2].removesuffix(STATUS_SUFFIX): json.loads(content)
            for path, content in self.all_files(folder).items()
            if path.endswith(STATUS_SUFFIX)
        }

    def collect(self) -> None:
        """Take everything out of the inbox, as the ERP does."""
        for path in sorted((self.root / "inbox").rglob("*")):
            if path.is_file():
                path.rename(self.collected / f"{len(list(self.collected.iterdir()))}-{path.name}")

    def put_back(self, name: str, *, with_status: bool, folder: str = "failed") -> None:
        """Move a file from failed/ to its outbox, as a person does."""
        place = self.root / folder / self.pair
        outbox = self.root / "outbox" / self.pair
        (place / name).rename(outbox / name)
        if with_status:
            (place / (name + STATUS_SUFFIX)).rename(outbox / (name + STATUS_SUFFIX))


def _toml(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
