"""What every store promises of what acknowledgements say."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from syncd.core import events as ev
from syncd.core.acknowledging import Subject
from syncd.core.documents import Verdict
from syncd.core.filed import Mark
from syncd.core.looking import Search
from syncd.core.machine import advance
from syncd.core.model import Answer, Direction, GatewayId, Mdn, MdnStatus, Message, MessageId, Pair, State
from syncd.ports.store import Change
from tests.contracts.stores import (
    FILES,
    KINDS,
    NOON,
    PAIR,
    AnyStore,
    a_store,
    happened,
    ids,
    opened,
    outbound,
)
from tests.core.edi import ORDERS, group, interchange, reading

GROUP = Subject(
    standard="x12", interchange="", group_kind="PO", group="17", sender="ACME", receiver="WALMART"
)
GOOD = Mdn(status=MdnStatus.OK)
ANSWER = ev.Acknowledged(
    answered_by=MessageId("answer01"),
    answer=Answer.PARTLY,
    marks=(Mark(position=1, verdict=Verdict.REJECTED, note="no"),),
    says="1 of 1 not accepted",
)


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[AnyStore]:
    with a_store(str(request.param), tmp_path) as made:
        yield made


def sending(store: AnyStore, name: str = "order.edi", *, pair: Pair = PAIR, minute: int = 0) -> Message:
    (row,) = opened(store, outbound(name, pair=pair, minute=minute))
    event = ev.Submitting(files=FILES, readings=(reading(ORDERS),), acknowledged_within=timedelta(hours=1))
    return happened(store, row, event, ev.Accepted(message_id=GatewayId(name), at=NOON))


def test_an_answer_is_kept_whatever_else_is_written(store: AnyStore) -> None:
    """Another flow has the row in hand, from before the answer: neither takes anything from the other."""
    row = sending(store)
    delivered = ev.Delivered(mdn=GOOD, place=None)
    later = advance(row, delivered, now=NOON)
    happened(store, row, ANSWER)
    store.journal.write([Change(event=delivered, after=later)])

    known = store.records.get(row.id)
    assert known is not None
    assert (known.state, known.mdn, known.acknowledged) == ("sent", GOOD, "partly")
    assert store.records.counts("acme")[Direction.OUTBOUND, State.SENT] == 1


def test_an_answer_takes_nothing_back(store: AnyStore) -> None:
    """The same the other way around: it was read while the message was queued, and comes when it is sent."""
    row = sending(store)
    answered = advance(row, ANSWER, now=NOON)
    happened(store, row, ev.Delivered(mdn=GOOD, place=None))
    store.journal.write([Change(event=ANSWER, after=answered)])

    known = store.records.get(row.id)
    assert known is not None
    assert (known.state, known.acknowledged) == ("sent", "partly")
    assert store.records.counts("acme") == {(Direction.OUTBOUND, State.SENT): 1}
    assert [(line.kind, line.state) for line in store.records.history(row.id)][-1] == ("acknowledged", "sent")


def test_documents_keep_what_is_said_of_them(store: AnyStore) -> None:
    """Those that are meant."""
    row = sending(store)
    happened(store, row, ANSWER)
    first, second, _ = store.records.documents([row.id], most=9)[row.id]
    assert (first.verdict, first.answered_by) == (None, None)
    assert (second.verdict, second.note, second.answered_by) == ("rejected", "no", "answer01")


def test_what_may_be_meant_is_found_by_the_ends_or_by_the_pair(store: AnyStore) -> None:
    """Newest first; where the envelopes name others, those of the pair."""
    other = Pair(station="ACME", partner="OTHER")
    first, second = sending(store, "1.edi"), sending(store, "2.edi", pair=other, minute=1)
    assert ids(*store.records.sent_as("acme", PAIR, GROUP)) == ids(second, first)
    assert store.records.sent_as("other", PAIR, GROUP) == []
    assert ids(*store.records.sent_as("acme", PAIR, replace(GROUP, sender="X"))) == ids(first)
    for wrong in ({"group": "18"}, {"group_kind": "PC"}, {"standard": "edifact"}):
        assert store.records.sent_as("acme", PAIR, replace(GROUP, **wrong)) == []
    whole = replace(GROUP, group="", group_kind="", interchange="123")
    assert ids(*store.records.sent_as("acme", PAIR, whole)) == ids(second, first)


def test_another_pair_between_the_same_ends_hides_nothing(store: AnyStore) -> None:
    """Then those of the pair itself are what may be meant."""
    (row,) = opened(store, outbound("1.edi"))
    named = reading(interchange("1", group("PO", "17", "850 1"), sender="Y", receiver="Z"))
    row = happened(store, row, ev.Submitting(files=FILES, readings=(named,)))
    sending(store, "2.edi", pair=Pair(station="ACME", partner="OTHER"), minute=1)
    assert ids(*store.records.sent_as("acme", PAIR, GROUP)) == ids(row)


def test_messages_are_found_by_how_they_stand(store: AnyStore) -> None:
    """What is waited for is decided by the time that is asked for."""
    rows = [
        happened(store, sending(store, f"{n}.edi", minute=n), ev.Delivered(mdn=GOOD, place=None))
        for n in range(3)
    ]
    happened(store, rows[0], ANSWER)
    due = NOON + timedelta(hours=1, minutes=1)
    wanted = {
        ("waiting", due - timedelta(seconds=1)): ids(rows[2], rows[1]),
        ("waiting", due): [],
        ("overdue", due): ids(rows[2], rows[1]),
        ("overdue", due - timedelta(seconds=1)): [],
        ("partly", None): ids(rows[0]),
        ("accepted", None): [],
    }
    found = {key: ids(*store.records.search(Search(acknowledged=key[0], at=key[1]))) for key in wanted}
    assert found == wanted
    assert store.records.overdue("acme", now=due) == 2
    assert store.records.overdue("other", now=due) == 0
    assert ids(*store.records.search(Search(attention=True))) == ids(rows[0])
    assert ids(*store.records.search(Search(attention=True, partner=PAIR.partner))) == ids(rows[0])
    happened(store, store.records.search(Search(attention=True))[0], ev.Excused(by="anna"))
    assert store.records.search(Search(attention=True)) == []
