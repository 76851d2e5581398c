"""Pull: everything unread at the gateway appears, whole and once, in the inbox, and only then is confirmed.

A pass finishes what an earlier one left (staged: publish; published: confirm), fetches what a person asked
for, then walks the unread list of each partner type, oldest first, confirming nothing while it walks, since
each confirmation shifts the pages. The walk's batches are fetched side by side, published in listing order,
and confirmed while the next are on their way. When all confirmations are answered it walks again, until a
walk finds nothing to do.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from syncd.core import events as ev
from syncd.core.machine import PUBLISHED, STAGED, Spot
from syncd.core.model import Direction, Message, PartnerType, Phase, bare
from syncd.core.planning import pull as planning
from syncd.core.planning.batches import Batch, in_groups, plan_batches, plan_confirmations
from syncd.core.shown import traced
from syncd.flows import walking
from syncd.flows.bridge import Bridge
from syncd.flows.fetching import Fetcher, is_at_gateway, is_untouched
from syncd.flows.holding import complain_of_marks, has_room, hold_empty, hold_restored, let_go
from syncd.flows.pipeline import TOGETHER, Pipeline
from syncd.flows.publishing import Noted, confirm_group, publish, recover_staged, store

log = structlog.get_logger(__name__)

ABREAST = 3
"""Batches on their way at the same time."""
MOST_WALKS = 1000
MOST_UNLISTED = 20


class Pull:
    """The pull job of one account. `run` is one pass; it is called by one thread at a time."""

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge
        self._facts: dict[str, str] = {}
        self._walk_began: datetime | None = None

    def run(self) -> None:
        """One pass. Raises: GatewayError, FolderError, DiskFull: the pass ended early, nothing is lost."""
        bridge = self._bridge
        self._facts = dict(bridge.records.facts(bridge.account.name))
        bridge.tree.check()
        self._finish()
        if not has_room(bridge):
            return
        if bridge.addresses.stations is None:
            bridge.refresh_addresses()
        self._fetch_wanted()
        for partner_type in bridge.account.partner_types:
            self._pull_type(partner_type)

    def _finish(self) -> None:
        """Publish what is staged, confirm what is published."""
        bridge = self._bridge
        staged = self._unfinished(STAGED)
        bridge.inbox.promise(staged)
        recover_staged(bridge, staged)
        self._confirm(self._unfinished(PUBLISHED))

    def _unfinished(self, at: Spot) -> Sequence[Message]:
        return self._bridge.records.unfinished(self._bridge.account.name, Direction.INBOUND, at=[at])

    def _fetch_wanted(self) -> None:
        """Fetch what a person asked for by its id: the unread list may lack it, or have years before it.

        Nothing is marked at the gateway for it, so that no other reader of the mailbox takes it meanwhile.
        """
        bridge, last, size = self._bridge, None, walking.MOST_TO_FETCH
        while rows := bridge.records.wanted(bridge.account.name, after=last, limit=size):
            last = rows[-1]
            due = planning.wanted(rows, now=bridge.clock.now())
            hold_empty(bridge, [row for row in due if not row.files])
            self._fetch([row for row in due if row.files])

    def _pull_type(self, partner_type: PartnerType) -> None:
        passed_over: int | None = None
        for _ in range(MOST_WALKS):
            walk = walking.walk(
                self._bridge,
                partner_type,
                since=self._since,
                nothing_new_at=passed_over,
                newest_first=self._has_history(partner_type),
            )
            if walk is None:
                return
            self._walk_began = walk.began
            plan = self._plan(walk)
            moved = self._carry_out(plan, walk)
            if walk.complete:
                moved += self._look_for_unlisted(walk)
                self._note_complete(walk, plan)
            if not moved:
                return
            passed_over = plan.passed_over + walk.skipped if walk.complete else None

    def _has_history(self, partner_type: PartnerType) -> bool:
        """Whether so much is passed over that walking from the newest end is cheaper."""
        old = json.loads(self._facts.get(f"old.{partner_type}", "{}"))
        return bool(old.get("count", 0) >= walking.PAGE)

    # The plan -----------------------------------------------------------------------------------

    def _plan(self, walk: walking.Walk) -> planning.WalkPlan:
        return planning.plan_walk(
            walk.records,
            known=walk.known,
            since=walk.since,
            last=self._last_complete(walk.partner_type),
            now=self._bridge.clock.now(),
        )

    def _since(self, began: datetime) -> datetime | None:
        """Messages from before are passed over."""
        return planning.start(self._configured_since(began), self._facts)

    def _configured_since(self, began: datetime) -> datetime | None:
        """Settled at the first successful listing, and kept."""
        configured = self._bridge.account.pull_since
        if isinstance(configured, datetime):
            return configured
        if configured == "all":
            return None
        if "pull_since" not in self._facts:
            first = began - timedelta(hours=24)
            self._remember({"pull_since": first.isoformat()})
        return datetime.fromisoformat(self._facts["pull_since"])

    def _last_complete(self, partner_type: PartnerType) -> planning.Walked | None:
        stored = self._facts.get(f"unread.{partner_type}")
        if stored is None:
            return None
        words = json.loads(stored)
        return planning.Walked(
            began=datetime.fromisoformat(words["began"]), present=frozenset(words["present"])
        )

    def _note_complete(self, walk: walking.Walk, plan: planning.WalkPlan) -> None:
        """Remember a complete listing, where it tells more than the one before."""
        facts: dict[str, str] = {}
        last = self._last_complete(walk.partner_type)
        if last is None or last.present != plan.present or self._confirmed_since(last.began):
            words = {"began": walk.began.isoformat(), "present": sorted(plan.present)}
            facts[f"unread.{walk.partner_type}"] = json.dumps(words)
        key = f"old.{walk.partner_type}"
        old = walking.old_words(walk, plan.old, self._facts.get(key))
        if json.loads(old)["count"] != json.loads(self._facts.get(key, "{}")).get("count", 0):
            if key not in self._facts:
                walking.tell_of_old(self._bridge.account.name, old)
            facts[key] = old
        self._remember(facts)

    def _confirmed_since(self, began: datetime) -> bool:
        last = self._facts.get("confirmed_at")
        return last is not None and datetime.fromisoformat(last) >= began

    def _remember(self, facts: dict[str, str]) -> None:
        if facts:
            self._bridge.journal.remember(self._bridge.account.name, facts)
            self._facts.update(facts)

    # Carrying it out ----------------------------------------------------------------------------

    def _carry_out(self, plan: planning.WalkPlan, walk: walking.Walk) -> int:
        """Do everything that the plan says; returns how many messages moved on."""
        bridge = self._bridge
        moved = hold_restored(bridge, plan.restored) + self._confirm(plan.confirm_again)
        if plan.unmarked:
            complain_of_marks(bridge)
        again = self._give_back(plan.returned, walk)
        fresh = self._drafts([fetch for fetch in plan.fetch if fetch.row is None])
        rows = [_as_listed(f) for f in plan.fetch if f.row is not None] + again
        empty = [row for row in (*fresh, *rows) if not row.files]
        moved += hold_empty(bridge, empty)
        whole = [row for row in (*rows, *fresh) if row.files]
        return moved + self._fetch(self._in_order(whole, walk))

    def _give_back(self, fetches: Sequence[planning.Fetch], walk: walking.Walk) -> list[Message]:
        """What a person marked unread at the gateway, to be delivered again.

        A listing without a total may have been cut short unseen, so that a message seemed to have left it:
        there the entry itself has to say that nobody has it. Else it is confirmed once more.
        """
        rows = [fetch.row for fetch in fetches if fetch.row]
        if walk.total is None:
            back = [r for r in rows if r.message_id and is_untouched(self._bridge, r.message_id)]
            self._confirm([row for row in rows if row not in back])
            rows = back
        return self._bridge.record([(row, ev.Returned()) for row in rows])

    def _drafts(self, fetches: Sequence[planning.Fetch]) -> list[Message]:
        reader = walking.Reader(self._bridge, self._facts.get(walking.SENDER_IS))
        drafts = [reader.draft(fetch) for fetch in fetches]
        if reader.learned is not None:
            self._remember({walking.SENDER_IS: reader.learned})
        return drafts

    def _in_order(self, rows: Sequence[Message], walk: walking.Walk) -> list[Message]:
        order = {bare(record.message_id): at for at, record in enumerate(walk.records)}
        return sorted(rows, key=lambda row: order.get(bare(row.message_id or ""), -1))

    def _fetch(self, rows: Sequence[Message]) -> int:
        """Fetch, publish and confirm, overlapping; returns how many messages moved on."""
        batches = plan_batches(rows, self._bridge.gateway.capabilities)
        fetcher = Fetcher(self._bridge)
        line = Pipeline()
        with ThreadPoolExecutor(max_workers=ABREAST, thread_name_prefix="fetch") as pool:
            try:
                for batch in self._opened(batches):
                    line.downloads.append(pool.submit(fetcher.fetch, batch))
                    if len(line.downloads) >= ABREAST:
                        self._take_in(line, pool)
                while line.downloads:
                    self._take_in(line, pool)
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
            finally:
                self._note_confirmations(line)
        return line.moved

    def _opened(self, batches: Sequence[Batch]) -> Iterator[Batch]:
        """Give new messages their rows, those of neighbouring batches in one transaction."""
        for group in in_groups(batches, most=TOGETHER):
            fresh = [row for batch in group for row in batch.rows if not row.id]
            rows = iter(self._bridge.open([walking.drafted(row) for row in fresh]))
            for batch in group:
                yield replace(batch, rows=tuple(row if row.id else next(rows) for row in batch.rows))

    def _take_in(self, line: Pipeline, pool: ThreadPoolExecutor) -> None:
        """Publish the oldest downloads, and send their confirmations on their way."""
        rows = store(self._bridge, line.next_outcomes())
        line.moved += sum(row.next_at is None or row.progress.by_index for row in rows)
        published = publish(self._bridge, [row for row in rows if row.phase is Phase.STAGED])
        recognised = [row for row in rows if row.phase is Phase.PUBLISHED]
        for group in plan_confirmations([*published, *recognised], self._bridge.gateway.capabilities):
            line.confirmations.append(pool.submit(confirm_group, self._bridge, group))

    def _note_confirmations(self, line: Pipeline) -> None:
        """Record what the gateway confirmed; a group that failed is repeated by the next pass."""
        for noted in line.confirmed():
            self._note_confirmed(noted)

    def _confirm(self, rows: Sequence[Message]) -> int:
        """Confirm here and now, group by group."""
        done = 0
        for group in plan_confirmations(rows, self._bridge.gateway.capabilities):
            confirmed = confirm_group(self._bridge, group)
            self._note_confirmed(confirmed)
            done += len(confirmed)
        return done

    def _note_confirmed(self, noted: Sequence[Noted]) -> None:
        if not noted:
            return
        at = self._bridge.clock.now()
        self._note_first_confirmation(at)
        self._bridge.record(
            [(one.row, ev.Confirmed(answered_at=at, note=traced(one.reference))) for one in noted]
        )

    def _note_first_confirmation(self, at: datetime) -> None:
        """Remember, once a walk, that what was listed so far tells nothing of what is confirmed from now on.

        Without it the next complete listing would look like the last one, and not be remembered: a message
        that a person marks unread could not be told from one whose confirmation was lost.
        """
        if self._walk_began is None or not self._confirmed_since(self._walk_began):
            self._remember({"confirmed_at": at.isoformat()})

    def _look_for_unlisted(self, walk: walking.Walk) -> int:
        """Messages that we still want and that a complete listing lacks: read by somebody, or deleted?"""
        bridge = self._bridge
        listed = frozenset(record.message_id for record in walk.records)
        most = len(listed) + MOST_UNLISTED
        rows = bridge.records.to_fetch(bridge.account.name, walk.partner_type, limit=most)
        missing = planning.unlisted(rows, listed, now=bridge.clock.now())[:MOST_UNLISTED]
        there = [row for row in missing if is_at_gateway(bridge, row)]
        gone = let_go(bridge, [row for row in missing if row not in there])
        return gone + self._fetch([row for row in there if row.files])


def _as_listed(fetch: planning.Fetch) -> Message:
    """A known row with the attachments as they are listed now."""
    if fetch.row is None:
        raise ValueError("a new message has no row yet")
    return replace(fetch.row, files=fetch.record.files)
