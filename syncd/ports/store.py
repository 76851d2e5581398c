"""The doors to the database: one that writes, one that reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from syncd.core.looking import Line, Search
from syncd.core.model import (
    Direction,
    GatewayId,
    Message,
    MessageId,
    Pair,
    PartnerType,
    Phase,
    Place,
    State,
)

if TYPE_CHECKING:
    from syncd.core.acknowledging import Subject
    from syncd.core.documents import Interchange
    from syncd.core.events import Event
    from syncd.core.filed import Filed
    from syncd.core.machine import Spot


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One event on one message, as it is stored: the line, and the row after it."""

    event: Event
    after: Message
    before: Message | None = None
    """The row as it was stored before; None: it was opened, or nobody knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A message without an id yet: `message.id` is empty, the store gives one."""

    event: Event
    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """Something to be told about a message; `id` stays the same however often it is told."""

    id: int
    channel: str
    kind: str
    message: Message
    """As it is now, not as it was then."""
    at: datetime
    tries: int = 0
    """How often it was tried to tell it, in vain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What came of a telling: it is done with, or tried again at `again_at`, after so many `tries`."""

    telling: Telling
    again_at: datetime | None = None
    tries: int = 0
    text: str = ""
    """For the message's history, whose row stays as it is; empty: no line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Untold:
    """What a channel could not tell so far, by kind."""

    kind: str
    messages: int
    tries: int
    """The most of one of them."""
    since: datetime
    """When the oldest of them happened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outstanding:
    """Messages in one state and phase that are not at rest."""

    direction: Direction
    state: State
    phase: Phase | None
    messages: int
    oldest: datetime
    """When the first of them was opened."""


class Journal(Protocol):
    """The one writer. Each call is one transaction, durable when it returns."""

    def forget(self, account: str, messages: Sequence[Message], facts: Mapping[str, str | None]) -> int:
        """Remove messages of an account with all that belongs to them, and store facts; returns how many.

        One that changed since it was read is left. Ids are never given again.
        """
        ...

    def open(self, drafts: Sequence[Draft]) -> tuple[Message, ...]:
        """Store new messages with their first history line; returns them with their ids."""
        ...

    def write(self, changes: Sequence[Change]) -> None:
        """Store rows, their history lines and what is to be told about them, all or nothing."""
        ...

    def remember(self, account: str, facts: Mapping[str, str | None]) -> None:
        """Store facts of an account (None: forget)."""
        ...

    def told(self, outcomes: Sequence[Told], *, at: datetime) -> None:
        """Store what came of tellings, with the history lines, all or nothing.

        Of one message and channel the next can be told once the one before is done with. What is done with
        already stays so.
        """
        ...


class Records(Protocol):
    """The reader. Nothing here costs more when the history grows, but for common names and `flaws`."""

    def unfinished(self, account: str, direction: Direction, *, at: Iterable[Spot] = ()) -> Sequence[Message]:
        """Every message that is not at rest (held ones included), oldest first; or those at these spots."""
        ...

    def wanted(self, account: str, *, after: Message | None, limit: int) -> Sequence[Message]:
        """Inbound messages that a person asked for and that are not here yet, by their time of listing.

        `after` is the last of those that were given before: there may be very many.
        """
        ...

    def to_fetch(self, account: str, partner_type: PartnerType, *, limit: int) -> Sequence[Message]:
        """Inbound messages of a type that are not here yet: without a time first, then by when it comes.

        Held ones too, when they are tried again; those that only a person moves on are not among them.
        """
        ...

    def places(self, account: str) -> Sequence[tuple[Place, str | None]]:
        """Where unfinished outbound messages (held ones included) have their files, each with its batch."""
        ...

    def moving(self, account: str) -> Sequence[Message]:
        """Messages whose rename is not known to be done."""
        ...

    def by_gateway_ids(self, account: str, ids: Iterable[GatewayId]) -> Sequence[Message]:
        """Inbound messages with one of these gateway ids (compared without brackets)."""
        ...

    def outbound_ids(self, account: str, ids: Iterable[GatewayId]) -> frozenset[str]:
        """Which of these gateway ids (bare) belong to outbound messages of ours already."""
        ...

    def alike_failed(self, account: str, pair: Pair, name: str) -> Sequence[Message]:
        """Failed outbound messages of the pair, dropped under this name, newest first, at most 20."""
        ...

    def failed_since(self, account: str, since: datetime) -> Sequence[Message]:
        """Failed outbound messages with a gateway id that settled after `since`."""
        ...

    def failed_with_file(self, account: str, *, limit: int) -> Sequence[Message]:
        """Failed outbound messages whose file is not known to be gone, newest first."""
        ...

    def with_files(
        self, account: str, state: State, *, until: datetime, after: Message | None, limit: int
    ) -> Sequence[Message]:
        """Outbound messages at rest with a place, settled before `until`, the longest settled first.

        From the first one, or from the one after `after`; fewer than `limit` are the last.
        """
        ...

    def at_gateway(
        self, account: str, state: State, *, until: datetime, after: Message | None, limit: int
    ) -> Sequence[Message]:
        """Messages at rest whose entry at the gateway was not deleted by us; in parts, as above."""
        ...

    def done(self, account: str, *, until: datetime, after: Message | None, limit: int) -> Sequence[Message]:
        """Messages at rest whose file is gone from our hands, settled before `until`; in parts, as above.

        Received ones are: their files are the ERP's. One that the gateway listed without a time is left out.
        """
        ...

    def pairs_used(self, account: str) -> Sequence[Pair]:
        """Pairs with any message."""
        ...

    def counts(self, account: str) -> Mapping[tuple[Direction, State], int]:
        """How many messages are in each state."""
        ...

    def outstanding(self, account: str) -> Sequence[Outstanding]:
        """What is not at rest (held ones included), counted by direction, state and phase."""
        ...

    def attention(self, account: str) -> int:
        """How many messages need a person; a thousand are as many as are counted."""
        ...

    def opened(self, direction: Direction, since: datetime, until: datetime) -> int:
        """How many messages of a direction were created in that time, of all accounts."""
        ...

    def facts(self, account: str) -> Mapping[str, str]:
        """The remembered facts of an account."""
        ...

    def get(self, message_id: MessageId) -> Message | None:
        """One message by our id."""
        ...

    def find(self, text: str, *, account: str | None = None, limit: int = 100) -> Sequence[Message]:
        """Messages by our id, else the gateway's, else a file name (exact, then a part), newest first."""
        ...

    def named(self, text: str, *, account: str | None = None, limit: int = 100) -> Sequence[Message]:
        """The same without parts: an id, or the whole name of a file."""
        ...

    def search(self, wanted: Search) -> Sequence[Message]:
        """Messages that fit, newest first."""
        ...

    def history(self, message_id: MessageId) -> Sequence[Line]:
        """The lines of one message, oldest first."""
        ...

    def histories(self, messages: Sequence[MessageId]) -> Mapping[MessageId, Sequence[Line]]:
        """The lines of many messages, each oldest first; one without any may be left out."""
        ...

    def documents(self, messages: Sequence[MessageId], *, most: int) -> Mapping[MessageId, Sequence[Filed]]:
        """The first `most` business documents of each message, in order; one without any is left out."""
        ...

    def carrying(
        self, interchange: Interchange, *, account: str, pair: Pair, since: datetime
    ) -> Sequence[Message]:
        """Messages of the pair with an interchange of that number between those names: queued, sent or held.

        Held ones when they were tried before; the others carry nothing. Of one standard, both for test or
        neither, dropped since then; compared without leading zeros, newest first, and not more than a few.
        """
        ...

    def sent_as(self, account: str, pair: Pair, subject: Subject) -> Sequence[Message]:
        """Outbound messages that an acknowledgement from the pair may mean by that, newest first.

        Those with its numbers between the same two ends; without any, those of the pair, of its youngest.
        """
        ...

    def overdue(self, account: str, *, now: datetime) -> int:
        """How many sent messages were to be acknowledged by now, and were not."""
        ...

    def untold(self, channel: str, *, now: datetime, limit: int = 100) -> Sequence[Telling]:
        """What a channel is to tell now, longest due first; of each message the oldest only."""
        ...

    def next_untold(self, channel: str, *, after: datetime) -> datetime | None:
        """When, after that time, something of a channel is due next; None: nothing waits."""
        ...

    def troubled(self, channel: str, account: str) -> Sequence[Untold]:
        """What the channel has tried to tell of this account's messages, in vain so far."""
        ...

    def part(
        self, account: str, *, after: MessageId | None, limit: int, since: datetime | None = None
    ) -> Sequence[Message]:
        """A part of all messages of an account, in the order in which they were opened.

        With `since`: of those with a line of history from then on.

        From the first one, or from the one after `after`; fewer than `limit` are the last.
        """
        ...

    def accounts(self) -> frozenset[str]:
        """The names of all accounts that have messages."""
        ...

    def flaws(self) -> Sequence[str]:
        """What is damaged in the database itself, in words; nothing when it is sound. May take long.

        Raises: StateBroken when not even that can be read.
        """
        ...
