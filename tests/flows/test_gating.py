"""The rules of the gate on the outbox, one by one."""

from __future__ import annotations

import io
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from syncd.core import events as ev
from syncd.core.account import Account, PairRules, PartnerTable
from syncd.core.envelopes import read
from syncd.core.events import Event
from syncd.core.model import Direction, Message, MessageId, Pair, State
from syncd.flows.gating import NOT_TO_ITS_END, Judge, flaws_of, judged, repeats_of, through_gate
from syncd.flows.under_way import UnderWay
from tests.contracts.stores import FILES, happened, opened, outbound
from tests.core.documents.written import X12
from tests.fakes.store import FakeStore
from tests.flows.telling import StillClock

WHOLE = X12["850"]
NOW = datetime(2026, 1, 31, tzinfo=UTC)
PAIR = Pair(station="RJ_Station", partner="RJ_Partner")


def a_message() -> Message:
    return Message(
        id=MessageId("2abcdefg"),
        account="acme",
        gateway="as2gateway",
        direction=Direction.OUTBOUND,
        state=State.QUEUED,
        pair=PAIR,
        created=NOW,
        updated=NOW,
    )


def a_judge(**rules: str) -> Judge:
    table = PartnerTable(partner=PAIR.partner, rules=PairRules(**rules))  # type: ignore[arg-type]  # all are words
    account = Account(name="acme", gateway="as2gateway", url="", root=Path("/"), partners=(table,))
    return Judge(account=account, records=FakeStore().records, under_way=UnderWay(), now=NOW)


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        ("NORTHWIND", ""),
        ("ZZ:NORTHWIND", ""),
        ("01:NORTHWIND", "its sender is ZZ:NORTHWIND, and not 01:NORTHWIND"),
        ("Northwind", "its sender is NORTHWIND, and not Northwind"),
    ],
)
def test_a_qualifier_counts_where_it_is_named(wanted: str, says: str) -> None:
    judge = a_judge(interchange_sender=wanted)

    found = judged(judge, flaws_of, a_message(), ["a.edi"], (read(io.BytesIO(WHOLE)),))

    assert found == ([says] if says else [])


@pytest.mark.parametrize(("age", "is_repeat"), [(timedelta(days=89), True), (timedelta(days=91), False)])
def test_a_number_is_used_again_some_day(age: timedelta, is_repeat: bool) -> None:
    """Counters begin anew, and business goes on."""
    store, readings = FakeStore(), (read(io.BytesIO(WHOLE)),)
    (old,) = opened(store, outbound())
    happened(store, old, ev.Submitting(files=FILES, readings=readings))
    row = replace(a_message(), pair=old.pair, created=old.created + age)
    judge = replace(a_judge(), records=store.records, now=row.created)

    assert bool(judged(judge, repeats_of, row, ["a.edi"], readings)) is is_repeat


def test_what_is_held_and_may_have_arrived_counts_as_sent() -> None:
    store, readings = FakeStore(), (read(io.BytesIO(WHOLE)),)
    (old,) = opened(store, outbound())
    old = happened(store, old, ev.Submitting(files=FILES, readings=readings))
    happened(store, old, ev.Doubted(reason="a reset", next_at=NOW), ev.Held(reason="absent", place=None))
    judge = replace(a_judge(), records=store.records, now=old.created)

    found = judged(judge, repeats_of, replace(a_message(), pair=old.pair), ["a.edi"], readings)

    assert found == [f"interchange 000000905 was sent before, by message {old.id}, which is held"]


def test_a_file_that_was_written_twice_over_is_noticed() -> None:
    """Each number once, however often it stands there; what is for test has numbers of its own."""
    content = WHOLE * 3 + WHOLE.replace(b"*P*>", b"*T*>")

    found = judged(a_judge(), repeats_of, a_message(), ["a.edi"], (read(io.BytesIO(content)),))

    assert found == ["interchange 000000905 stands in it 3 times"]


@dataclass
class Desk:
    """As much of a bridge as the gate asks, with what it records."""

    account: Account
    clock: StillClock = field(default_factory=StillClock)
    records: FakeStore = field(default_factory=FakeStore)
    under_way: UnderWay = field(default_factory=UnderWay)
    recorded: list[Event] = field(default_factory=list)

    def record_one(self, row: Message, event: Event) -> Message:
        self.recorded.append(event)
        return row


def test_what_was_not_judged_to_its_end_is_told() -> None:
    """It is sent: nothing speaks against it."""
    desk = Desk(account=replace(a_judge().account, gate="hold"))
    long = read(io.BytesIO(WHOLE[:200] + b"PO1*1~" * 50 + WHOLE[200:]), steps=40)

    with through_gate(desk, a_message(), ["a.edi"], (long,)) as row:  # type: ignore[arg-type]  # see there
        assert row.state is State.QUEUED

    assert [event.note for event in desk.recorded] == [NOT_TO_ITS_END]


def test_a_judge_that_breaks_stops_nothing() -> None:
    unreadable: Any = object()

    for rule in (flaws_of, repeats_of):
        assert judged(a_judge(), rule, a_message(), ["a.edi"], (unreadable,)) == []


def test_a_number_in_hand_is_free_again_afterwards() -> None:
    under_way, row = UnderWay(), a_message()
    other, (reading,) = replace(row, id=MessageId("3abcdefg")), (read(io.BytesIO(WHOLE)),)
    assert reading is not None
    (interchange,) = reading.interchanges

    with under_way.entered(row, (reading, None)):
        with under_way.entered(other, (reading,)):
            assert under_way.other(other, interchange) == row.id
            assert under_way.other(row, interchange) is None
        assert under_way.other(other, interchange) == row.id
    assert under_way.other(other, interchange) is None
