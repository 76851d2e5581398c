"""The doors of notices: the durable memory of what was told, and the ways out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from syncd.core.model import Message, MessageId
    from syncd.core.notices.concerns import Changes, Concern
    from syncd.core.notices.notice import Notice
    from syncd.core.notices.times import Batch
    from syncd.ports.store import Telling


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One notice on one way out."""

    id: int
    way: str
    notice: Notice
    at: datetime
    tries: int
    """In vain so far."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """How far messages were looked through, in the order in which they were settled."""

    at: datetime
    message: MessageId | None
    """The last one; None: none of that time was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stuck:
    """A way on which notices do not get out: how many, since when, and why."""

    way: str
    notices: int
    tries: int
    since: datetime
    problem: str


class Notebook(Protocol):
    """What is to be told, was told, and is on its way out. Each call that writes is one transaction."""

    def standing(self) -> Sequence[Concern]:
        """All concerns that are not about one message."""
        ...

    def pending(self, *, limit: int) -> Sequence[Concern]:
        """What is new or over, the longest first."""
        ...

    def relieved(self, *, limit: int) -> Sequence[Concern]:
        """Those about a message that needs nobody any more, and are not known to be over."""
        ...

    def keep(self, changes: Changes, *, done: Sequence[Telling] = ()) -> None:
        """Store what is new and over, and that these tellings are done with."""
        ...

    def post(self, batch: Batch, notice: Notice, *, ways: Sequence[str], at: datetime) -> None:
        """Put a notice on its ways; what is in it is told, or forgotten where its end was told."""
        ...

    def last_posts(self, accounts: Sequence[str]) -> Mapping[tuple[str, bool], datetime]:
        """When each lane had its last notice."""
        ...

    def due(self, *, now: datetime, within: timedelta, limit: int) -> Sequence[Post]:
        """What is to be sent now, the least tried first: one that is never taken holds up no other.

        What would wait longer than `within` is so since the clock was set back, and is due.
        """
        ...

    def next_due(self) -> datetime | None:
        """When something is to be sent next; None: nothing waits."""
        ...

    def sent(self, post: Post) -> None:
        """It is out, or given up: forget it."""
        ...

    def postpone(self, post: Post, *, again_at: datetime, problem: str) -> None:
        """It was tried in vain; the others on its way wait with it."""
        ...

    def delivered(self, account: str, *, after: Spot, until: datetime, limit: int) -> Sequence[Message]:
        """Received messages that were confirmed before `until`, the longest first, from a spot on."""
        ...

    def stuck(self, account: str) -> Sequence[Stuck]:
        """The ways on which notices of an account do not get out."""
        ...


class Notifier(Protocol):
    """The ways out that are configured."""

    @property
    def ways(self) -> Sequence[str]:
        """Their names, which hold no secret."""
        ...

    def send(self, way: str, notice: Notice) -> str:
        """Send a notice; returns what went wrong, in words without a secret; empty: it is out."""
        ...

    def cut(self) -> None:
        """End what is under way: the program ends."""
        ...
