"""What the records know of how an account is, with what a daemon adds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from syncd.core.account import Account
from syncd.core.hooks import CHANNEL, NAMES
from syncd.core.looking import Search
from syncd.core.model import State
from syncd.core.planning.pull import passed_over
from syncd.operations.questions import Roots, rows_of
from syncd.operations.reports import Left
from syncd.operations.status import SHOWN, AccountStatus, JobStatus, TroubleStatus
from syncd.ports import Records
from syncd.ports.notices import Stuck

PATIENT_TRIES = 3
"""A hook that failed so often for one message, or a way to tell people, needs a person."""


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
