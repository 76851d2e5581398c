"""The door for those who count what is done, and what goes over the wire."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from syncd.core.model import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request that is over.

    `operation` is one of a few words, `outcome` the HTTP status, or how it failed: `unreachable` (no
    connection), `unanswered`, `broken` (the answer was not whole). The bytes are those of the bodies.
    """

    operation: str
    outcome: str
    took: timedelta
    """Until the answer was read; without the wait for the rate limit."""
    sent_bytes: int
    received_bytes: int


class Traffic(Protocol):
    """Hears of the requests of one account, from many threads. Returns at once, and raises nothing."""

    def exchanged(self, exchange: Exchange) -> None:
        """A request is over."""
        ...

    def waited(self, span: timedelta) -> None:
        """A request had to wait so long for the rate limit."""
        ...


class Counts(Protocol):
    """Counts what a daemon does, from many threads. Returns at once, and raises nothing."""

    def traffic(self, account: str) -> Traffic:
        """Who hears of the requests of that account."""
        ...

    def entered(self, message: Message) -> None:
        """A message came into another state."""
        ...


class Unheard:
    """For when nobody counts."""

    def exchanged(self, exchange: Exchange) -> None:
        """Nobody listens."""

    def waited(self, span: timedelta) -> None:
        """Nobody listens."""


class Uncounted:
    """For when nobody counts."""

    def traffic(self, account: str) -> Traffic:  # noqa: ARG002
        """Nobody."""
        return Unheard()

    def entered(self, message: Message) -> None:
        """Nobody listens."""
