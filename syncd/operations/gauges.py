"""How much there is of everything, at this moment: what is shown over time by those who watch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from syncd.core.freshness import JobHealth
from syncd.core.model import Direction, State
from syncd.ports import Outstanding


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountGauges:
    """One account in numbers."""

    account: str
    messages: Mapping[tuple[Direction, State], int]
    """How many are in each state; one without any may be left out."""
    outstanding: Sequence[Outstanding]
    attention: int
    """Messages that need a person, a thousand at most."""
    not_taken: Mapping[bool, int]
    """What stands in the outbox and is not taken, by whether it needs a person."""
    troubles: Mapping[bool, int]
    """The open troubles, by the same."""
    root_free_bytes: int | None
    """None: the root cannot be used."""
    min_free_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauges:
    """The whole bridge in numbers."""

    is_alive: bool
    accounts: Sequence[AccountGauges]
    jobs: Sequence[JobHealth]
    state_free_bytes: int


class Gauged(Protocol):
    """A running daemon in numbers: a few indexed queries for each account, whatever the history."""

    def gauges(self) -> Gauges:
        """As it is now. Raises: StateError."""
        ...
