"""A real store, ways out that go nowhere, and a clock that stands still."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

from syncd.core import events as ev
from syncd.core.model import Message
from syncd.core.notices.concerns import CHANNEL, Concern, Kind
from syncd.core.notices.pace import Pace, Quiet
from syncd.flows.bridge import Trouble
from syncd.flows.noticing import Look, Noticing
from syncd.flows.standing import Standing, look
from syncd.store import Store, open_store
from tests.contracts.stores import failed, happened, opened
from tests.fakes.notices import FakeNotifier
from tests.flows.telling import StillClock

MINUTE = timedelta(minutes=1)


@dataclass
class Desk:
    """One account with somebody to tell. `again` is a new process on the same state."""

    folder: Path
    store: Store
    clock: StillClock = field(default_factory=StillClock)
    notifier: FakeNotifier = field(default_factory=FakeNotifier)
    quiet: Quiet | None = None
    zone: tzinfo = UTC

    def noticing(self, *accounts: str) -> Noticing:
        pace = Pace(digest=15 * MINUTE, quiet=self.quiet, unreachable_after=15 * MINUTE)
        return Noticing(
            accounts=frozenset(accounts or ("acme",)),
            pace=pace,
            records=self.store.records,
            notebook=self.store.notebook,
            notifier=self.notifier,
            clock=self.clock,
            zone=self.zone,
            host="erp1",
            dice=lambda: 0.0,
        )

    def again(self) -> None:
        self.store.close()
        self.store = open_store(self.folder, tell=[CHANNEL])

    def turn(self, *looks: Look) -> datetime | None:
        """One turn of what tells."""
        work = self.noticing()
        work.take()
        work.look(looks)
        next_at = work.announce()
        work.deliver(is_over=lambda: False)
        return next_at

    def later(self, span: timedelta, *looks: Look) -> list[str]:
        """The subjects that go out from now on, looking every minute."""
        before = len(self.notifier.out)
        for _ in range(span // MINUTE):
            self.clock.wait(MINUTE)
            self.turn(*looks)
        return self.notifier.subjects[before:]

    def failed(self, *names: str) -> tuple[Message, ...]:
        """Messages that fail now."""
        return opened(self.store, *(failed(name, reason="404 no such partner") for name in names))

    def seen_to(self, *messages: Message) -> None:
        """Somebody takes their files away."""
        for message in messages:
            happened(self.store, message, ev.TakenAway())

    def look(self, *troubles: tuple[Kind, str], is_proven: bool = True) -> Look:
        """What the jobs of the account met, as of now."""
        now = self.clock.now()
        met = [
            (Trouble(account="acme", job="pull", what=what, needs_person=True, kind=kind), now)
            for kind, what in troubles
        ]
        return look(Standing(account="acme", troubles=tuple(met), is_proven=is_proven), now=now)


@contextmanager
def a_desk(folder: Path) -> Iterator[Desk]:
    desk = Desk(folder=folder, store=open_store(folder, tell=[CHANNEL]))
    try:
        yield desk
    finally:
        desk.store.close()


def concern(key: str = "k", *, at: datetime, kind: Kind = Kind.FAILED, **more: object) -> Concern:
    known: dict[str, object] = {
        "key": key,
        "account": "acme",
        "kind": kind,
        "since": at,
        "what": "why",
        "changed": at,
    }
    return Concern(**(known | more))  # type: ignore[arg-type]  # Concern's own
