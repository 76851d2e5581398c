"""How the accounts stand, for notices: the troubles of their jobs, and the hooks that were given up."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from syncd.core.notices.concerns import Concern, Kind
from syncd.core.shown import NotTaken, untraced
from syncd.flows.bridge import Trouble
from syncd.flows.noticing import Look

_NUMBER = re.compile(r"\d+")
"""A trouble whose numbers change is the same trouble."""
OF_JOBS = frozenset({Kind.UNREACHABLE, Kind.REFUSED, Kind.ROOT, Kind.DISK, Kind.TROUBLE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the jobs of an account met, and since when.

    `is_proven`: each job came to an end since the program began, so what is not here is over.
    """

    account: str
    troubles: tuple[tuple[Trouble, datetime], ...]
    is_proven: bool


def trouble_with(left: NotTaken, account: str) -> Trouble:
    """What stands in an outbox and waits for a person, as trouble of the account."""
    return Trouble(
        account=account,
        job="send",
        what=f"{left.place} is not taken: {left.reason}",
        needs_person=True,
    )


def look(standing: Standing, *, now: datetime) -> Look:
    """The concerns of an account's jobs, each once, whichever jobs have it."""
    found: dict[str, Concern] = {}
    for trouble, since in sorted(standing.troubles, key=lambda each: each[1]):
        if trouble.kind is not Kind.TROUBLE or trouble.needs_person:
            concern = _concern(trouble, since, now)
            found.setdefault(concern.key, concern)
    return Look(account=standing.account, found=tuple(found.values()), judged=_judged(standing, found))


def _concern(trouble: Trouble, since: datetime, now: datetime) -> Concern:
    more = f"/{_NUMBER.sub('#', untraced(trouble.what))}" if trouble.kind is Kind.TROUBLE else ""
    return Concern(
        key=f"{trouble.kind}/{trouble.account}{more}",
        account=trouble.account,
        kind=trouble.kind,
        since=since,
        what=trouble.what,
        remedy=trouble.remedy,
        changed=now,
    )


def _judged(standing: Standing, found: dict[str, Concern]) -> frozenset[Kind]:
    """What a look can say is over. Without a root no job asks the gateway."""
    if not standing.is_proven:
        return frozenset()
    has_root = all(each.kind is not Kind.ROOT for each in found.values())
    return OF_JOBS if has_root else frozenset({Kind.ROOT})
