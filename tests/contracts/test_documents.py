"""What every store promises of the business documents in messages."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from syncd.core import events as ev
from syncd.core.looking import Search
from syncd.core.model import Direction, KindCount, Message, MessageId, Pair, State
from tests.contracts.stores import (
    FILES,
    KINDS,
    NOON,
    PAIR,
    AnyStore,
    a_store,
    happened,
    ids,
    inbound,
    opened,
    outbound,
)
from tests.core.edi import ORDERS, group, interchange, reading

INVOICE = interchange("000009", group("IN", "0001", "810 0001"), sender="WALMART", receiver="ACME")


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[AnyStore]:
    with a_store(str(request.param), tmp_path) as made:
        yield made


def orders_sent(store: AnyStore) -> Message:
    (row,) = opened(store, outbound())
    return happened(store, row, ev.Submitting(files=FILES, readings=(None, reading(ORDERS))))


def invoice_staged(store: AnyStore) -> Message:
    (row,) = opened(store, inbound())
    return happened(store, row, ev.Staged(files=FILES, readings=(reading(INVOICE),)))


def test_documents_are_kept_with_their_envelopes(store: AnyStore) -> None:
    """In order, with the file that they are in; as many as are asked for."""
    row = orders_sent(store)
    all_of_it = store.records.documents([row.id], most=100)[row.id]
    assert [(d.position, d.file, d.group_kind, d.group, d.kind, d.control) for d in all_of_it] == [
        (0, 1, "PO", "17", "850", "0001"),
        (1, 1, "PO", "17", "850", "0002"),
        (2, 1, "PC", "18", "860", "0001"),
    ]
    assert {(d.standard, d.interchange, d.sender, d.receiver, d.is_test) for d in all_of_it} == {
        ("x12", "000000123", "ACME", "WALMART", False)
    }
    assert store.records.documents([row.id], most=2)[row.id] == all_of_it[:2]
    found = store.records.get(row.id)
    assert found is not None
    assert found.kinds == (KindCount(name="850", count=2), KindCount(name="860", count=1))


def test_envelopes_without_anything_in_them_are_kept_too(store: AnyStore) -> None:
    """Their numbers are used."""
    (row,) = opened(store, outbound())
    empty = reading(interchange("7"), interchange("8", group("PO", "9")))
    row = happened(store, row, ev.Submitting(files=FILES, readings=(empty,)))
    kept = store.records.documents([row.id], most=9)[row.id]
    assert [(d.interchange, d.group, d.kind) for d in kept] == [("7", "", ""), ("8", "9", "")]
    assert row.kinds == ()
    assert ids(*store.records.search(Search(control="9"))) == [row.id]


def test_what_is_read_anew_takes_the_place_of_the_old(store: AnyStore) -> None:
    """A file that changed before it was sent, a message that is delivered again."""
    (row,) = opened(store, outbound())
    row = happened(store, row, ev.Submitting(files=FILES, readings=(reading(ORDERS),)))
    row = happened(store, row, ev.Deferred(reason="later"))
    row = happened(store, row, ev.Submitting(files=FILES, readings=(reading(INVOICE),)))
    kept = store.records.documents([row.id], most=9)[row.id]
    assert [d.kind for d in kept] == ["810"]
    assert store.records.search(Search(document="850")) == []


def test_documents_go_with_their_message(store: AnyStore) -> None:
    """What retention forgets is found no more; others keep theirs."""
    row, other = orders_sent(store), invoice_staged(store)
    assert store.journal.forget("acme", [row], {}) == 1
    assert store.records.documents([row.id, other.id], most=9).keys() == {other.id}
    assert store.records.search(Search(document="850")) == []


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"document": "850"}, ["order.edi"]),
        ({"document": "810"}, ["<in-1>"]),
        ({"document": "85"}, []),
        ({"control": "123"}, ["order.edi"]),
        ({"control": "0000000000123"}, ["order.edi"]),
        ({"control": "9"}, ["<in-1>"]),
        ({"control": "18"}, ["order.edi"]),
        ({"control": "1"}, ["<in-1>", "order.edi"]),
        ({"control": "1", "limit": 1}, ["<in-1>"]),
        ({"control": "1", "direction": Direction.OUTBOUND, "limit": 1}, ["order.edi"]),
        ({"control": "1", "name": "order*", "limit": 1}, ["order.edi"]),
        ({"control": "1", "states": (State.QUEUED,)}, ["order.edi"]),
        ({"control": "1", "states": (State.QUEUED, State.ARRIVING)}, ["<in-1>", "order.edi"]),
        ({"control": "1", "attention": True}, []),
        ({"document": "850", "control": "0002"}, ["order.edi"]),
        ({"document": "860", "control": "17"}, []),
        ({"control": "0"}, []),
        ({"document": "850", "account": "other"}, []),
    ],
)
def test_documents_are_found(store: AnyStore, wanted: dict[str, Any], found: list[str]) -> None:
    """By kind, and by any of their numbers without regard to leading zeros; both of one document."""
    orders_sent(store)
    invoice_staged(store)
    rows = store.records.search(Search(**wanted))
    assert [row.name or row.message_id for row in rows] == found


@pytest.mark.parametrize(
    ("control", "change", "is_found"),
    [
        ("123", {}, True),
        ("000000123", {}, True),
        ("124", {}, False),
        ("17", {}, False),
        ("123", {"sender": "OTHER"}, False),
        ("123", {"receiver": "OTHER"}, False),
        ("123", {"standard": "edifact"}, False),
        ("123", {"is_test": True}, False),
    ],
)
def test_what_carries_an_interchange_is_found(
    store: AnyStore, control: str, change: dict[str, Any], is_found: bool
) -> None:
    """By its number, its names and its standard; what is for test has numbers of its own."""
    row = orders_sent(store)
    wanted = replace(interchange(control), **change)

    found = store.records.carrying(wanted, account="acme", pair=PAIR, since=NOON)

    assert ids(*found) == ([row.id] if is_found else [])


def test_only_what_was_sent_to_the_pair_or_is_queued_for_it_carries_anything(store: AnyStore) -> None:
    """Not what failed, what came in, or what went to another."""
    row, partner = orders_sent(store), Pair(station="ACME", partner="OTHER")
    (received,) = opened(store, inbound())
    happened(store, received, ev.Staged(files=FILES, readings=(reading(ORDERS),)))
    (newer,) = opened(store, outbound("again.edi", minute=1))
    newer = happened(store, newer, ev.Submitting(files=FILES, readings=(reading(ORDERS),)))

    def found(account: str = "acme", pair: Pair = PAIR, since: datetime = NOON) -> list[MessageId]:
        return ids(*store.records.carrying(ORDERS, account=account, pair=pair, since=since))

    assert found() == [newer.id, row.id]
    newer = happened(store, newer, ev.Doubted(reason="a reset", next_at=NOON))
    newer = happened(store, newer, ev.Held(reason="a person decides", place=None))
    assert found() == [newer.id, row.id]  # it may have been accepted
    assert found(pair=partner) == found(account="other") == []
    assert found(since=newer.created) == [newer.id]
    happened(store, row, ev.Refused(reason="no", place=None))
    assert found() == [newer.id]
