"""What `syncd prune` removed, or would remove."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path


class Kind(StrEnum):
    """What is removed, by the key of `[retention]` that says so."""

    SENT = "sent"
    FAILED = "failed"
    AT_GATEWAY = "at_gateway"
    """Entries at the gateway."""
    HISTORY = "history"
    """Rows of the database, with all that they tell; they count no bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """All of one kind: messages, the bytes of their files, and when the oldest and newest were settled."""

    kind: Kind
    messages: int = 0
    bytes: int = 0
    oldest: datetime | None = None
    newest: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Something that is old enough and stays all the same, and why."""

    path: Path
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPruned:
    """One account. `trouble` says what could not be removed; `kept` is not longer than people can read."""

    account: str
    shares: tuple[Share, ...]
    kept: tuple[Kept, ...] = ()
    trouble: str = ""
    remedy: str = ""

    @property
    def messages(self) -> int:
        """How many messages something was removed of."""
        return sum(share.messages for share in self.shares)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    """All accounts that were asked for; `dry_run`: nothing was touched.

    `in_force`: the retention that it was made by is the one that the daemon removes by.
    """

    dry_run: bool
    accounts: tuple[AccountPruned, ...]
    in_force: bool = True
