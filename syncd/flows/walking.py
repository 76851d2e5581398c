"""Walk the unread list of one partner type, and turn what is new into drafts."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

import structlog

from syncd.core import events as ev
from syncd.core.model import Direction, Message, MessageId, PartnerType, Phase, Progress, State, bare
from syncd.core.planning.pull import Fetch, Old
from syncd.core.planning.span import command
from syncd.core.planning.whose import SenderIs, whose
from syncd.core.shown import Listing, Record
from syncd.flows.bridge import Bridge, Trouble
from syncd.ports import Draft

log = structlog.get_logger(__name__)

PAGE = 100
MOST_TO_FETCH = 1000
MOST_PAGES = 100_000
SENDER_IS = "sender_is"

Key = tuple[str, int | None]
Since = Callable[[datetime], datetime | None]
Ask = Callable[[int, bool], Listing]
"""By the page's number, and whether one more will be wanted after it."""


@dataclass(slots=True)
class Walk:
    """One walk: what it listed, each message once, and the rows that we have of them.

    `complete`: it came to the end of what counts. `skipped`: old messages that it did not look at.
    """

    partner_type: PartnerType
    began: datetime
    since: datetime | None = None
    seen: dict[Key, Record] = field(default_factory=dict)
    known: dict[str, list[Message]] = field(default_factory=dict)
    complete: bool = False
    skipped: int = 0
    total: int | None = 0
    new: int = 0
    is_shifted: bool = False
    """Of two pages that were asked for side by side the later one was answered first, and another list."""

    @property
    def records(self) -> tuple[Record, ...]:
        """What was listed, oldest first."""
        return tuple(sorted(self.seen.values(), key=lambda r: (r.persisted or 0, r.message_id)))

    @property
    def unseen(self) -> int:
        """How many the gateway counts beyond those that were listed; none where it does not count."""
        return max(0, (self.total or 0) - len(self.seen))

    def is_old(self, record: Record) -> bool:
        """Whether a message is from before the time that the account starts at."""
        return bool(self.since and record.persisted_at and record.persisted_at < self.since)

    def is_followed(self, page: int) -> bool:
        """Whether one more page will be wanted after this one, which is not read yet, as far as is known."""
        return bool(self.seen) and (page + 1) * PAGE < (self.total or 0) and self.new + PAGE < MOST_TO_FETCH

    def note(self, listing: Listing, rows: Sequence[Message]) -> int:
        """Take a page in; returns how many entries it brought that were not seen before."""
        self.total = listing.total
        for row in rows:
            self.known.setdefault(bare(row.message_id or ""), []).append(row)
        before = len(self.seen)
        for record in listing.records:
            key = (bare(record.message_id), record.persisted)
            if key in self.seen:
                continue
            self.seen[key] = record
            self.new += key[0] not in self.known and not self.is_old(record)
        return len(self.seen) - before


def walk(
    bridge: Bridge,
    partner_type: PartnerType,
    *,
    since: Since,
    nothing_new_at: int | None = None,
    newest_first: bool = False,
) -> Walk | None:
    """Read the unread list page by page; nothing is confirmed meanwhile.

    Stops at a short page, at a page that brings no new entry (a gateway that takes the page for a record
    number), or when enough is known to fetch. Where a whole page is older than `since`, it starts anew from
    the newest end, which then is the shorter way. None: the total is `nothing_new_at`, nothing is to do.
    """
    with _asking(partial(bridge.gateway.unread, partner_type, newest_first=newest_first)) as ask:
        return _walk(bridge, partner_type, ask, since, nothing_new_at, newest_first=newest_first)


def _walk(
    bridge: Bridge,
    partner_type: PartnerType,
    ask: Ask,
    since: Since,
    nothing_new_at: int | None,
    *,
    newest_first: bool,
) -> Walk | None:
    walked = Walk(partner_type=partner_type, began=bridge.clock.now())
    is_ordered = bridge.gateway.capabilities.has_ordered_lists
    is_followed = False
    for page in range(MOST_PAGES):
        known_total, is_ahead = walked.total, is_followed
        is_followed = walked.is_followed(page) and not newest_first
        listing = ask(page, is_followed)
        walked.is_shifted |= is_ahead and (listing.total or 0) < (known_total or 0)
        if page == 0:
            if nothing_new_at is not None and _total(listing) == nothing_new_at:
                return None
            walked.since = since(walked.began)
        fresh = walked.note(listing, _rows(bridge, listing))
        if listing.unreadable:
            _complain(bridge, listing.unreadable)
        if listing.is_last or not fresh:
            is_whole = _is_whole(bridge, walked, page, newest_first=newest_first)
            walked.complete = is_whole and not walked.is_shifted
            return walked
        if is_ordered and newest_first and any(walked.is_old(record) for record in listing.records):
            return _rest_is_old(walked)
        if is_ordered and not newest_first and page == 0 and all(map(walked.is_old, listing.records)):
            return _from_newest(bridge, walked, since)
        if not newest_first and walked.new >= MOST_TO_FETCH:
            return walked
    return walked


@contextmanager
def _asking(ask: Callable[..., Listing]) -> Iterator[Ask]:
    """Asks for a page, and for the next one meanwhile where that is sure to be wanted."""
    ahead: dict[int, Future[Listing]] = {}

    def page(number: int, is_followed: bool) -> Listing:  # noqa: FBT001 - see Ask
        for each in (number, number + 1) if is_followed else ():
            if each not in ahead:
                ahead[each] = pool.submit(ask, page=each)
        return ahead.pop(number).result() if number in ahead else ask(page=number)

    with ThreadPoolExecutor(max_workers=2, thread_name_prefix="list") as pool:
        yield page


def _complain(bridge: Bridge, count: int) -> None:
    """An entry without a readable id can be neither fetched nor confirmed here."""
    what = f"the gateway lists {count} unread messages that cannot be read: they have no id"
    remedy = "Look at the unread messages in the gateway's own console."
    name = bridge.account.name
    bridge.complain(Trouble(account=name, job="pull", what=what, remedy=remedy, needs_person=True))


def _is_whole(bridge: Bridge, walked: Walk, page: int, *, newest_first: bool) -> bool:
    """Whether a walk that came to its end saw everything.

    A total that promises more may count other messages too; or the page was cut short. The same page once
    more tells: one that brings nothing new was whole.
    """
    if walked.total is None or len(walked.seen) >= walked.total:
        return True
    again = bridge.gateway.unread(walked.partner_type, page=page, newest_first=newest_first)
    return not walked.note(again, _rows(bridge, again))


def _from_newest(bridge: Bridge, first: Walk, since: Since) -> Walk | None:
    walked = walk(bridge, first.partner_type, since=since, newest_first=True)
    if walked is not None:
        walked.seen = {**first.seen, **walked.seen}
        walked.known = {**first.known, **walked.known}
        walked.skipped = walked.unseen
    return walked


def _rest_is_old(walked: Walk) -> Walk:
    walked.complete = True
    walked.skipped = walked.unseen
    return walked


def _total(listing: Listing) -> int | None:
    """How many there are, also where the gateway does not count them and the first page has them all."""
    return len(listing.records) if listing.total is None and listing.is_last else listing.total


def _rows(bridge: Bridge, listing: Listing) -> Sequence[Message]:
    ids = [record.message_id for record in listing.records]
    return bridge.records.by_gateway_ids(bridge.account.name, ids) if ids else ()


def drafted(row: Message) -> Draft:
    """A new message as it is stored first."""
    return Draft(event=ev.Listed(), message=row)


class Reader:
    """Turns listed entries into messages: whose they are is told by the lists, or by earlier clear ones."""

    def __init__(self, bridge: Bridge, seen: str | None) -> None:
        self._bridge = bridge
        self._seen = SenderIs(seen) if seen else None
        self.learned: SenderIs | None = None

    def draft(self, fetch: Fetch) -> Message:
        """A message for an entry that we have no row of; its id is still empty."""
        record, bridge = fetch.record, self._bridge
        addresses = bridge.addresses
        told = whose(
            record,
            stations=addresses.station_ids,
            partners=addresses.partner_ids,
            seen=self._seen,
            names_sender=bridge.gateway.capabilities.names_sender,
        )
        if told.proven and told.sender_is is not self._seen:
            self._seen = self.learned = told.sender_is
        if not told.proven and self._seen is None:
            log.warning("message.pair_guessed", gateway_id=record.message_id, pair=str(told.pair))
        now = bridge.clock.now()
        return Message(
            id=MessageId(""),
            account=bridge.account.name,
            gateway=bridge.account.gateway,
            direction=Direction.INBOUND,
            state=State.ARRIVING,
            phase=Phase.LISTED,
            pair=told.pair,
            message_id=record.message_id,
            listed_at=record.persisted,
            subject=record.subject,
            files=record.files,
            created=now,
            updated=now,
            progress=Progress(retransmission_of=fetch.retransmission_of),
        )


def old_words(walked: Walk, old: Old, before: str | None) -> str:
    """What is passed over, as it is remembered: JSON with count, oldest and newest.

    A walk from the newest end does not see the oldest: it is known from `before`.
    """
    oldest = old.oldest.isoformat() if old.oldest else None
    known = json.loads(before or "{}").get("oldest") if walked.skipped else None
    return json.dumps(
        {
            "count": old.count + walked.skipped,
            "oldest": min(filter(None, (oldest, known)), default=None),
            "newest": old.newest.isoformat() if old.newest else None,
        }
    )


def tell_of_old(account: str, words: str) -> None:
    """Say once, with the first that is passed over, how many there are and what a person may do."""
    old = json.loads(words)
    times = [datetime.fromisoformat(old[key]) for key in ("oldest", "newest") if old[key]]
    remedy = f"To have them: {command(account, min(times), max(times))}" if times else ""
    log.warning("messages.passed_over", account=account, **old, remedy=remedy)
