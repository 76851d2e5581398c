"""How the bridge is: what `status` shows, and whether a person is needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from syncd.operations.reports import Left
from syncd.operations.rows import Row

SHOWN = 20
"""Messages that need a person, named in `status`; the counts have them all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobStatus:
    """One job of an account. Times are None when the daemon does not run, or it has not happened yet."""

    name: str
    last_success: datetime | None = None
    last_attempt: datetime | None = None
    running_since: datetime | None = None
    next: datetime | None = None
    is_paused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TroubleStatus:
    """Something that keeps a job of an account from its work, since when, and what to do."""

    job: str
    what: str
    remedy: str
    since: datetime
    needs_person: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountStatus:
    """One account, as a person asks for it at three in the morning."""

    account: str
    gateway: str
    root: Path
    watching: str
    """How dropped files are noticed: "watching", or "scanning: …" with the reason; empty: no daemon."""
    jobs: tuple[JobStatus, ...]
    counts: Mapping[str, int]
    """How many messages are in each state, both directions together."""
    attention: tuple[Row, ...]
    """Held and failed messages, and sent ones with rejected documents, newest first, at most twenty."""
    not_taken: tuple[Left, ...]
    troubles: tuple[TroubleStatus, ...]
    passed_over: int
    """Unread messages older than `pull_since`, which stay at the gateway."""
    passed_over_from: datetime | None = None
    passed_over_to: datetime | None = None
    overdue: int = 0
    """Sent messages that the partner was to acknowledge by now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The whole bridge. `since` and `pid` are those of the daemon; None: it does not run."""

    version: str
    pid: int | None
    since: datetime | None
    reload_error: str
    """Why the last reload changed nothing; empty when it did, or none was asked for."""
    accounts: tuple[AccountStatus, ...]

    @property
    def needs_person(self) -> bool:
        """Whether somebody has to do something."""
        return bool(self.reload_error) or any(map(needs_person, self.accounts))


def needs_person(account: AccountStatus) -> bool:
    """Whether somebody has to act: something is held, failed or overdue, a job is stuck, a file not taken."""
    held = bool(account.attention) or account.overdue > 0
    stuck = any(trouble.needs_person for trouble in account.troubles)
    return held or stuck or any(left.needs_person for left in account.not_taken)
