"""What the world shows: a gateway's lists and entries, and what stands in an outbox."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from syncd.core.model import File, GatewayId, Identity, Mdn, Pair, PartnerType, Place


class Box(StrEnum):
    """The gateway's lists. `outbox` is the one list of a gateway that keeps all that was sent together."""

    RECEIVED = "received"
    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    OUTBOX = "outbox"


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """One of our own identities at the gateway."""

    as2_id: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner:
    """A trading partner as far as the bridge needs it."""

    as2_id: str
    name: str = ""
    partner_type: PartnerType
    send_timeout_s: int | None = None
    subject: str | None = None
    requests_mdn: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One entry of one of the gateway's lists.

    `box` is where the entry stands: of the one list of all that was sent, the box that its status means.
    `sender` and `receiver` are the two ids as listed, empty where the entry has none; which of them is ours
    is decided here, not there. `files` may be missing from queued entries. `delivered` and `mdn` are None
    where the words are unknown.
    """

    message_id: GatewayId
    box: Box
    persisted: int | None
    persisted_at: datetime | None
    sender: str
    receiver: str
    partner_type: PartnerType
    subject: str | None = None
    files: tuple[File, ...] = ()
    delivered: bool | None = None
    transport_status: int | None = None
    mdn: Mdn | None = None
    status: str | None = None
    """The gateway's own word for how the entry stands, where it has one."""
    settled: bool = False
    """Sent: the partner has it, the gateway says so itself, and no MDN is to come."""
    asks_more: bool = False
    """On its way: the list does not tell how it ends, asking for the entry by its id may."""
    taken: bool = False
    """Received: somebody took it, so it is not to be fetched any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One page of a list.

    `total` is the number of all results, as the gateway counts them; None: it does not tell. `is_last`: no
    further page follows, as far as the page itself shows. `unreadable` entries are left out, having no id.
    """

    records: tuple[Record, ...]
    total: int | None
    is_last: bool
    unreadable: int = 0


def traced(reference: str, words: str = "") -> str:
    """A note for the history: the reference by which the gateway's support finds a request, then words."""
    return "; ".join(part for part in (f"trace {reference}" if reference else "", words) if part)


def untraced(words: str) -> str:
    """Words without such a reference: it makes no difference to what they say."""
    return re.sub(r" ?\(trace [^()]*\)", "", words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a gateway can do; planning and operations ask these, never for its name."""

    kind: str
    files_per_message: int
    bytes_per_message: int
    batch_messages: int
    batch_bytes: int
    has_mdn: bool
    has_batch_confirm: bool
    can_mark_unread: bool
    can_retry: bool
    can_delete: bool
    can_read_sent: bool
    """The content of a sent message can be had and compared."""
    has_numbered_pairs: bool
    """Any two numbers are a pair; there is no list of partners, and `auto` routes by the file's header."""
    has_one_outbox: bool
    """All that was sent stands in one list, each entry with the box that its status means."""
    has_ordered_lists: bool
    """Lists come in the order of time, so that reading may stop early."""
    names_sender: bool
    """The sender of a received message is the partner for certain."""
    failed_is_final: bool
    """A failed entry is the gateway's last word; else it is one failed try."""
    longest_list: timedelta | None = None
    """The longest time that one list, but for the unread one, reaches over; None: any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """A file or folder in an outbox that is ready to be taken.

    `station_folder`/`partner_folder` decoded are in `pair`; a pair that could not be told is None with
    `refusal` saying why. `files` are name and size of each file (one for a plain file).
    """

    place: Place
    name: str
    pair: Pair
    is_folder: bool
    identity: Identity
    files: tuple[File, ...]
    refusal: str | None = None
    status_place: Place | None = None
    """A status file that came back with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotTaken:
    """Something in an outbox that is not taken: what, and why, and whether a person has to act."""

    place: Place
    reason: str
    needs_person: bool = False
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What one scan of the outbox found."""

    ready: tuple[Dropped, ...]
    not_taken: tuple[NotTaken, ...]
