"""A desk for comparing: store and gateway in memory, folders on a real disk, a clock that stands still."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from syncd.core import status_file
from syncd.core.events import Claimed, Event, Listed
from syncd.core.machine import advance
from syncd.core.model import Direction, Message, MessageId, Place
from syncd.core.naming import status_name
from syncd.errors import GatewayError
from syncd.folders.survey import Survey
from syncd.folders.tree import Tree
from syncd.operations.verifying import Compared, verify_account
from syncd.operations.verifying_desk import Desk, Heal, Step
from syncd.ports import Change, Draft
from tests.contracts.folder_worlds import open_world
from tests.contracts.stores import inbound, outbound
from tests.fakes.gateway import FakeGateway
from tests.fakes.store import FakeStore

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
Hook = Callable[[], object]


@dataclass
class Hands:
    """An account to compare, and hands to lay on it. `meanwhile` is called when the flows are kept out."""

    folder: Path
    rules: dict[str, Any] = field(default_factory=dict)
    now: datetime = NOW
    is_stopping: bool = False
    meanwhile: Hook = lambda: None
    healed: list[Heal] = field(default_factory=list)
    fails: GatewayError | None = None
    times_alone: int = 0

    def __post_init__(self) -> None:
        self.world = open_world("disk", self.folder, **self.rules)
        self.store, self.gateway = FakeStore(), FakeGateway(now=lambda: self.now)
        self.store.remember("acme", {"pull_since": (NOW - timedelta(days=9)).isoformat()})

    @property
    def desk(self) -> Desk:
        tree = self.world.tree
        assert isinstance(tree, Tree)
        return Desk(
            account=tree.account,
            gateway=self.gateway,
            records=self.store,
            inbox=self.world.inbox,
            outbox=self.world.outbox,
            survey=Survey(tree),
            clock=_Clock(self),
            record=self.record,
            check_root=tree.check,
            heal=self.heal,
            alone=self.alone,
            by="anna",
        )

    def verify(self, *, repair: bool = False) -> Compared:
        return verify_account(self.desk, repair=repair)

    def kinds(self, *, repair: bool = False) -> list[str]:
        return [str(finding.kind) for finding in self.verify(repair=repair).findings]

    @contextmanager
    def alone(self) -> Iterator[None]:
        self.times_alone += 1
        self.meanwhile()
        yield

    def heal(self, what: Heal) -> None:
        self.healed.append(what)
        if self.fails:
            raise self.fails

    # The store ----------------------------------------------------------------------------------

    def record(self, steps: Sequence[Step]) -> Sequence[Message]:
        changes = [Change(event=event, after=advance(row, event, now=self.now)) for row, event in steps]
        self.store.write(changes)
        return [change.after for change in changes]

    def happened(self, row: Message, *events: Event) -> Message:
        for event in events:
            [row] = self.record([(row, event)])
        return row

    def opened(self, message: Message) -> Message:
        event = Listed() if message.direction is Direction.INBOUND else Claimed()
        [row] = self.store.open([Draft(event=event, message=message)])
        return row

    def message(self, name: str, place: str | None, **more: Any) -> Message:  # noqa: ANN401 - Message's fields
        """An outbound message, with its file where it is to be unless `place` is None."""
        made = outbound(name, place=Place(place or f"failed/ACME/WALMART/{name}"), **more)
        row = self.opened(made)
        if place:
            self.world.hands.drop(place)
            self.describe(row)
        return row

    def describe(self, row: Message, place: str | None = None) -> None:
        """Write its status file."""
        self.world.hands.drop(status_name(place or row.place or ""), status_file.render(row))

    def received(self, name: str, **more: Any) -> Message:  # noqa: ANN401 - Message's fields
        return self.opened(replace(inbound(name, **more), created=self.now))


@dataclass
class _Clock:
    hands: Hands

    def now(self) -> datetime:
        return self.hands.now

    def monotonic(self) -> float:
        return 0.0

    def wait(self, span: timedelta) -> bool:
        return self.hands.is_stopping


def unknown() -> MessageId:
    """An id that no message has."""
    return MessageId("m0000099")
