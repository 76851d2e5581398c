"""The values that everything speaks in: messages, files, pairs, and what the gateway and the folders show.

All of them are frozen; times are aware and in UTC; sizes are bytes; places are POSIX paths relative to
the account's root.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import NewType

MessageId = NewType("MessageId", str)
"""Our own id of a message: eight characters, given by the store, never used again."""

GatewayId = NewType("GatewayId", str)
"""The gateway's id of a message, letter for letter as the gateway listed it."""

Place = NewType("Place", str)
"""Where a file or folder stands: a POSIX path relative to the account's root."""


AUTO = "auto"
"""Station and partner of a message whose pair the gateway reads off the file's own header."""


class Direction(StrEnum):
    """Which way a message goes, seen from here."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


class State(StrEnum):
    """What scripts test; a message is in one of them at any time."""

    ARRIVING = "arriving"
    RECEIVED = "received"
    GONE = "gone"
    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    HELD = "held"
    WITHDRAWN = "withdrawn"


class Phase(StrEnum):
    """Finer than the state; may grow."""

    LISTED = "listed"
    WAITING = "waiting"
    STAGED = "staged"
    PUBLISHED = "published"
    CONFIRMED = "confirmed"
    CLAIMED = "claimed"
    SUBMITTING = "submitting"
    IN_DOUBT = "in_doubt"
    ACCEPTED = "accepted"
    AWAITING_MDN = "awaiting_mdn"
    STOPPED = "stopped"


class PartnerType(StrEnum):
    """The two worlds of a partner list; an AS2 ID may live in both."""

    PRODUCTION = "production"
    TEST = "test"


class MdnStatus(StrEnum):
    """What is known of the partner's signed receipt."""

    PENDING = "pending"
    OK = "ok"
    ERROR = "error"
    NOT_REQUESTED = "not_requested"
    MISSING = "missing"
    """None came for so long that nobody asks any more."""


class Folder(StrEnum):
    """The folders of the tree that hold messages."""

    OUTBOX = "outbox"
    INBOX = "inbox"
    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    HELD = "held"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Pair:
    """Station and partner: our identity and theirs, as the gateway spells them."""

    station: str
    partner: str
    partner_type: PartnerType = PartnerType.PRODUCTION


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One attachment.

    `name` is the name that the other side knows. `place` is where an inbound file stands or will stand
    in the inbox (None: not chosen yet); files of an outbound message stand under the message's place.
    """

    name: str
    size: int
    sha256: str | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mdn:
    """The partner's receipt for a message."""

    status: MdnStatus
    content: str | None = None
    at: datetime | None = None

    @property
    def error(self) -> bool:
        """True for a receipt that says no."""
        return self.status is MdnStatus.ERROR


class Answer(StrEnum):
    """What the partner's acknowledgements say of all documents of a message that we sent."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    PARTLY = "partly"
    SETTLED = "settled"
    """A person has seen to it, whatever they say or did not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KindCount:
    """How many documents of one kind are in a message."""

    name: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try of one request that has an effect: accepted, refused, later, in_doubt, failed."""

    at: datetime
    outcome: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """By which a dropped file is known again: not unique over time, since inodes are reused."""

    device: int
    inode: int
    size: int
    mtime_ns: int

    def is_as(self, other: Identity | None) -> bool:
        """Whether that is the same file, unchanged: a device may have another number after a restart."""
        return other is not None and replace(other, device=self.device) == self


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What the protocols remember of one message between passes; empty for most."""

    tries: int = 0
    """Fetches or attempts to send that did not come to an end, in a row."""
    trouble_since: datetime | None = None
    """Inbound: when fetching first failed."""
    confirmed_at: datetime | None = None
    """Inbound: when the gateway answered the last confirmation."""
    confirmations: int = 0
    """Inbound: confirmations answered since the message was last published or found missing."""
    retransmission_of: MessageId | None = None
    """Inbound: the message whose gateway id this one shares."""
    by_index: bool = False
    """Inbound: names or sizes disagreed with the listing; fetch attachment by attachment."""
    wanted: bool = False
    """Inbound: a person asked for it: fetched by its id, whatever the unread list and `pull_since` say."""
    identity: Identity | None = None
    """Outbound: the dropped file or folder, as it was when it was claimed."""
    submitted_at: datetime | None = None
    """Outbound: when the last attempt began, by our clock."""
    ever_in_doubt: bool = False
    """Outbound: an outcome was once unknown."""
    lookups_absent: int = 0
    """Outbound: complete look-ups in a row that left no candidate."""
    failed_since: datetime | None = None
    """Outbound: first of the unbroken look-ups that found the message in `failed` only."""
    failed_seen: datetime | None = None
    """Outbound: last of them."""
    nowhere_since: datetime | None = None
    """Outbound: first look-up that found an accepted message in none of the lists."""
    nowhere_seen: datetime | None = None
    """Outbound: last of them."""
    mdn_asked_at: datetime | None = None
    """Outbound: last look at the gateway for an MDN."""
    transmitted_at: datetime | None = None
    """Outbound: when the message was first seen among the sent ones."""
    is_judged: bool = False
    """Outbound: the gate has spoken; it is not asked again."""
    acknowledged_within_s: int | None = None
    """Outbound: how soon after it was sent its documents are to be acknowledged, in seconds."""
    file_gone: bool = False
    """Outbound: a person took the file away, or retention removes it; noted once."""
    pruned: bool = False
    """Outbound: it is retention that removes the file, or did."""
    file_gone_at: datetime | None = None
    """Outbound: when that was noted."""
    resent_as: MessageId | None = None
    """Outbound: the message that has the file now, and sends it again."""
    deleted_at: datetime | None = None
    """When its entry at the gateway was deleted, at our word: it is not asked for any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message as the database knows it: the row of `list`, and what the flows need of it."""

    id: MessageId
    account: str
    gateway: str
    direction: Direction
    state: State
    phase: Phase | None = None
    pair: Pair
    name: str = ""
    """Outbound: the name that was dropped, of the file or the folder."""
    is_folder: bool = False
    """Outbound: a dropped folder. Inbound: published as one folder."""
    message_id: GatewayId | None = None
    listed_at: int | None = None
    """Inbound: the gateway's persistedTimestamp, in its own unit; part of the message's key."""
    subject: str | None = None
    batch: str | None = None
    files: tuple[File, ...] = ()
    place: Place | None = None
    """Where the file or folder stands, or is on its way to; None: nowhere."""
    moving_from: Place | None = None
    """Where it stood before, while the rename is not known to be done."""
    created: datetime
    updated: datetime
    accepted_at: datetime | None = None
    settled_at: datetime | None = None
    next_at: datetime | None = None
    reason: str | None = None
    attempts: tuple[Attempt, ...] = ()
    mdn: Mdn | None = None
    resend_of: MessageId | None = None
    progress: Progress = field(default_factory=Progress)
    kinds: tuple[KindCount, ...] = ()
    """The kinds of business documents in its files, as far as they are known."""
    acknowledge_by: datetime | None = None
    """Outbound: until when its documents are to be acknowledged; None: nobody waits for that."""
    acknowledged: Answer | None = None
    """Outbound: what the acknowledgements say; None: not all of it is answered yet.

    Written by acknowledgements alone: no other event touches it, however old its row in hand is.
    """

    @property
    def size(self) -> int:
        """Bytes of all files together."""
        return sum(file.size for file in self.files)


def bare(identifier: str) -> str:
    """An id without the angle brackets that some answers put around it: the form to compare."""
    return identifier.strip().removeprefix("<").removesuffix(">")
