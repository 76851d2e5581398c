"""What every journal promises."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from syncd.core import events as ev
from syncd.core.history import Channel
from syncd.core.looking import Line
from syncd.core.machine import advance
from syncd.core.model import Direction, GatewayId, MessageId, Phase, Place, State
from syncd.errors import StateBroken
from syncd.ports.store import Change, Told, Untold
from tests.contracts.stores import (
    FILES,
    KINDS,
    NOON,
    NOTICE,
    AnyStore,
    a_store,
    drained,
    failed,
    happened,
    ids,
    inbound,
    opened,
    outbound,
    untold,
)

HELD = ev.Held(reason="no attachments")
POSTPONED = ev.Postponed(reason="timeout", next_at=NOON + timedelta(minutes=5))


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[AnyStore]:
    with a_store(request.param, tmp_path, tell=[NOTICE]) as made:
        yield made


def texts(store: AnyStore, message_id: MessageId) -> list[str]:
    return [line.text for line in store.records.history(message_id)]


# open --------------------------------------------------------------------------------------------


def test_a_new_message_is_given_an_id_of_eight_characters(store: AnyStore) -> None:
    """`open` returns the message as it is stored."""
    (message,) = opened(store, inbound())
    assert len(message.id) == 8
    assert store.records.get(message.id) == message
    assert replace(message, id=MessageId("")) == inbound()


def test_messages_come_back_in_the_order_of_their_drafts(store: AnyStore) -> None:
    """The n-th message is the n-th draft's."""
    messages = opened(store, inbound("b"), outbound("c.edi"), inbound("a"))
    assert [m.message_id or m.name for m in messages] == ["<b>", "c.edi", "<a>"]
    assert len(set(ids(*messages))) == 3


def test_the_first_line_of_a_history_is_written_with_the_row(store: AnyStore) -> None:
    """The event that opens a message is its first line."""
    (message,) = opened(store, outbound())
    (line,) = store.records.history(message.id)
    assert (line.at, line.kind, line.text) == (NOON, "claimed", "taken from the outbox")
    assert (line.state, line.phase) == (State.QUEUED, Phase.CLAIMED)


def test_an_inbound_message_that_is_known_is_not_opened_again(store: AnyStore) -> None:
    """Account, gateway's id and time of listing are one message, however often it is listed."""
    (first,) = opened(store, inbound("a"))
    first = happened(store, first, POSTPONED)
    again, other = opened(store, inbound("a", minute=9), inbound("b"))
    assert again == first
    assert other.id != first.id
    assert len(texts(store, first.id)) == 2


def test_brackets_make_no_other_message(store: AnyStore) -> None:
    """The gateway's ids are compared without them."""
    (first,) = opened(store, inbound("a"))
    (again,) = opened(store, inbound("a", message_id=GatewayId("a")))
    assert again == first


def test_an_inbound_message_that_comes_twice_in_a_call_is_opened_once(store: AnyStore) -> None:
    """The same key in two drafts is one message."""
    first, second = opened(store, inbound("a"), inbound("a"))
    assert first == second
    assert store.records.counts("acme") == {(Direction.INBOUND, State.ARRIVING): 1}


@pytest.mark.parametrize("other", [{"listed_at": 2}, {"listed_at": None}, {"account": "other"}])
def test_another_listing_or_account_is_another_message(store: AnyStore, other: dict[str, Any]) -> None:
    """A retransmission has the id of the first, and another time of listing."""
    first, second = opened(store, inbound("a"), inbound("a", **other))
    assert first.id != second.id


def test_an_inbound_message_without_a_time_is_opened_once(store: AnyStore) -> None:
    """No time is a time like others."""
    (first,) = opened(store, inbound("a", listed_at=None))
    (again,) = opened(store, inbound("a", listed_at=None))
    assert again == first


def test_outbound_messages_may_be_alike(store: AnyStore) -> None:
    """The same file dropped twice is two messages."""
    first, second = opened(store, outbound(), outbound())
    assert first.id != second.id


def test_nothing_to_open_opens_nothing(store: AnyStore) -> None:
    """No draft, no message."""
    assert store.journal.open([]) == ()


# write -------------------------------------------------------------------------------------------


def test_a_change_is_read_back_as_it_was_written(store: AnyStore) -> None:
    """The row is the message after the event."""
    (message,) = opened(store, outbound())
    after = happened(store, message, ev.Submitting(files=FILES, subject="order"))
    assert store.records.get(message.id) == after


def test_each_change_writes_its_line(store: AnyStore) -> None:
    """Several events of one message in one call are several lines, and the last row stands."""
    (message,) = opened(store, outbound())
    sending = advance(message, ev.Submitting(files=FILES), now=NOON)
    accepted = ev.Accepted(message_id=GatewayId("<x@y>"), at=NOON)
    there = advance(sending, accepted, now=NOON)
    store.journal.write(
        [Change(event=ev.Submitting(files=FILES), after=sending), Change(event=accepted, after=there)]
    )
    assert store.records.get(message.id) == there
    assert texts(store, message.id)[1:] == [
        "being sent to the gateway: 1 file, 1000 bytes",
        "accepted by the gateway as <x@y>",
    ]


def test_a_new_name_is_found_and_the_old_one_still(store: AnyStore) -> None:
    """Also where it is told how the message stood before."""
    (message,) = opened(store, outbound())
    event = ev.Rehoused(place=Place("queued/ACME/P/other.edi"))
    store.journal.write([Change(event=event, after=advance(message, event, now=NOON), before=message)])
    for name in ("other.edi", message.name):
        assert [found.id for found in store.records.named(name)] == [message.id]


def test_who_acted_and_a_note_are_in_the_line(store: AnyStore) -> None:
    """`by` names the person, the note is added to the text."""
    (message,) = opened(store, inbound())
    happened(store, message, HELD, ev.Resolved(verdict="done", by="anna", note="had it by mail"))
    last = store.records.history(message.id)[-1]
    assert (last.by, last.text) == ("anna", "settled without a file (had it by mail)")


def test_a_rename_and_mere_memory_write_no_line(store: AnyStore) -> None:
    """What a person need not know is not in the history, unless it has a note."""
    (message,) = opened(store, outbound())
    remembered = ev.Remembered(progress=message.progress)
    message = happened(store, message, ev.Moved(), remembered)
    assert len(texts(store, message.id)) == 1
    happened(store, message, replace(remembered, note="asked for the MDN"))
    assert texts(store, message.id)[1:] == ["asked for the MDN"]


def test_an_unknown_message_refuses_the_whole_call(store: AnyStore) -> None:
    """All or nothing: the changes beside it are not stored either."""
    (message,) = opened(store, inbound())
    held = advance(message, HELD, now=NOON)
    stranger = replace(held, id=MessageId("zzzzzzzz"))
    with pytest.raises(StateBroken, match="zzzzzzzz"):
        store.journal.write([Change(event=HELD, after=held), Change(event=HELD, after=stranger)])
    assert store.records.get(message.id) == message
    assert len(texts(store, message.id)) == 1
    assert untold(store) == []
    assert store.records.counts("acme") == {(Direction.INBOUND, State.ARRIVING): 1}


def test_the_last_write_stands(store: AnyStore) -> None:
    """A flow owns its account: rows are not compared before they are replaced."""
    (message,) = opened(store, inbound())
    happened(store, message, POSTPONED)
    held = happened(store, message, HELD)
    assert store.records.get(message.id) == held


# remember ----------------------------------------------------------------------------------------


def test_facts_are_remembered_replaced_and_forgotten(store: AnyStore) -> None:
    """None forgets; what is not named stays."""
    store.journal.remember("acme", {"pull_since": "2026", "reading": "senderId"})
    store.journal.remember("acme", {"pull_since": "2027", "reading": None, "never": None})
    assert store.records.facts("acme") == {"pull_since": "2027"}


def test_facts_belong_to_their_account(store: AnyStore) -> None:
    """Two accounts may have facts of one name."""
    store.journal.remember("acme", {"a": "1"})
    store.journal.remember("other", {"a": "2"})
    assert store.records.facts("acme") == {"a": "1"}


# tellings ----------------------------------------------------------------------------------------


def test_held_is_told_and_settled_is_told(store: AnyStore) -> None:
    """Entering the state is told, and leaving it."""
    (message,) = opened(store, inbound())
    message = happened(store, message, HELD)
    message = happened(store, message, ev.Resolved(verdict="done"), minute=2)
    held, settled = drained(store)
    assert [held.kind, settled.kind] == ["held", "settled"]
    assert [held.at, settled.at] == [NOON + timedelta(minutes=1), NOON + timedelta(minutes=2)]


def test_a_telling_shows_the_message_as_it_is_now(store: AnyStore) -> None:
    """The kind stays, the message is read anew."""
    (message,) = opened(store, inbound())
    message = happened(store, message, HELD, ev.Resolved(verdict="done"))
    assert [telling.message for telling in drained(store)] == [message, message]


def test_to_stay_held_is_not_told_again(store: AnyStore) -> None:
    """Only entering counts."""
    (message,) = opened(store, inbound())
    happened(store, message, HELD, POSTPONED, HELD)
    assert [telling.kind for telling in drained(store)] == ["held"]


def test_from_held_to_failed_is_told_once(store: AnyStore) -> None:
    """It is failed then, not settled."""
    (message,) = opened(store, outbound())
    happened(store, message, HELD, ev.Resolved(verdict="fail"))
    assert [telling.kind for telling in drained(store)] == ["held", "failed"]


def test_what_was_told_is_not_told_again(store: AnyStore) -> None:
    """An id stays what it was until then, and is never given to another telling."""
    (message,) = opened(store, inbound())
    message = happened(store, message, HELD)
    (first,) = untold(store)
    assert untold(store) == [first]
    store.journal.told([Told(telling=first)], at=NOON)
    store.journal.told([Told(telling=first)], at=NOON)
    assert untold(store) == []
    happened(store, message, ev.Resolved(verdict="done"))
    (second,) = untold(store)
    assert second.id > first.id


def test_the_later_telling_of_a_message_waits_for_the_earlier(store: AnyStore) -> None:
    """Also while that one waits for its next try; other messages do not."""
    message, other = opened(store, inbound(), inbound("in-2"))
    happened(store, message, HELD, ev.Resolved(verdict="done"))
    happened(store, other, HELD, minute=2)
    first, others = untold(store)
    later = NOON + timedelta(hours=1)
    store.journal.told([Told(telling=first, again_at=later, tries=1)], at=NOON)
    assert store.records.untold("notice", now=NOON + timedelta(minutes=5)) == [others]
    store.journal.told([Told(telling=others)], at=NOON)
    assert store.records.next_untold("notice", after=NOON) == later
    assert store.records.next_untold("notice", after=later) is None
    (again,) = untold(store)
    assert again == replace(first, tries=1)
    store.journal.told([Told(telling=again)], at=later)
    assert [telling.kind for telling in store.records.untold("notice", now=later)] == ["settled"]


def test_what_came_of_a_telling_adds_a_line_and_changes_no_row(store: AnyStore) -> None:
    """Whatever a flow has made of the row since."""
    (message,) = opened(store, inbound())
    message = happened(store, message, HELD)
    (telling,) = untold(store)
    later = NOON + timedelta(hours=1)
    store.journal.told([Told(telling=telling, again_at=later, tries=1, text="nobody listens")], at=NOON)
    last = store.records.history(message.id)[-1]
    assert last == Line(at=NOON, kind="notice", state=State.HELD, phase=None, text="nobody listens")
    assert store.records.get(message.id) == message


def test_what_cannot_be_told_is_counted(store: AnyStore) -> None:
    """By kind, for an account, until it is told."""
    one, two = opened(store, inbound(), inbound("in-2", minute=1))
    happened(store, one, HELD, minute=3)
    happened(store, two, HELD, minute=2)
    assert store.records.troubled("notice", "acme") == []
    for tries, telling in enumerate(untold(store), start=1):
        store.journal.told([Told(telling=telling, again_at=NOON, tries=tries)], at=NOON)
    since = NOON + timedelta(minutes=2)
    assert store.records.troubled("notice", "acme") == [Untold(kind="held", messages=2, tries=2, since=since)]
    assert store.records.troubled("notice", "other") == []
    drained(store)
    assert store.records.troubled("notice", "acme") == []


def hook(*states: State) -> Channel:
    return Channel(name="hook", states=lambda _: states)


@pytest.mark.parametrize("kind", KINDS)
def test_each_channel_has_its_own_tellings(kind: str, tmp_path: Path) -> None:
    """Hooks want to hear of received messages too; what one channel has told, the other has not."""
    with a_store(kind, tmp_path, tell=[NOTICE, hook(State.RECEIVED, State.HELD)]) as store:
        (message,) = opened(store, inbound())
        message = happened(store, message, HELD, ev.Staged(files=FILES), ev.Published())
        happened(store, message, ev.Confirmed(answered_at=NOON), ev.Returned())
        assert [telling.kind for telling in drained(store)] == ["held", "settled"]
        assert [telling.kind for telling in drained(store, "hook")] == ["held", "received"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_retransmission_is_not_told_as_received(kind: str, tmp_path: Path) -> None:
    """Nothing was delivered: an import must not run twice."""
    with a_store(kind, tmp_path, tell=[hook(State.RECEIVED)]) as store:
        first, second = opened(store, inbound(), inbound(listed_at=2))
        happened(store, second, ev.Recognised(original=first.id, files=FILES))
        assert untold(store, "hook") == []


def test_what_is_forgotten_leaves_nothing_but_its_count(store: AnyStore) -> None:
    """Row, history, names and tellings go in one transaction with a fact; counts are right, ids stay used."""
    one, two, three = opened(store, failed("1.edi"), failed("2.edi"), failed("3.edi", account="other"))
    changed = happened(store, two, ev.TakenAway())
    assert store.journal.forget("acme", [one, two, three], {"fact": "x"}) == 1
    assert store.records.get(one.id) is None
    assert (list(store.records.history(one.id)), list(store.records.find("1.edi"))) == ([], [])
    assert store.records.get(two.id) == changed
    assert store.records.get(three.id) == three
    assert store.records.facts("acme") == {"fact": "x"}
    assert store.records.counts("acme") == {(Direction.OUTBOUND, State.FAILED): 1}
    assert store.journal.forget("acme", [one], {}) == 0
    assert store.records.flaws() == []
    [four] = opened(store, failed("4.edi"))
    assert four.id not in ids(one, two, three)


def test_what_is_listed_by_another_name_is_found_by_it(store: AnyStore) -> None:
    """A message that is not received yet may be listed anew: the row in hand is not the stored one."""
    (row,) = opened(store, inbound("1@x", name="a.edi"))
    anew = replace(row, files=(replace(FILES[0], name="b.edi"),))
    staged = ev.Staged(files=anew.files)
    store.journal.write([Change(event=staged, after=advance(anew, staged, now=NOON), before=anew)])
    assert [found.id for found in store.records.find("b.edi")] == [row.id]
