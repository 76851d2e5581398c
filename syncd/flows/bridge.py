"""One account's doors together, and the one way in which a flow records what happened."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from syncd.core.account import Account
from syncd.core.events import Event
from syncd.core.machine import advance
from syncd.core.model import Message, Pair
from syncd.core.notices.concerns import Kind
from syncd.core.shown import Partner, Station
from syncd.flows.under_way import UnderWay
from syncd.ports import Change, Clock, Draft, Gateway, Inbox, Journal, Outbox, Records, Tree

Step = tuple[Message, Event]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Something that stopped a job of an account for now: no message is to blame."""

    account: str
    job: str
    what: str
    remedy: str = ""
    needs_person: bool = False
    stops: bool = False
    """The pass came to its end, but its work was not done."""
    kind: Kind = Kind.TROUBLE
    """What people are told that it is."""


@dataclass(slots=True)
class Addresses:
    """The stations and partners as the gateway listed them last; None before the first time."""

    stations: tuple[Station, ...] | None = None
    partners: tuple[Partner, ...] = ()
    strangers_judged: bool = False
    """What stood in `queued/` without a row was held since the last recovery."""

    @property
    def station_ids(self) -> frozenset[str]:
        """The ids of our stations."""
        return frozenset(station.as2_id for station in self.stations or ())

    @property
    def partner_ids(self) -> frozenset[str]:
        """The ids of the partners, of both types."""
        return frozenset(partner.as2_id for partner in self.partners)

    def send_timeout_s(self, pair: Pair) -> int | None:
        """How many seconds the gateway lets a send to this partner take; None: not known."""
        for partner in self.partners:
            if partner.as2_id == pair.partner and partner.partner_type is pair.partner_type:
                return partner.send_timeout_s
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bridge:
    """Everything that the flows of one account work with.

    `clock` shows the gateway's time, as far as it is known, so that times here and there can be compared.
    `observe` is told of each committed change, `complain` of each trouble; neither may raise.
    """

    account: Account
    gateway: Gateway
    journal: Journal
    records: Records
    inbox: Inbox
    outbox: Outbox
    tree: Tree
    clock: Clock
    timezone: tzinfo
    state_room: Callable[[], int] = lambda: sys.maxsize
    """Free bytes of the filesystem of the state; boundless unless told."""
    observe: Callable[[Change], None]
    complain: Callable[[Trouble], None]
    addresses: Addresses = field(default_factory=Addresses)
    under_way: UnderWay = field(default_factory=UnderWay)

    def record(self, steps: Iterable[Step]) -> list[Message]:
        """Advance, store in one transaction, then tell the observer; returns the messages after.

        Raises: IllegalMove before anything is stored; StateError.
        """
        now = self.clock.now()
        changes = [
            Change(event=event, after=advance(row, event, now=now), before=row) for row, event in steps
        ]
        if changes:
            self.journal.write(changes)
        for change in changes:
            self.observe(change)
        return [change.after for change in changes]

    def record_one(self, row: Message, event: Event) -> Message:
        """The same for one event."""
        return self.record([(row, event)])[0]

    def open(self, drafts: Iterable[Draft]) -> tuple[Message, ...]:
        """Store new messages in one transaction, then tell the observer."""
        wanted = tuple(drafts)
        rows = self.journal.open(wanted) if wanted else ()
        for draft, row in zip(wanted, rows, strict=True):
            self.observe(Change(event=draft.event, after=row))
        return rows

    def refresh_addresses(self) -> None:
        """Ask the gateway for stations and partners, and make the folders of their pairs. Two requests."""
        self.addresses.partners = tuple(self.gateway.partners())
        self.addresses.stations = tuple(self.gateway.stations())
        self.tree.make_pairs(
            stations=self.addresses.stations,
            partners=self.addresses.partners,
            used=self.records.pairs_used(self.account.name),
        )

    def local_now(self) -> datetime:
        """Now, in the timezone of dated folders."""
        return self.clock.now().astimezone(self.timezone)
