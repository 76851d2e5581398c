"""Asks the gateways about a message that is not known here: where it stands there, and why it is not here."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from syncd.core.model import Direction, File, GatewayId, bare
from syncd.core.planning.pull import starts_at
from syncd.core.planning.whose import goes_out, typed
from syncd.core.shown import Box, Record
from syncd.errors import NotThere, Rejected, SyncdError

if TYPE_CHECKING:
    from syncd.core.account import Account
    from syncd.ports import Gateway, Records

MOST_PAGES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One account, as far as a look at its gateway needs it."""

    account: Account
    gateway: Gateway
    records: Records


@dataclass(frozen=True, slots=True, kw_only=True)
class There:
    """A message that a gateway has and the database has not; `remedy` is what to type, if anything."""

    message_id: str
    account: str
    gateway: str
    direction: Direction
    box: str
    sender: str
    receiver: str
    partner_type: str
    subject: str | None
    files: tuple[File, ...]
    at: datetime | None
    why: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """What came of asking: which accounts' gateways were asked, and why one could not be."""

    found: tuple[There, ...]
    asked: tuple[str, ...]
    troubles: tuple[str, ...]


def look_elsewhere(places: Sequence[Place], text: str) -> Elsewhere:
    """Ask each gateway for the id, box by box; one that cannot be asked hides none of the others."""
    found: list[There] = []
    asked: list[str] = []
    troubles: list[str] = []
    for place in places:
        try:
            there = _look(place, GatewayId(text))
        except SyncdError as error:
            troubles.append(f"the gateway of {place.account.name} could not be asked: {error.what}")
            continue
        asked.append(place.account.name)
        found += [there] if there else []
    return Elsewhere(found=tuple(found), asked=tuple(asked), troubles=tuple(troubles))


def _look(place: Place, message_id: GatewayId) -> There | None:
    gateway = place.gateway
    received = _entry(gateway, Box.RECEIVED, message_id)
    if received is not None:
        stations = [station.as2_id for station in gateway.stations()]
        received = typed(received, gateway.partners())
        if not goes_out(received, stations, names_sender=gateway.capabilities.names_sender):
            why, remedy = _why(place, received)
            return _there(place, received, Direction.INBOUND, why, remedy)
    boxes = (Box.OUTBOX,) if gateway.capabilities.has_one_outbox else (Box.QUEUED, Box.SENT, Box.FAILED)
    for box in boxes:
        sent = _entry(gateway, box, message_id)
        if sent is not None:
            why = "it was not sent by this syncd: by another program, or in the gateway's own console"
            return _there(place, sent, Direction.OUTBOUND, why, "")
    return None


def _entry(gateway: Gateway, box: Box, message_id: GatewayId) -> Record | None:
    """The entry, if there is one; a gateway may refuse to look for what is no id at all."""
    try:
        return gateway.entry(box, message_id)
    except (NotThere, Rejected):
        return None


def _why(place: Place, record: Record) -> tuple[str, str]:
    """Why a received message is not here, and what brings it."""
    account = place.account
    fetch = f"syncd refetch {shlex.quote(record.message_id)} --account {account.name}"
    start = starts_at(account, place.records.facts(account.name))
    if record.partner_type not in account.partner_types:
        return f"it is a {record.partner_type} message, which partner_types leaves out", fetch
    if start and record.persisted_at and record.persisted_at < start:
        return f"it is from before {start.astimezone(UTC):%Y-%m-%d %H:%M} UTC (pull_since)", fetch
    if record.taken:
        return f"somebody else took it there: {record.status or 'it is marked as taken'}", fetch
    if _is_unread(place.gateway, record):
        return "it is unread there: the next pull fetches it", "syncd once --only pull"
    return "it is marked read there: by somebody else, or it was removed from this database", fetch


def _is_unread(gateway: Gateway, record: Record) -> bool:
    """Whether the unread list has it, as far as twenty pages from the newest end show."""
    for page in range(MOST_PAGES):
        listing = gateway.unread(record.partner_type, page=page, newest_first=True)
        if bare(record.message_id) in {bare(each.message_id) for each in listing.records}:
            return True
        if listing.is_last or _is_past(gateway, listing.records, record):
            return False
    return False


def _is_past(gateway: Gateway, records: Sequence[Record], record: Record) -> bool:
    if not gateway.capabilities.has_ordered_lists or record.persisted_at is None:
        return False
    return any(each.persisted_at and each.persisted_at < record.persisted_at for each in records)


def _there(place: Place, record: Record, direction: Direction, why: str, remedy: str) -> There:
    return There(
        message_id=record.message_id,
        account=place.account.name,
        gateway=place.account.gateway,
        direction=direction,
        box=record.box,
        sender=record.sender,
        receiver=record.receiver,
        partner_type=record.partner_type,
        subject=record.subject,
        files=tuple(replace(file, place=None) for file in record.files),
        at=record.persisted_at,
        why=why,
        remedy=remedy,
    )
