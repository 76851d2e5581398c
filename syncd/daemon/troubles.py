"""What keeps the jobs of the accounts from their work: told once when it begins, and once when it is over.

A gateway that is down is in the way of every job of its account: each has that trouble, and the log tells it
once. Two that differ in the gateway's reference of a request alone are the same.
"""

from __future__ import annotations

import threading
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import structlog

from syncd.core.shown import untraced
from syncd.flows.bridge import Trouble
from syncd.ports import Clock

MOST = 20
"""Open troubles of one job: a text that is new each time must not fill the memory in a year."""

_Key = tuple[str, str, str]
"""Account, job, and what it is."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTrouble:
    """A trouble that is not over, and when it began."""

    trouble: Trouble
    since: datetime


class Troubles:
    """The open troubles, each by account, job and what it is. Safe for threads."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._open: dict[_Key, OpenTrouble] = {}

    def began(self, trouble: Trouble) -> bool:
        """Take a trouble down; True when it is new for the job, or needs a person only now.

        One log line, unless another job of the account told the same already.
        """
        now = self._clock.now()
        with self._lock:
            is_told = self._is_told(trouble)
            is_news = self._note(trouble, now)
        if is_news and not is_told:
            write = log.error if trouble.needs_person else log.warning
            more = {"remedy": trouble.remedy} if trouble.remedy else {}
            write("trouble.began", account=trouble.account, job=trouble.job, what=trouble.what, **more)
        return is_news

    def ended(self, account: str, job: str, *, still: Collection[str] = ()) -> None:
        """The job has done its work again: its troubles are over, with one log line for each.

        `still` are those, by what they say, that it met again all the same. What another job of the account
        still has is not over.
        """
        now = self._clock.now()
        kept = set(map(untraced, still))
        with self._lock:
            over = [self._open.pop(key) for key in self._of(account, job) if key[2] not in kept]
            left = {key[2] for key in self._open if key[0] == account}
        for each in over:
            if untraced(each.trouble.what) in left:
                continue
            seconds = round((now - each.since).total_seconds())
            log.info("trouble.ended", account=account, job=job, what=each.trouble.what, seconds=seconds)

    def open(self) -> tuple[OpenTrouble, ...]:
        """What is not over, the oldest first."""
        with self._lock:
            return tuple(sorted(self._open.values(), key=lambda each: each.since))

    def _is_told(self, trouble: Trouble) -> bool:
        """Whether a job of the account has the same, and told it as loudly."""
        return any(
            key[0] == trouble.account
            and key[2] == untraced(trouble.what)
            and (each.trouble.needs_person or not trouble.needs_person)
            for key, each in self._open.items()
        )

    def _note(self, trouble: Trouble, now: datetime) -> bool:
        key = (trouble.account, trouble.job, untraced(trouble.what))
        known = self._open.get(key)
        if known and (known.trouble.needs_person or not trouble.needs_person):
            return False
        self._open[key] = OpenTrouble(trouble=trouble, since=known.since if known else now)
        for oldest in self._of(trouble.account, trouble.job)[:-MOST]:
            del self._open[oldest]
        return True

    def _of(self, account: str, job: str) -> list[_Key]:
        """The keys of one job, in the order in which they began."""
        return [key for key in self._open if key[:2] == (account, job)]
