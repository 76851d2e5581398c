"""Answers of ECGrid as values of the core. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from syncd.core.model import File, GatewayId, PartnerType
from syncd.core.shown import Box, Listing, Record, Station
from syncd.errors import Rejected
from syncd.gateways.border import http_date
from syncd.gateways.ecgrid import names, statuses
from syncd.gateways.ecgrid.envelope import Told
from syncd.gateways.ecgrid.fields import Fields, whole
from syncd.gateways.ecgrid.requests import PAGE_LENGTH
from syncd.gateways.ecgrid.statuses import Standing
from syncd.ports.gateway import Receipt

UNKNOWN = "unknown"
"""The sender of a parcel that names none."""
_OTHER_LENGTH = 25  # a page's length where a server keeps to its own (the reference pages' default)


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """A status as it came: what to judge it by, and what to show."""

    word: str | None
    text: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Interchange:
    """One interchange of a parcel, as far as it was told."""

    interchange_id: int
    status: Status
    document_type: str = ""
    sender: str = ""
    receiver: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A parcel in whichever of its shapes; what was not told is None."""

    parcel_id: int
    name: str
    size: int | None
    created: datetime | None
    sender: int | None
    receiver: int | None
    mailbox: int | None
    status: Status
    interchanges: tuple[Interchange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Me:
    """Whose login this is; an id that was not told, or names nothing, is None."""

    mailbox: int | None
    network: int | None
    login: str = ""


def me(told: Told) -> Me:
    """Read the answer to GET /users/me. Raises: BadReply."""
    fields = told.fields
    return Me(
        mailbox=fields.identity(*names.MAILBOXES),
        network=fields.identity(*names.NETWORKS),
        login=fields.text(*names.LOGINS) or "",
    )


def station(fields: Fields) -> Station | None:
    """One of our ECGrid IDs; None for a row without one. Qualifier and id may be padded with spaces."""
    number = fields.identity(*names.ECGRID_IDS)
    if number is None:
        return None
    pair = (fields.text(*names.QUALIFIERS) or "", fields.text(*names.IDS) or "")
    spelled = "/".join(part.strip() for part in pair if part.strip())
    return Station(as2_id=str(number), name=(fields.text(*names.DESCRIPTIONS) or spelled).strip())


def parcel(fields: Fields) -> Parcel | None:
    """A parcel; None for a row without an id."""
    number = fields.identity(*names.PARCELS)
    if number is None:
        return None
    rows = fields.rows(*names.INTERCHANGE_LISTS)
    return Parcel(
        parcel_id=number,
        name=fields.text(*names.FILES) or "",
        size=fields.whole(*names.SIZES),
        created=fields.moment(*names.TIMES),
        sender=fields.identity(*names.SENDERS),
        receiver=fields.identity(*names.RECEIVERS),
        mailbox=fields.identity(*names.MAILBOXES),
        status=status(fields),
        interchanges=_interchanges(rows),
    )


def parcels(told: Told) -> tuple[Parcel, ...]:
    """The parcels of a list. Raises: BadReply."""
    return tuple(one for one in map(parcel, told.rows) if one is not None)


def one_parcel(told: Told, wanted: GatewayId) -> Parcel:
    """The parcel that was asked for. Raises: BadReply."""
    found = parcel(told.fields)
    if found is None or str(found.parcel_id) != str(whole(wanted)):
        raise told.bad("the answer is about another parcel")
    return found


def interchange(fields: Fields) -> Interchange | None:
    """An interchange; None for a row without an id."""
    number = fields.identity(*names.INTERCHANGES)
    if number is None:
        return None
    return Interchange(
        interchange_id=number,
        status=status(fields),
        document_type=fields.text(*names.DOCUMENT_TYPES) or "",
        sender=fields.text("sender") or "",
        receiver=fields.text("receiver") or "",
    )


def interchanges(told: Told) -> tuple[Interchange, ...]:
    """The interchanges of a list or a manifest, each once.

    A manifest may be a log of what was done, and have one many times: how it stands then is not told by it.
    Raises: BadReply.
    """
    return _interchanges(told.rows)


def _interchanges(rows: Sequence[Fields]) -> tuple[Interchange, ...]:
    found: dict[int, Interchange] = {}
    for one in map(interchange, rows):
        if one is not None:
            is_log = one.interchange_id in found and found[one.interchange_id] != one
            unknown = replace(one, status=Status(word=None, text=None))
            found[one.interchange_id] = unknown if is_log else one
    return tuple(found.values())


def one_interchange(told: Told, wanted: int) -> Interchange:
    """The interchange that was asked for. Raises: BadReply."""
    found = interchange(told.fields)
    if found is None or found.interchange_id != wanted:
        raise told.bad("the answer is about another interchange")
    return found


def check_done(told: Told) -> None:
    """A success, unless it says `false`. Raises: Rejected."""
    if told.payload is False:
        said = told.bad("the gateway did not do it")
        raise Rejected(said.what, request=said.request, status=said.status, detail=said.detail)


def status(fields: Fields) -> Status:
    """A status: a word, a code, or an object with both."""
    inner = fields.inner(*names.STATUSES)
    source = inner or fields
    code = source.text(*names.STATUS_CODES[: None if inner else 1])
    words = source.text(*(names.STATUS_WORDS if inner else names.STATUS_WORDS[:2]))
    plain = None if inner else fields.text(*names.STATUSES)
    shown = " ".join(part for part in (plain or code, words) if part)
    return Status(word=plain or code or words, text=shown or None)


def inbound(found: Parcel, mailbox: int | None, *, is_pending: bool) -> Record:
    """A parcel that came. What is pending is nobody's yet, whatever its status says."""
    taken = not is_pending and statuses.is_taken(found.status.word)
    receiver = found.receiver or found.mailbox or mailbox
    return _record(
        found,
        box=Box.RECEIVED,
        sender=str(found.sender or UNKNOWN),
        receiver="" if receiver is None else str(receiver),
        taken=taken,
    )


def outbound(found: Parcel, judged: Standing | None = None, text: str | None = None) -> Record:
    """A parcel that was sent, in the box that its status means, or that is known better."""
    standing = judged or statuses.standing(found.status.word)
    return _record(
        found,
        box=standing.box,
        sender="" if found.sender is None else str(found.sender),
        receiver="" if found.receiver is None else str(found.receiver),
        settled=standing.settled,
        asks_more=standing.asks_more,
        text=text,
    )


def listing(told: Told, records: tuple[Record, ...], *, page: int) -> Listing:
    """A page. A short one is the last, unless its length may be the server's own."""
    count = len(told.rows)
    is_short = count < PAGE_LENGTH and count % _OTHER_LENGTH != 0
    is_all = page == 0 and told.total is not None and count >= told.total
    return Listing(records=records, total=told.total, is_last=not count or is_short or is_all)


def receipt(told: Told) -> Receipt:
    """The id of an uploaded parcel: a number, a text, or in an object.

    Raises: BadReply when there is none: nobody can tell whether the parcel was taken.
    """
    payload = told.payload
    number = Fields(payload).identity(*names.PARCELS) if isinstance(payload, dict) else whole(payload)
    if number is None or number <= 0:
        raise told.bad("the file was accepted without a parcel id")
    at = http_date(told.reply.headers.get("date"))
    return Receipt(message_id=GatewayId(str(number)), at=at, reference=told.trace)


def _record(
    found: Parcel,
    *,
    box: Box,
    sender: str,
    receiver: str,
    settled: bool = False,
    asks_more: bool = False,
    taken: bool = False,
    text: str | None = None,
) -> Record:
    return Record(
        message_id=GatewayId(str(found.parcel_id)),
        box=box,
        persisted=None if found.created is None else round(found.created.timestamp() * 1000),
        persisted_at=found.created,
        sender=sender,
        receiver=receiver,
        partner_type=PartnerType.PRODUCTION,
        files=(File(name=found.name, size=found.size or 0),),
        status=text or found.status.text,
        settled=settled,
        asks_more=asks_more,
        taken=taken,
    )
