"""Fetch what a gateway received in some time and we do not have, at a person's word.

The list is read page by page. Each page is judged and noted by itself, a transaction for what is new and one
for what is asked for once more, with no pull under way: a crash leaves whole pages, and the same words once
more bring the rest. The pull fetches them by their ids.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta

from syncd.core import events as ev
from syncd.core.model import Message, PartnerType, bare
from syncd.core.planning.refetch import Sorted, added, sort_out
from syncd.core.planning.span import Refetched, Span
from syncd.core.shown import Box, Record
from syncd.errors import CannotAct
from syncd.flows.bridge import Bridge
from syncd.flows.refetching import noted, reader_for
from syncd.flows.walking import Reader

MOST_PAGES = 100_000


def look(bridge: Bridge, span: Span) -> Refetched:
    """How much there is; nothing changes. A request for each page of the list. Raises: GatewayError."""
    found = Refetched(account=bridge.account.name)
    for records in _pages(bridge, span):
        found = added(found, sort_out(records, _known(bridge, records), again=span.again))
    return found


def refetch_span(
    bridge: Bridge,
    span: Span,
    *,
    by: str,
    alone: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> Refetched:
    """Ask for all of it; returns what was asked for. `alone` keeps the account's jobs out.

    Safe to repeat: what is on its way in by then is let alone. Raises: GatewayError.
    """
    found = Refetched(account=bridge.account.name)
    reader: Reader | None = None
    for records in _pages(bridge, span):
        reader = reader or reader_for(bridge)
        with alone():
            page = sort_out(records, _known(bridge, records), again=span.again)
            _ask_for(bridge, page, reader, by=by)
        found = added(found, page)
    return found


def _ask_for(bridge: Bridge, page: Sorted, reader: Reader, *, by: str) -> None:
    bridge.open([noted(reader.draft(fetch), by=by) for fetch in page.fresh])
    bridge.record([(row, ev.Requested(by=by)) for row in page.known])


def _known(bridge: Bridge, records: Sequence[Record]) -> dict[str, list[Message]]:
    found: dict[str, list[Message]] = {}
    ids = [record.message_id for record in records]
    for row in bridge.records.by_gateway_ids(bridge.account.name, ids) if ids else ():
        found.setdefault(bare(row.message_id or ""), []).append(row)
    return found


def _pages(bridge: Bridge, span: Span) -> Iterator[list[Record]]:
    """What is of this time, each entry once, in the pages that have any of it."""
    for partner_type in bridge.account.partner_types:
        seen: set[tuple[str, int | None]] = set()
        for since, until in span.parts(bridge.gateway.capabilities.longest_list):
            for listed in _listed(bridge, partner_type, since, until, seen):
                records = [record for record in listed if span.has(record)]
                if records:
                    yield records


def _listed(
    bridge: Bridge,
    partner_type: PartnerType,
    since: datetime,
    until: datetime,
    seen: set[tuple[str, int | None]],
) -> Iterator[list[Record]]:
    """New entries of each page, until one is from before `since`, or brings nothing new."""
    is_ordered = bridge.gateway.capabilities.has_ordered_lists
    for page in range(MOST_PAGES):
        if bridge.clock.wait(timedelta()):
            raise CannotAct("syncd is ending", "Ask again when it runs: what was asked for by now comes.")
        listing = bridge.gateway.page(Box.RECEIVED, partner_type, page=page, since=since, until=until)
        fresh = {(bare(record.message_id), record.persisted): record for record in listing.records}
        new = [record for key, record in fresh.items() if key not in seen]
        seen |= fresh.keys()
        yield new
        is_over = is_ordered and any(r.persisted_at and r.persisted_at < since for r in listing.records)
        if listing.is_last or is_over or not new:
            return
