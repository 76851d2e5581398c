"""How the bridge is: what `status` shows, and whether a person is needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from syncd.core.account import Account
from syncd.core.hooks import CHANNEL, NAMES
from syncd.core.model import State
from syncd.core.planning.pull import passed_over
from syncd.operations.questions import Roots, Row, rows_of
from syncd.operations.reports import Left
from syncd.ports import Records, Search
from syncd.ports.notices import Stuck

PATIENT_TRIES = 3
"""A hook that failed so often for one message, or a way to tell people, needs a person."""
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


def account_status(
    account: Account,
    records: Records,
    roots: Roots,
    *,
    now: datetime,
    watching: str = "",
    jobs: Sequence[JobStatus] = (),
    not_taken: Sequence[Left] = (),
    troubles: Sequence[TroubleStatus] = (),
) -> AccountStatus:
    """What the records know of an account, with what the daemon adds."""
    counts: dict[str, int] = {}
    for (_, state), count in records.counts(account.name).items():
        counts[state] = counts.get(state, 0) + count
    wanted = Search(account=account.name, attention=True, limit=SHOWN)
    old = passed_over(records.facts(account.name))
    return AccountStatus(
        account=account.name,
        gateway=account.gateway,
        root=account.root,
        watching=watching,
        jobs=tuple(jobs),
        counts=counts,
        attention=rows_of(records, records.search(wanted), roots),
        not_taken=tuple(not_taken),
        troubles=(*troubles, *hook_troubles(account.name, records)),
        passed_over=old.count,
        passed_over_from=old.oldest,
        passed_over_to=old.newest,
        overdue=records.overdue(account.name, now=now),
    )


def hook_troubles(account: str, records: Records) -> list[TroubleStatus]:
    """Hooks that fail, each once, whatever messages they failed for."""
    return [
        TroubleStatus(
            job="hooks",
            what=f"hook {NAMES[State(each.kind)]} failed for {counted(each.messages)}",
            remedy="`syncd show ID` of such a message, and the log, tell what it said; it is tried for a day",
            since=each.since,
            needs_person=each.tries >= PATIENT_TRIES,
        )
        for each in records.troubled(CHANNEL, account)
    ]


def notice_troubles(stuck: Sequence[Stuck]) -> list[TroubleStatus]:
    """The ways on which people cannot be told."""
    return [
        TroubleStatus(
            job="notices",
            what=f"people are not told by {each.way}: {each.problem}",
            remedy="`syncd check --notify` tries every way; it is tried for a week",
            since=each.since,
            needs_person=each.tries >= PATIENT_TRIES,
        )
        for each in stuck
    ]


def counted(messages: int) -> str:
    """A number of messages in words."""
    return f"{messages} message{'s' if messages != 1 else ''}"
