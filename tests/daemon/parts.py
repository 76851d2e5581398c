"""A runner and a supervisor on fakes: the clock is a test's, the scheduler is real."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from syncd.core.account import Account
from syncd.daemon.hub import Hub
from syncd.daemon.runner import Runner
from syncd.daemon.sdnotify import ServiceManager
from syncd.daemon.supervisor import Supervisor
from syncd.daemon.troubles import Troubles
from syncd.flows.bridge import Bridge
from syncd.flows.observing import observer
from tests.fakes.disk import FakeDisk
from tests.fakes.gateway import FakeGateway
from tests.fakes.inbox import FakeInbox
from tests.fakes.outbox import FakeOutbox
from tests.fakes.store import FakeStore
from tests.fakes.tree import FakeTree
from tests.fakes.watcher import FakeWatcher

PATIENCE_S = 10.0
T = TypeVar("T")


def until(look: Callable[[], T]) -> T:
    """Look again and again until there is something. Fails when the patience is over."""
    pause, deadline = threading.Event(), time.monotonic() + PATIENCE_S
    while not (seen := look()):
        assert time.monotonic() < deadline
        pause.wait(0.01)
    return seen


class SteppedClock:
    """The machine's clock, which a test can set and let pass; a wait ends when the program is to stop."""

    def __init__(self, stop: threading.Event) -> None:
        self.set_by = timedelta()
        """How far the wall clock was set."""
        self.passed = timedelta()
        """Time that passed besides."""
        self._stop = stop

    def now(self) -> datetime:
        return datetime.now(UTC) + self.set_by + self.passed

    def monotonic(self) -> float:
        return time.monotonic() + self.passed.total_seconds()

    def wait(self, span: timedelta) -> bool:
        return self._stop.wait(max(0.0, span.total_seconds()))


@dataclass
class World:
    """One account on fakes, with a supervisor that is started by `running`."""

    rules: dict[str, Any] = field(default_factory=dict)
    supervised: dict[str, Any] = field(default_factory=dict)
    stamp: int = 1

    def __post_init__(self) -> None:
        self.stop = threading.Event()
        self.clock = SteppedClock(self.stop)
        self.disk, self.store, self.gateway = FakeDisk(), FakeStore(), FakeGateway(now=self.clock.now)
        rules = {"settle": timedelta(), "pull_every": HOUR, "track_every": HOUR, "scan_every": HOUR}
        account = Account(
            name="acme",
            gateway="as2gateway",
            url="http://127.0.0.1",
            root=Path("/root"),
            **rules | self.rules,
        )
        self.tree = FakeTree(account, disk=self.disk)
        self.hub, self.troubles = Hub(), Troubles(self.clock)
        self.runner = Runner(
            bridge=self._bridge(account),
            hub=self.hub,
            troubles=self.troubles,
            on_root=lambda: None,
            dice=lambda: 0.0,
            secret_stamp=lambda: self.stamp,
        )
        self.watcher = FakeWatcher(ring=lambda: self.supervisor.ring("acme"))
        parts: dict[str, Any] = {"manager": ServiceManager(), "zone": UTC} | self.supervised
        self.supervisor = Supervisor(
            runners={"acme": self.runner},
            watchers={"acme": self.watcher},
            clock=self.clock,
            dice=lambda: 0.0,
            stop=self.stop,
            **parts,
        )

    def _bridge(self, account: Account) -> Bridge:
        limits = self.gateway.capabilities
        return Bridge(
            account=account,
            gateway=self.gateway,
            journal=self.store,
            records=self.store,
            inbox=FakeInbox(self.tree),
            outbox=FakeOutbox(
                self.tree,
                clock=self.clock,
                zone=UTC,
                files_per_message=limits.files_per_message,
                bytes_per_message=limits.bytes_per_message,
            ),
            tree=self.tree,
            clock=self.clock,
            timezone=UTC,
            observe=observer(self.hub.note),
            complain=self.hub.complain,
        )

    def runs(self, call: str) -> int:
        """How often the gateway was asked."""
        return self.gateway.calls.count(call)

    def next_in(self, job: str) -> timedelta:
        """How long until the job runs."""
        at = self.supervisor.next_run("acme", job)
        assert at is not None
        return at - datetime.now(UTC)

    @contextmanager
    def running(self) -> Iterator[World]:
        """From start to orderly end."""
        thread = threading.Thread(target=self.supervisor.run)
        thread.start()
        try:
            until(lambda: self.supervisor._told)
            yield self
        finally:
            self.stop.set()
            thread.join(PATIENCE_S)
        assert not thread.is_alive()

    def settled(self) -> World:
        """Wait until every job has run once."""
        until(lambda: all(job.last_success or job.failures for job in self.runner.jobs.values()))
        until(lambda: self.supervisor.is_quiet)
        return self


HOUR = timedelta(hours=1)
