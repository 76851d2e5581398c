"""Look up what is in doubt: adopt it, send it again, or hold it; never guess."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta

import structlog

from syncd.core import events as ev
from syncd.core.events import Event
from syncd.core.machine import IN_DOUBT
from syncd.core.model import Direction, Folder, GatewayId, Message, PartnerType, bare
from syncd.core.planning import doubt as planning
from syncd.core.shown import Box, Record
from syncd.errors import FolderError, GatewayError
from syncd.flows.bridge import Bridge
from syncd.flows.lists import read_lists
from syncd.flows.placing import place_for, record_and_settle
from syncd.flows.sending import wait_of
from syncd.ports import Content, Wanted

log = structlog.get_logger(__name__)

CHUNK = 1 << 16
OPEN_FOR = timedelta(days=1)
ORDER = (Box.QUEUED, Box.FAILED, Box.SENT)


def look_up_doubts(bridge: Bridge) -> None:
    """One look-up for each partner type that has a message whose look-up is due.

    Raises: GatewayError when lists could not be read; that proves nothing, and is tried again.
    """
    name, way, now = bridge.account.name, Direction.OUTBOUND, bridge.clock.now()
    in_doubt = bridge.records.unfinished(name, way, at=[IN_DOUBT])
    due = [row for row in in_doubt if row.next_at is None or row.next_at <= now]
    if not due:
        return
    rows = bridge.records.unfinished(name, way)
    for partner_type in PartnerType:
        of_type = [row for row in due if row.pair.partner_type is partner_type]
        if of_type:
            _look_up(bridge, partner_type, of_type, rows)


def _look_up(
    bridge: Bridge, partner_type: PartnerType, due: Sequence[Message], rows: Sequence[Message]
) -> None:
    starts = [row.progress.submitted_at or row.created for row in due]
    back_to = min(starts) - 2 * planning.CLOCK_MARGIN
    seen = read_lists(bridge, partner_type, ORDER, back_to=back_to)
    ids = [record.message_id for record in seen.records]
    ours = set(bridge.records.outbound_ids(bridge.account.name, ids))
    for row in due:
        event = _decide(bridge, row, seen, ours=ours, rows=rows)
        if isinstance(event, ev.Adopted):
            ours.add(bare(event.message_id))
        record_and_settle(bridge, [(row, event)])


def _decide(
    bridge: Bridge, row: Message, seen: planning.Seen, *, ours: set[str], rows: Sequence[Message]
) -> Event:
    found = planning.candidates(
        row,
        seen,
        ours=ours,
        rows=rows,
        subject=_telling_subject(row),
        by_content=bridge.gateway.capabilities.can_read_sent,
    )
    if found.certain is not None:
        return ev.Adopted(message_id=found.certain, at=bridge.clock.now())
    is_open = bool(found.open)
    for record in found.by_content:
        same = _same_content(bridge, row, record)
        if same:
            return ev.Adopted(message_id=record.message_id, at=bridge.clock.now())
        is_open = is_open or same is None
    if not seen.complete:
        return _later(bridge, row, absent=None, reason="the gateway's lists could not be read whole")
    if found.last_resort is not None and not is_open:
        return ev.Adopted(message_id=found.last_resort, at=bridge.clock.now())
    if is_open or found.last_resort is not None:
        return _open(bridge, row)
    return _absent(bridge, row, seen)


def _telling_subject(row: Message) -> str | None:
    """The message's subject, when it carries our id and so decides alone."""
    return row.subject if row.subject and row.id in row.subject else None


def _later(bridge: Bridge, row: Message, *, absent: bool | None, reason: str) -> ev.LookedUp:
    now = bridge.clock.now()
    began = row.progress.submitted_at or now
    next_at = planning.next_lookup(began, wait_of(bridge, row), now=now)
    return ev.LookedUp(absent=absent, reason=reason, next_at=next_at)


def _open(bridge: Bridge, row: Message) -> Event:
    """An entry keeps the question open: it mostly shows itself soon; if not, a person has to look."""
    reason = "an entry at the gateway may be this message"
    began = row.progress.submitted_at or row.created
    if bridge.clock.now() - began < max(OPEN_FOR, 3 * wait_of(bridge, row)):
        return _later(bridge, row, absent=False, reason=reason)
    return ev.Held(reason=f"{reason}, and nothing tells for a day", place=place_for(bridge, row, Folder.HELD))


def _absent(bridge: Bridge, row: Message, seen: planning.Seen) -> Event:
    if not planning.is_absent_for_good(row, wait=wait_of(bridge, row), looked_at=seen.at):
        return _later(bridge, row, absent=True, reason="not seen at the gateway so far")
    reason = "the gateway never took it: it was in none of its lists, time and again"
    if row.place is None or bridge.outbox.identity(row.place) is None:
        bridge.tree.check()
        place = place_for(bridge, row, Folder.HELD)
        return ev.Held(reason=f"{reason}; and its file was taken out of queued/", place=place)
    if bridge.account.in_doubt == "hold":
        return ev.Held(reason=reason, place=place_for(bridge, row, Folder.HELD))
    return ev.Absent(reason=reason)


def _same_content(bridge: Bridge, row: Message, record: Record) -> bool | None:
    """Whether a sent entry has our bytes; None when that could not be found out.

    A no is believed only when the content was read whole twice, the same both times.
    """
    ours = sorted(file.sha256 or "" for file in row.files)
    first = _hashes(bridge, record)
    if first is None or first == ours:
        return None if first is None else True
    return False if _hashes(bridge, record) == first else None


def _hashes(bridge: Bridge, record: Record) -> list[str] | None:
    wanted = Wanted(message_id=GatewayId(record.message_id), files=record.files)
    try:
        with bridge.gateway.fetch_by_index(wanted, scratch=bridge.inbox.scratch, box=Box.SENT) as item:
            if item.error is not None:
                return None
            sums = [(content.size, _sha256(content)) for content in item.contents]
    except (GatewayError, FolderError) as error:
        log.warning("candidate.not_read", gateway_id=record.message_id, error=str(error))
        return None
    if sorted(size for size, _ in sums) != sorted(file.size for file in record.files):
        return None
    return sorted(digest for _, digest in sums)


def _sha256(content: Content) -> str:
    digest = hashlib.sha256()
    while piece := content.read(CHUNK):
        digest.update(piece)
    return digest.hexdigest()
