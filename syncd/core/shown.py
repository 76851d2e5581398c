"""What the world shows: a gateway's lists and entries, and what stands in an outbox."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from syncd.core.model import File, GatewayId, Identity, Mdn, Pair, PartnerType, Place


class Box(StrEnum):
    """The gateway's four lists."""

    RECEIVED = "received"
    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"


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

    `sender` and `receiver` are the two ids as listed; which of them is ours is decided here, not there.
    `files` may be missing from queued entries. `delivered` and `mdn` are None where the words are unknown.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One page of a list. `total` is the number of all results, as the gateway counts them."""

    records: tuple[Record, ...]
    total: int


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
