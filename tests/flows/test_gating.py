"""The rules of the gate on the outbox, one by one."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from syncd.core.account import Account, PairRules, PartnerTable
from syncd.core.envelopes import read
from syncd.core.model import Direction, Message, MessageId, Pair, State
from syncd.flows.gating import Judge, flaws_of, judged, repeats_of
from syncd.flows.under_way import UnderWay
from tests.core.documents.written import X12
from tests.fakes.store import FakeStore

WHOLE = X12["850"]
PAIR = Pair(station="RJ_Station", partner="RJ_Partner")


def a_message() -> Message:
    return Message(
        id=MessageId("2abcdefg"),
        account="acme",
        gateway="as2gateway",
        direction=Direction.OUTBOUND,
        state=State.QUEUED,
        pair=PAIR,
        created=datetime(2026, 1, 31, tzinfo=UTC),
        updated=datetime(2026, 1, 31, tzinfo=UTC),
    )


def a_judge(**rules: str) -> Judge:
    table = PartnerTable(partner=PAIR.partner, rules=PairRules(**rules))  # type: ignore[arg-type]  # all are words
    account = Account(name="acme", gateway="as2gateway", url="", root=Path("/"), partners=(table,))
    return Judge(account=account, records=FakeStore().records, under_way=UnderWay())


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
