"""Compares the gateway with the database: what is marked read there was received here.

How far back: as far as the oldest message that is still arriving, seven days at least and thirty at most,
but never before `pull_since`, or what retention has forgotten; and at most so many pages. What was read
before this account's first look was read by somebody else, who has it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from syncd.core.looking import Search
from syncd.core.model import Direction, Message, PartnerType, State, bare
from syncd.core.planning.pull import starts_at
from syncd.core.planning.span import command
from syncd.core.shown import Box, Listing, Record
from syncd.errors import GatewayError, NotThere, Rejected
from syncd.operations.verifying_desk import Desk, refuse_to_hang_on
from syncd.operations.verifying_report import Finding, Kind

LEAST_BACK = timedelta(days=7)
MOST_BACK = timedelta(days=30)
MOST_PAGES = 100
"""Pages of one list: ten thousand messages."""
MOST_ROWS = 10_000
FIRST_LOOK = timedelta(hours=24)
"""The stored `pull_since` of a new account is so much before its first look."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The time that is looked at, by the gateway's clock; `ours_from`: since when what is read is ours."""

    since: datetime
    ours_from: datetime | None


@dataclass(slots=True)
class Looked:
    """What a look at the gateway brought; `since` is None when it was not asked."""

    since: datetime | None = None
    listed: int = 0
    is_cut: bool = False
    findings: list[Finding] = field(default_factory=list)


def window(desk: Desk) -> Window | None:
    """How far back to look; None for an account that never listed anything: nothing can be missing."""
    start = starts_at(desk.account, desk.records.facts(desk.account.name))
    if start is None and desk.account.pull_since != "all":
        return None
    now = desk.clock.now()
    coming = [row.created for row in _arriving(desk)]
    since = max(min([now - LEAST_BACK, *coming]), now - MOST_BACK)
    return Window(since=max(since, start) if start else since, ours_from=_first_look(desk))


def _first_look(desk: Desk) -> datetime | None:
    """When the account looked first, as far as can be told: its first message at the latest."""
    stored = desk.records.facts(desk.account.name).get("pull_since")
    if stored and desk.account.pull_since is None:
        return datetime.fromisoformat(stored) + FIRST_LOOK
    first = desk.records.part(desk.account.name, after=None, limit=1)
    return first[0].created if first else None


def _arriving(desk: Desk) -> list[Message]:
    rows = desk.records.unfinished(desk.account.name, Direction.INBOUND)
    return [row for row in rows if row.state is not State.HELD]


# Looking -----------------------------------------------------------------------------------------

Listed = Mapping[str, Record]
"""What was listed, by the bare id."""


def compare(desk: Desk, *, repair: bool) -> Looked:
    """Look at the gateway; what seems to be missing is looked at twice, the second time undisturbed.

    Raises: GatewayError.
    """
    there = window(desk)
    if there is None:
        return Looked()
    looked = Looked(since=there.since)
    for partner_type in desk.account.partner_types:
        began = desk.clock.now()
        received, is_cut = _received(desk, partner_type, there)
        looked.listed += len(received)
        looked.is_cut = looked.is_cut or is_cut
        missing = _missing(desk, partner_type, received, there)
        if missing:
            with desk.alone():  # no pull of ours shifts the pages meanwhile
                missing = _missing(desk, partner_type, missing, there)
        looked.findings += _told(desk, missing.values(), there, repair=repair)
        if not is_cut:
            looked.findings += _absent(desk, partner_type, received, there, began)
    return looked


def _received(desk: Desk, partner_type: PartnerType, there: Window) -> tuple[Listed, bool]:
    """All that arrived there within the window, and whether there is more."""

    def ask(page: int) -> Listing:
        return desk.gateway.page(Box.RECEIVED, partner_type, page=page, since=there.since)

    return _pages(desk, there, ask)


def _unread(desk: Desk, partner_type: PartnerType, there: Window) -> tuple[Listed, bool]:
    def ask(page: int) -> Listing:
        return desk.gateway.unread(partner_type, page=page, newest_first=True)

    return _pages(desk, there, ask)


def _pages(desk: Desk, there: Window, ask: Callable[[int], Listing]) -> tuple[Listed, bool]:
    """Read pages, the newest first where lists are in order, until the window is over."""
    is_ordered = desk.gateway.capabilities.has_ordered_lists
    seen: dict[str, Record] = {}
    for page in range(MOST_PAGES):
        refuse_to_hang_on(desk)
        listing = ask(page)
        fresh = {bare(record.message_id): record for record in listing.records}
        is_over = is_ordered and any(_is_before(record, there.since) for record in listing.records)
        is_new = not fresh.keys() <= seen.keys()
        seen |= {key: record for key, record in fresh.items() if not _is_before(record, there.since)}
        if listing.is_last or is_over or not is_new:
            return seen, False
    return seen, True


def _is_before(record: Record, since: datetime) -> bool:
    return record.persisted_at is not None and record.persisted_at < since


# Judging -----------------------------------------------------------------------------------------


def _missing(desk: Desk, partner_type: PartnerType, received: Listed, there: Window) -> Listed:
    """What is read there and not known here: the unread list comes after the other, the database last.

    So what arrives meanwhile, and what a pull fetches meanwhile, is not taken for missing.
    """
    unread, is_cut = _unread(desk, partner_type, there)
    # A list in no order may have been cut short unseen: there the entry itself has to say it.
    tells = desk.gateway.capabilities.has_ordered_lists and not is_cut
    is_read = {
        key: record
        for key, record in received.items()
        if record.persisted_at is not None and (record.taken or (tells and key not in unread))
    }
    ids = [record.message_id for record in is_read.values()]
    rows = desk.records.by_gateway_ids(desk.account.name, ids) if ids else ()
    known = {bare(row.message_id or "") for row in rows}
    return {key: record for key, record in is_read.items() if key not in known}


def _told(desk: Desk, missing: Collection[Record], there: Window, *, repair: bool) -> list[Finding]:
    """Each that was read since our first look; those from before together."""
    ours_from = there.ours_from
    ours = [record for record in missing if ours_from and not _is_before(record, ours_from)]
    before = [record for record in missing if not ours_from or _is_before(record, ours_from)]
    findings = [_never_received(desk, record) for record in ours]
    if repair and desk.gateway.capabilities.can_mark_unread:
        findings = _marked(desk, ours, findings)
    return [*findings, *([_read_before(desk, before)] if before else [])]


def _never_received(desk: Desk, record: Record) -> Finding:
    ends = f"from {record.sender} to {record.receiver}"
    what = f"message {record.message_id} {ends} is marked read there, but was never received here"
    remedy = "Ask the gateway's support to make it unread."
    can_repair = desk.gateway.capabilities.can_mark_unread
    if can_repair:
        remedy = "--repair marks it unread, so that the next pull fetches it; unless another program has it."
    return Finding(
        account=desk.account.name,
        kind=Kind.NEVER_RECEIVED,
        what=what,
        remedy=remedy,
        message_id=record.message_id,
        can_repair=can_repair,
    )


def _marked(desk: Desk, records: Iterable[Record], findings: Iterable[Finding]) -> list[Finding]:
    """Mark them unread one by one; when the gateway itself is the trouble, the rest is not tried."""
    done: list[Finding] = []
    trouble: GatewayError | None = None
    for record, finding in zip(records, findings, strict=True):
        refuse_to_hang_on(desk)
        if trouble is None or isinstance(trouble, (NotThere, Rejected)):
            trouble = _mark(desk, record)
        done.append(replace(finding, repaired=trouble is None, trouble=str(trouble or "")))
    return done


def _mark(desk: Desk, record: Record) -> GatewayError | None:
    try:
        desk.gateway.mark_unread(record.message_id)
    except GatewayError as error:
        return error
    log.info("message.marked_unread", account=desk.account.name, gateway_id=record.message_id, by=desk.by)
    return None


def _read_before(desk: Desk, records: Collection[Record]) -> Finding:
    what = f"{len(records)} messages were read at the gateway before syncd first looked: somebody has them"
    return Finding(
        account=desk.account.name,
        kind=Kind.READ_BEFORE,
        what=what,
        remedy=f"To have them here: {_refetching(desk, records)}",
        is_note=True,
    )


def _refetching(desk: Desk, records: Collection[Record]) -> str:
    times = [record.persisted_at for record in records if record.persisted_at]
    return command(desk.account.name, min(times), max(times))


def _absent(
    desk: Desk, partner_type: PartnerType, received: Listed, there: Window, began: datetime
) -> list[Finding]:
    """What we know and the gateway does not list any more: somebody deleted it there."""
    oldest = min((record.persisted for record in received.values() if record.persisted), default=None)
    wanted = Search(
        account=desk.account.name,
        direction=Direction.INBOUND,
        states=(State.ARRIVING, State.RECEIVED),
        since=there.since,
        until=began,
        limit=MOST_ROWS,
    )
    gone = [
        row
        for row in (desk.records.search(wanted) if oldest else ())
        if row.pair.partner_type is partner_type
        and row.message_id is not None
        and row.progress.deleted_at is None
        and bare(row.message_id) not in received
        and (row.listed_at or 0) >= (oldest or 0)
    ]
    coming = [row for row in gone if row.state is State.ARRIVING]
    kept = len(gone) - len(coming)
    what = f"{kept} messages that were received are not at the gateway any more: they were deleted there"
    note = Finding(account=desk.account.name, kind=Kind.NOT_AT_GATEWAY, what=what, is_note=True)
    return [*(_unfetchable(desk, row) for row in coming), *([note] if kept else [])]


def _unfetchable(desk: Desk, row: Message) -> Finding:
    return Finding(
        account=desk.account.name,
        kind=Kind.NOT_AT_GATEWAY,
        what="it was listed but not fetched yet, and is not at the gateway any more",
        remedy="The next pull finds out, and says so.",
        id=row.id,
        message_id=row.message_id,
        is_note=True,
    )
