"""Noticing: what a person is to hear of is gathered, told together, and sent until it is out.

Each step is stored before the next begins: what happened, as tellings and concerns; what is told, as a
notice on each way; that it is out. After a crash each goes on where it was, so nothing is told twice but by
a notice with the same id, and nothing is forgotten. No flow waits for any of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

import structlog

from syncd.core.backoff import delay
from syncd.core.notices.concerns import CHANNEL, Changes, Concern, Kind, compared, ended, of_message
from syncd.core.notices.notice import compose
from syncd.core.notices.pace import Pace
from syncd.core.notices.times import Batch, plan
from syncd.ports import Clock, Records
from syncd.ports.notices import Notebook, Notifier, Post

AT_ONCE = 500
MOST_AT_ONCE = 5_000
"""Concerns in one notice."""
FIRST_GAP = timedelta(minutes=1)
MOST_GAP = timedelta(hours=1)
KEPT = timedelta(days=7)
"""So long a notice is tried to be sent."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a look at one account found; of the kinds that it judged, nothing else is wrong now."""

    account: str
    found: tuple[Concern, ...]
    judged: frozenset[Kind]


@dataclass(frozen=True, slots=True, kw_only=True)
class Noticing:
    """All that noticing needs. For one thread at a time."""

    accounts: frozenset[str]
    pace: Pace
    records: Records
    notebook: Notebook
    notifier: Notifier
    clock: Clock
    zone: tzinfo
    host: str
    dice: Callable[[], float]

    def take(self) -> None:
        """Take over what was stored with the messages that failed or were held. Raises: StateError."""
        while found := self.records.untold(CHANNEL.name, now=self.clock.now(), limit=AT_ONCE):
            now = self.clock.now()
            made = [of_message(each.message, each.kind, at=each.at, now=now) for each in found]
            self.notebook.keep(Changes(kept=tuple(each for each in made if each)), done=found)

    def look(self, looks: Sequence[Look]) -> None:
        """Compare what is known with what is so now; see which messages need nobody any more."""
        now = self.clock.now()
        known: dict[str, list[Concern]] = defaultdict(list)
        for concern in self.notebook.standing():
            known[concern.account].append(concern)
        for look in looks:
            changes = compared(known[look.account], look.found, judged=look.judged, now=now)
            self.notebook.keep(changes)
        while relieved := self.notebook.relieved(limit=AT_ONCE):
            self.notebook.keep(ended(relieved, now=now))

    def announce(self) -> datetime | None:
        """Make notices of what is due; returns when more will be. Raises: StateError."""
        pending = self._ours(self.notebook.pending(limit=MOST_AT_ONCE))
        if not pending:
            return None
        last = self.notebook.last_posts(sorted({each.account for each in pending}))
        now = self.clock.now()
        planned = plan(pending, last, self.pace, now=now, zone=self.zone)
        for batch in planned.batches:
            self._post(batch, now)
        return planned.next_at

    def _ours(self, pending: Sequence[Concern]) -> list[Concern]:
        """Without those of accounts that are configured no more."""
        gone = tuple(each.key for each in pending if each.account not in self.accounts)
        self.notebook.keep(Changes(gone=gone))
        return [each for each in pending if each.account in self.accounts]

    def _post(self, batch: Batch, now: datetime) -> None:
        notice = compose(batch, host=self.host, now=now, zone=self.zone)
        self.notebook.post(batch, notice, ways=self.notifier.ways, at=now)
        log.info("notice.made", account=notice.account, notice=notice.id, subject=notice.subject)

    def deliver(self, *, is_over: Callable[[], bool]) -> None:
        """Send what is due; of a way that fails, the rest waits with it. Raises: StateError."""
        while posts := self.notebook.due(now=self.clock.now(), within=MOST_GAP, limit=AT_ONCE):
            stuck: set[str] = set()
            for post in posts:
                if is_over():
                    return
                if post.way not in stuck and not self._send(post, posts, is_over=is_over):
                    stuck.add(post.way)

    def _send(self, post: Post, others: Sequence[Post], *, is_over: Callable[[], bool]) -> bool:
        known = {"account": post.notice.account, "notice": post.notice.id, "way": post.way}
        if post.way not in self.notifier.ways:
            log.warning("notice.dropped", **known, why="this way is configured no more")
            self.notebook.sent(post)
            return True
        problem = self.notifier.send(post.way, post.notice)
        if not problem:
            self.notebook.sent(post)
            log.info("notice.sent", **known)
            return True
        if is_over():
            return False  # it may have been cut off: it is sent at the next start
        now = self.clock.now()
        if now - post.at >= KEPT:
            log.error("notice.given_up", **known, what=problem, subject=post.notice.subject)
            self.notebook.sent(post)
            return True
        tries = max(each.tries for each in others if each.way == post.way) + 1
        again_at = now + delay(tries, first=FIRST_GAP, most=MOST_GAP, dice=self.dice)
        log.warning("notice.failed", **known, what=problem, next=again_at.isoformat())
        self.notebook.postpone(post, again_at=again_at, problem=problem)
        return False

    def due_in(self, next_at: datetime | None) -> timedelta | None:
        """How long until something is to be told or sent; None: nothing waits."""
        times = [at for at in (next_at, self.notebook.next_due()) if at is not None]
        return min(times) - self.clock.now() if times else None
