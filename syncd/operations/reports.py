"""What one pass of `syncd once` did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from syncd.operations.rows import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """Something in an outbox that was not taken, and why."""

    path: Path
    reason: str
    needs_person: bool = False
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """Something that a pass met: what it is, and what to do."""

    what: str
    remedy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountReport:
    """One account's share of a pass.

    `messages` are those that moved, as they stand now; `would` are sentences on what would have moved
    (dry run); `troubles` say why a job of the account could not ask or act, `trouble` and `remedy` are the
    same in one; `hooks` failed, though their messages moved; `paused` was left out at a person's word.
    """

    account: str
    messages: tuple[Row, ...] = ()
    not_taken: tuple[Left, ...] = ()
    would: tuple[str, ...] = ()
    trouble: str = ""
    remedy: str = ""
    troubles: tuple[Met, ...] = ()
    hooks: tuple[Met, ...] = ()
    paused: tuple[Met, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OnceReport:
    """One pass over all accounts that were asked for."""

    dry_run: bool
    accounts: tuple[AccountReport, ...]
