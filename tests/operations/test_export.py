"""The history as entries: which lines, in which order, and how much is in memory."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from syncd.core import events as ev
from syncd.core.model import Message, MessageId, PartnerType
from syncd.operations.export import AT_ONCE, Entry, entries
from tests.contracts.stores import FILES, NOON, happened, inbound, opened, outbound
from tests.fakes.store import FakeStore


class CountedStore(FakeStore):
    """Notes how many messages are asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[int] = []

    def part(
        self, account: str, *, after: MessageId | None, limit: int, since: datetime | None = None
    ) -> Sequence[Message]:
        found = super().part(account, after=after, limit=limit, since=since)
        self.parts.append(len(found))
        return found


def test_each_line_of_history_is_an_entry() -> None:
    """With the state after the line; the rest is as the message stands now."""
    store = FakeStore()
    (message,) = opened(store, inbound())
    happened(store, message, ev.Staged(files=FILES), ev.Published())
    first, _, last = entries(store, ["acme"])
    assert last == Entry(
        id=message.id,
        account="acme",
        gateway="as2gateway",
        direction="inbound",
        state="received",
        phase="published",
        station="ACME",
        partner="08925485US00",
        partner_type=PartnerType.PRODUCTION,
        message_id="<in-1>",
        files=("invoice.edi",),
        at=NOON + timedelta(minutes=1),
        kind="published",
        text=store.history(message.id)[-1].text,
        by="",
    )
    assert (first.state, first.kind) == ("arriving", "listed")


def test_accounts_are_merged_by_age() -> None:
    """The oldest message first, its lines together; accounts that were not asked for are left out."""
    store = FakeStore()
    opened(store, inbound("a", minute=1), outbound("c", minute=3))
    opened(store, inbound("b", minute=2, account="other"), inbound("x", account="third"))
    told = [(entry.account, entry.at.minute) for entry in entries(store, ["acme", "other"])]
    assert told == [("acme", 1), ("other", 2), ("acme", 3)]


def test_times_are_those_of_the_lines() -> None:
    """From the first on, before the second: what is exported each night has each line once."""
    store = FakeStore()
    old, _ = opened(store, inbound("a", minute=-9), inbound("b", minute=-1))
    happened(store, old, ev.Staged(files=FILES), minute=0)
    happened(store, old, ev.Held(reason="no attachments"), minute=5)
    five = NOON + timedelta(minutes=5)
    assert [entry.kind for entry in entries(store, ["acme"], since=NOON, until=five)] == ["staged"]
    assert [entry.kind for entry in entries(store, ["acme"], since=five)] == ["held"]
    assert [entry.kind for entry in entries(store, ["acme"], until=NOON)] == ["listed", "listed"]


def test_messages_are_read_in_parts() -> None:
    """A part at a time, and no sooner than it is wanted."""
    store = CountedStore()
    opened(store, *(inbound(f"id-{n}", minute=n) for n in range(AT_ONCE + 3)))
    told = entries(store, ["acme"])
    assert store.parts == []
    next(told)
    assert store.parts == [AT_ONCE]
    assert len(list(told)) == AT_ONCE + 2
    assert store.parts == [AT_ONCE, 3, 0]
