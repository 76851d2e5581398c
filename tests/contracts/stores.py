"""What the suites of the journal and of the records have in common: stores, and messages to put in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from syncd.core import events as ev
from syncd.core.history import Channel
from syncd.core.machine import advance
from syncd.core.model import Direction, File, GatewayId, Message, MessageId, Pair, Phase, Place, State
from syncd.ports.store import Change, Draft, Journal, Records, Telling, Told
from syncd.store import open_store
from tests.fakes.store import FakeStore

KINDS = ("memory", "sqlite")
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
PAIR = Pair(station="ACME", partner="08925485US00")
FILES = (File(name="invoice.edi", size=1_000, sha256="ab" * 32),)
NOTICE = Channel(name="notice", states=lambda _: {State.HELD, State.FAILED}, settles=True)
"""Tells of what needs a person, and that it does no more."""
ALWAYS = datetime(2030, 1, 1, tzinfo=UTC)


class AnyStore(Protocol):
    """A store of either kind, as its suites see it."""

    @property
    def journal(self) -> Journal: ...

    @property
    def records(self) -> Records: ...


@contextmanager
def a_store(kind: str, folder: Path, **options: Any) -> Iterator[AnyStore]:  # noqa: ANN401 - constructors'
    """An empty store."""
    if kind == "memory":
        yield FakeStore(**options)
        return
    store = open_store(folder, **options)
    try:
        yield store
    finally:
        store.close()


def inbound(name: str = "in-1", /, *, minute: int = 0, **more: Any) -> Message:  # noqa: ANN401 - Message's own
    """A message that the gateway has just listed, with `name` as the gateway's id."""
    at = NOON + timedelta(minutes=minute)
    known: dict[str, Any] = {
        "id": MessageId(""),
        "account": "acme",
        "gateway": "as2gateway",
        "direction": Direction.INBOUND,
        "state": State.ARRIVING,
        "phase": Phase.LISTED,
        "pair": PAIR,
        "message_id": GatewayId(f"<{name}>"),
        "listed_at": 1_700_000_000_000,
        "files": FILES,
        "created": at,
        "updated": at,
    }
    return Message(**(known | more))


def outbound(name: str = "order.edi", /, *, minute: int = 0, **more: Any) -> Message:  # noqa: ANN401 - Message's
    """A message that was just claimed, dropped as `name`."""
    known: dict[str, Any] = {
        "direction": Direction.OUTBOUND,
        "state": State.QUEUED,
        "phase": Phase.CLAIMED,
        "message_id": None,
        "listed_at": None,
        "name": name,
        "files": (File(name=name, size=1_000),),
        "place": Place(f"queued/ACME/08925485US00/{name}"),
    }
    return inbound(minute=minute, **(known | more))


def opened(store: AnyStore, *messages: Message) -> tuple[Message, ...]:
    """The messages as the store has them after they were opened in one call."""
    drafts = [
        Draft(event=ev.Listed() if message.direction is Direction.INBOUND else ev.Claimed(), message=message)
        for message in messages
    ]
    return store.journal.open(drafts)


def happened(store: AnyStore, message: Message, *events: ev.Event, minute: int = 1) -> Message:
    """The message after these events, each written in a call of its own."""
    for event in events:
        message = advance(message, event, now=NOON + timedelta(minutes=minute))
        store.journal.write([Change(event=event, after=message)])
    return message


def untold(store: AnyStore, channel: str = "notice", /, *, limit: int = 100) -> list[Telling]:
    """What a channel is to tell now, whatever time it is."""
    return list(store.records.untold(channel, now=ALWAYS, limit=limit))


def drained(store: AnyStore, channel: str = "notice", /) -> list[Telling]:
    """All that a channel is to tell, each told when it is its turn."""
    found: list[Telling] = []
    while now := untold(store, channel, limit=1000):
        store.journal.told([Told(telling=telling) for telling in now], at=NOON)
        found += now
    return found


def failed(name: str = "order.edi", /, *, minute: int = 0, **more: Any) -> Message:  # noqa: ANN401 - Message's own
    """An outbound message that the gateway took and could not deliver, settled when it was created."""
    message = outbound(name, minute=minute, state=State.FAILED, phase=None, message_id=GatewayId(f"<{name}>"))
    return replace(message, settled_at=message.created, **more)


def ids(*messages: Message) -> list[MessageId]:
    """Their ids, in order."""
    return [message.id for message in messages]
