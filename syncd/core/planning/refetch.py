"""What of a gateway's received messages is fetched when a person asks for those of some time.

Those that are not here are: passed over as too old, read by another program, removed from the database by
retention, or *gone* before they were ever in the inbox. Those that were received here come once more only
when that is said. What is on its way in, or waits for a person, goes its own way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from syncd.core.machine import CONFIRMED, GONE, spot
from syncd.core.model import Message, bare
from syncd.core.planning.pull import Fetch
from syncd.core.planning.span import Refetched
from syncd.core.shown import Record


@dataclass(slots=True)
class Sorted:
    """A page's entries by what becomes of them: new rows, and rows to be asked for once more."""

    fresh: list[Fetch] = field(default_factory=list)
    known: list[Message] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    times: list[datetime] = field(default_factory=list)
    missing: int = 0
    received: int = 0
    under_way: int = 0


def sort_out(records: Sequence[Record], known: Mapping[str, Sequence[Message]], *, again: bool) -> Sorted:
    """Judge each entry; `known` has our inbound rows by bare gateway id."""
    piles = Sorted()
    for record in records:
        rows = known.get(bare(record.message_id), ())
        if _is_under_way(record, rows, piles):
            piles.under_way += 1
            continue
        same = next((row for row in rows if row.listed_at == record.persisted), None)
        if same is None:
            _judge_new(record, rows, piles)
        else:
            _judge_known(record, same, piles, again=again)
    return piles


def _is_under_way(record: Record, rows: Sequence[Message], piles: Sorted) -> bool:
    """Of one id one is fetched at a time, so that it can be compared with the one before."""
    return bare(record.message_id) in piles.ids or any(spot(row) not in (CONFIRMED, GONE) for row in rows)


def _judge_new(record: Record, rows: Sequence[Message], piles: Sorted) -> None:
    had = [row for row in rows if any(file.sha256 for file in row.files)]
    original = max(had, key=lambda row: row.created).id if had else None
    piles.fresh.append(Fetch(record=record, retransmission_of=original))
    piles.missing += 1
    _note(record, piles)


def _judge_known(record: Record, row: Message, piles: Sorted, *, again: bool) -> None:
    had = spot(row) == CONFIRMED or row.accepted_at is not None
    if not had and not record.files:
        return  # a person settled it: there is nothing to fetch
    piles.missing += not had
    piles.received += had
    if again or not had:
        piles.known.append(row)
        _note(record, piles)


def _note(record: Record, piles: Sorted) -> None:
    """It is to be asked for."""
    piles.ids.add(bare(record.message_id))
    if record.persisted_at is not None:
        piles.times.append(record.persisted_at)


def added(before: Refetched, page: Sorted) -> Refetched:
    """The count with another page in it."""
    oldest = [at for at in (before.oldest, *page.times) if at]
    newest = [at for at in (before.newest, *page.times) if at]
    return Refetched(
        account=before.account,
        missing=before.missing + page.missing,
        received=before.received + page.received,
        under_way=before.under_way + page.under_way,
        oldest=min(oldest, default=None),
        newest=max(newest, default=None),
    )
