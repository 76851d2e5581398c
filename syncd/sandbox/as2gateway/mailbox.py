"""What lies in one account: received and outbound messages, and who changed them."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Literal

from syncd.sandbox.as2gateway.world import Account, MdnKind, Partner, PartnerType
from syncd.sandbox.clock import Clock
from syncd.sandbox.ledger import FileRecord, InboundRecord, Mark, SentRecord
from syncd.sandbox.wire.exchange import Refusal

State = Literal["queued", "processing", "sent", "stopped", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One attachment."""

    name: str
    content: bytes
    content_type: str = "application/octet-stream"

    def record(self) -> FileRecord:
        """Describe it for the ledger."""
        return FileRecord.of(self.name, self.content, self.content_type)


@dataclass(slots=True, kw_only=True)
class Inbound:
    """A received message."""

    id: str
    station: str
    partner: str
    partner_type: PartnerType
    files: tuple[File, ...]
    persisted: float
    arrives: float = 0.0
    """Not listed before this moment."""
    subject: str | None = None
    is_read: bool = False
    is_deleted: bool = False
    is_lost: bool = False
    records: tuple[FileRecord, ...] = ()
    downloads: list[int] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.records = tuple(file.record() for file in self.files)
        self.downloads = [0] * len(self.files)

    def mark(self, *, is_read: bool, at: float, by: str) -> None:
        """Set the read mark and remember who did."""
        self.is_read = is_read
        self.marks.append(Mark(at=at, is_read=is_read, by=by))

    def record(self, login: str) -> InboundRecord:
        """Describe it for the ledger."""
        return InboundRecord(
            id=self.id,
            login=login,
            station=self.station,
            partner=self.partner,
            partner_type=self.partner_type,
            files=self.records,
            persisted=self.persisted,
            is_read=self.is_read,
            is_deleted=self.is_deleted,
            is_lost=self.is_lost,
            downloads=tuple(self.downloads),
            marks=tuple(self.marks),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedAttempt:
    """One entry of the failed list; all of a message carry its id."""

    at: float
    http_status: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Mdn:
    """What is known once the partner's server took a message: when, and the MDN that comes or does not."""

    kind: MdnKind
    sent_at: float
    at: float
    content: str
    gives_up_at: float | None


@dataclass(slots=True, kw_only=True)
class Outbound:
    """A message on its way to a partner."""

    id: str
    station: str
    partner: str
    partner_type: PartnerType
    files: tuple[File, ...]
    subject: str | None
    profile: str | None
    accepted: float
    next_at: float
    accepted_monotonic: float
    records: tuple[FileRecord, ...] = ()
    state: State = "queued"
    attempts: int = 0
    retries_used: int = 0
    failed: list[FailedAttempt] = field(default_factory=list)
    mdn: Mdn | None = None
    is_deleted: bool = False
    is_lost: bool = False

    def __post_init__(self) -> None:
        self.records = tuple(file.record() for file in self.files)

    @property
    def is_moving(self) -> bool:
        """Say whether time alone changes it."""
        return self.state in {"queued", "processing"} and not self.is_deleted

    @property
    def outcome(self) -> str:
        """Name what became of it, for the ledger."""
        if self.is_lost:
            return "lost"
        return "deleted" if self.is_deleted else self.state

    def record(self, login: str) -> SentRecord:
        """Describe it for the ledger."""
        return SentRecord(
            id=self.id,
            login=login,
            station=self.station,
            partner=self.partner,
            partner_type=self.partner_type,
            files=self.records,
            subject=self.subject,
            profile=self.profile,
            at=self.accepted_monotonic,
            attempts=self.attempts,
            outcome=self.outcome,
            mdn=self.mdn.kind if self.mdn else None,
        )


Message = Inbound | Outbound


def bare(message_id: str) -> str:
    """Take one pair of angle brackets off an id: how ids are compared and kept."""
    if message_id.startswith("<") and message_id.endswith(">") and len(message_id) > 2:
        return message_id[1:-1]
    return message_id


class Mailbox:
    """The messages of one account, oldest first."""

    def __init__(self, account: Account, *, clock: Clock, dice: random.Random) -> None:
        self.account = account
        self.received: list[Inbound] = []
        self.outbound: list[Outbound] = []
        self.moving: list[Outbound] = []
        self._received_by_id: defaultdict[str, list[Inbound]] = defaultdict(list)
        self._outbound_by_id: dict[str, Outbound] = {}
        self._clock = clock
        self._dice = dice

    def new_id(self) -> str:
        """Make an id as the document shows them."""
        left, right = self._dice.randrange(10**7, 10**8), self._dice.randrange(10, 100)
        return f"{left}.{right}.{int(self._clock.now() * 1000)}@as2gateway.com"

    def partner(self, as2_id: str, partner_type: str) -> Partner | None:
        """Find a partner of that type."""
        found = (
            one for one in self.account.partners if (one.as2_id, one.partner_type) == (as2_id, partner_type)
        )
        return next(found, None)

    def has_station(self, as2_id: str) -> bool:
        """Say whether the account has the station."""
        return any(station.as2_id == as2_id for station in self.account.stations)

    def add_outbound(self, entry: Outbound) -> None:
        """Take an accepted message."""
        self.outbound.append(entry)
        self._outbound_by_id[entry.id] = entry
        self.moving.append(entry)

    def add_received(self, message: Inbound) -> None:
        """Take a message that arrives."""
        self.received.append(message)
        self._received_by_id[message.id].append(message)

    def inbound_messages(self) -> list[Inbound]:
        """Give what the received list may show."""
        return self._visible(self.received)

    def _visible(self, messages: list[Inbound]) -> list[Inbound]:
        now = self._clock.now()
        return [message for message in messages if not message.is_deleted and message.arrives <= now]

    def received_by_id(self, message_id: str) -> list[Inbound]:
        """Give the received messages of an id, oldest first."""
        return self._visible(self._received_by_id.get(bare(message_id), []))

    def outbound_in(self, state: State) -> list[Outbound]:
        """Give what is in that state."""
        return [entry for entry in self.outbound if entry.state == state and not entry.is_deleted]

    def failures(self) -> list[Outbound]:
        """Give what has failed attempts, wherever it is now."""
        return [entry for entry in self.outbound if entry.failed]

    def find_received(self, message_id: str) -> Inbound:
        """Find a received message, the newest of that id.

        Raises: Refusal.
        """
        found = self.received_by_id(message_id)
        if not found:
            raise _not_found("received", message_id)
        return found[-1]

    def find_outbound(self, message_id: str, *states: State) -> Outbound:
        """Find an outbound message that is in one of the states.

        Raises: Refusal.
        """
        entry = self._outbound_by_id.get(bare(message_id))
        if entry is None or entry.is_deleted or entry.state not in states:
            raise _not_found(states[0], message_id)
        return entry

    def find_failed(self, message_id: str) -> Outbound:
        """Find a message with failed attempts.

        Raises: Refusal.
        """
        entry = self._outbound_by_id.get(bare(message_id))
        if entry is None or not entry.failed:
            raise _not_found("failed", message_id)
        return entry

    def mark(self, message_id: str, *, is_read: bool, by: str) -> None:
        """Set the read mark of every received message of that id."""
        for message in self.received_by_id(message_id):
            message.mark(is_read=is_read, at=self._clock.monotonic(), by=by)


def _not_found(place: str, message_id: str) -> Refusal:
    return Refusal(404, f"Failed to find {place} AS2 message by the given ID: {message_id}")
