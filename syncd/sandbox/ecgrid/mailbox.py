"""What lies in one login's mailbox: inbound and outbound parcels, with their interchanges."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from syncd.sandbox.clock import Clock
from syncd.sandbox.ecgrid.edi import Header
from syncd.sandbox.ecgrid.world import ECGridLogin
from syncd.sandbox.ledger import FileRecord, InboundRecord, Mark, SentRecord
from syncd.sandbox.wire.exchange import Refusal

InterchangeState = Literal[
    "received", "pending", "retrying", "delivered", "rejected", "unrouted", "cancelled"
]
_FOLLOWS: dict[str, InterchangeState] = {
    "outboxPending": "received",
    "outboxSent": "pending",
    "InBoxReady": "pending",
    "outboxRetry": "retrying",
    "outboxDeliveryError": "retrying",
    "outboxFailed": "rejected",
    "unrouted": "unrouted",
    "Cancelled": "cancelled",
}
"""What an interchange is while its parcel has that status; any other status is a good end."""
UNDELIVERED = frozenset({"outboxPending", "outboxRetry", "outboxDeliveryError"})
_OUTCOMES = {
    "outboxPending": "queued",
    "outboxRetry": "queued",
    "outboxDeliveryError": "queued",
    "outboxSent": "processing",
    "outboxFailed": "failed",
    "unrouted": "failed",
    "Cancelled": "stopped",
}


@dataclass(slots=True, kw_only=True)
class Interchange:
    """One interchange of a parcel."""

    id: int
    header: Header
    state: InterchangeState
    changed: float


@dataclass(slots=True, kw_only=True)
class Parcel:
    """What inbound and outbound parcels have in common; station is our own side, None without ids."""

    id: int
    station: int | None
    partner: int | None
    name: str
    content: bytes
    created: float
    interchanges: list[Interchange]
    modified: float = 0.0
    mailbag: str = ""
    notes: list[str] = field(default_factory=list)
    is_lost: bool = False
    file: FileRecord = field(init=False)

    def __post_init__(self) -> None:
        self.modified = self.modified or self.created
        self.file = FileRecord.of(self.name, self.content, "application/octet-stream")

    @property
    def sender(self) -> int | None:
        """Give the ECGrid id that it is from."""
        return self.partner if isinstance(self, Inbound) else self.station

    @property
    def receiver(self) -> int | None:
        """Give the ECGrid id that it is for."""
        return self.station if isinstance(self, Inbound) else self.partner


@dataclass(slots=True, kw_only=True)
class Inbound(Parcel):
    """A parcel to fetch: pending until it is confirmed, by whoever."""

    arrives: float = 0.0
    """Not listed before this moment."""
    is_confirmed: bool = False
    is_marked: bool = False
    """Its status shows that it was downloaded."""
    downloads: int = 0
    marks: list[Mark] = field(default_factory=list)

    def mark(self, *, is_confirmed: bool, at: float, by: str) -> None:
        """Confirm it, or put it back into the inbox, and remember who did."""
        self.is_confirmed = is_confirmed
        self.is_marked = self.is_marked and is_confirmed
        self.marks.append(Mark(at=at, is_read=is_confirmed, by=by))

    def record(self, login: str) -> InboundRecord:
        """Describe it for the ledger."""
        return InboundRecord(
            id=str(self.id),
            login=login,
            station=_shown(self.station),
            partner=_shown(self.partner),
            partner_type="production",
            files=(self.file,),
            persisted=self.created,
            is_read=self.is_confirmed,
            is_deleted=False,
            is_lost=self.is_lost,
            downloads=(self.downloads,),
            marks=tuple(self.marks),
        )


@dataclass(slots=True, kw_only=True)
class Outbound(Parcel):
    """A parcel on its way to a partner."""

    next_at: float | None
    """When it moves on by itself; None: never."""
    accepted_monotonic: float
    status: str = "outboxPending"
    attempts: int = 0
    failures: int = 0

    def become(self, status: str, at: float) -> None:
        """Take a status, and let its interchanges follow, but for those that were cancelled."""
        self.status = status
        self.modified = at
        for one in self.interchanges:
            if one.state != "cancelled":
                one.state = _FOLLOWS.get(status, "delivered")
                one.changed = at

    @property
    def outcome(self) -> str:
        """Name what became of it, for the ledger."""
        if self.is_lost:
            return "lost"
        is_rejected = any(one.state == "rejected" for one in self.interchanges)
        return "failed" if is_rejected else _OUTCOMES.get(self.status, "sent")

    def record(self, login: str) -> SentRecord:
        """Describe it for the ledger."""
        return SentRecord(
            id=str(self.id),
            login=login,
            station=_shown(self.station),
            partner=_shown(self.partner),
            partner_type="production",
            files=(self.file,),
            subject=None,
            profile=None,
            at=self.accepted_monotonic,
            attempts=self.attempts,
            outcome=self.outcome,
            mdn=None,
        )


def _shown(ecgrid_id: int | None) -> str:
    return "" if ecgrid_id is None else str(ecgrid_id)


class Mailbox:
    """The parcels of one login, in the order in which they came."""

    def __init__(self, login: ECGridLogin, *, clock: Clock) -> None:
        self.login = login
        self.inbound: list[Inbound] = []
        self.outbound: list[Outbound] = []
        self.moving: list[Outbound] = []
        self._by_id: dict[int, Parcel] = {}
        self._clock = clock

    def has_id(self, ecgrid_id: int) -> bool:
        """Say whether the ECGrid id is one of ours."""
        return any(one.ecgrid_id == ecgrid_id for one in self.login.ids)

    def add(self, parcel: Inbound | Outbound) -> None:
        """Take a parcel."""
        self._by_id[parcel.id] = parcel
        if isinstance(parcel, Inbound):
            self.inbound.append(parcel)
        else:
            self.outbound.append(parcel)
            self.moving.append(parcel)

    def arrived(self) -> list[Inbound]:
        """Give the inbound parcels that are there by now."""
        now = self._clock.now()
        return [parcel for parcel in self.inbound if parcel.arrives <= now]

    def sent(self) -> list[Outbound]:
        """Give the outbound parcels that were not dropped unseen."""
        return [parcel for parcel in self.outbound if not parcel.is_lost]

    def find(self, parcel_id: int) -> Inbound | Outbound:
        """Find a parcel of either direction.

        Raises: Refusal.
        """
        found = self._by_id.get(parcel_id)
        if isinstance(found, Inbound) and found.arrives <= self._clock.now():
            return found
        if isinstance(found, Outbound) and not found.is_lost:
            return found
        raise Refusal(404, f"No parcel found with the supplied ID {parcel_id}.")

    def find_inbound(self, parcel_id: int) -> Inbound:
        """Find an inbound parcel.

        Raises: Refusal.
        """
        found = self.find(parcel_id)
        if isinstance(found, Inbound):
            return found
        raise Refusal(400, f"The parcel {parcel_id} is not inbound.")

    def parcels(self) -> Iterator[Inbound | Outbound]:
        """Give all parcels that a client may see."""
        yield from self.arrived()
        yield from self.sent()

    def find_interchange(self, interchange_id: int) -> tuple[Inbound | Outbound, Interchange]:
        """Find an interchange, and the parcel that it came in.

        Raises: Refusal.
        """
        for parcel in self.parcels():
            for one in parcel.interchanges:
                if one.id == interchange_id:
                    return parcel, one
        raise Refusal(404, f"No interchange found with the supplied ID {interchange_id}.")

    def mark(self, parcel: Inbound, *, is_confirmed: bool, by: str) -> None:
        """Confirm a parcel, or put it back into the inbox."""
        parcel.mark(is_confirmed=is_confirmed, at=self._clock.monotonic(), by=by)
        parcel.modified = self._clock.now()
