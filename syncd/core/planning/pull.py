"""What to do with a walk of the unread list: fetch, confirm again, deliver again, pass over.

A confirmed message that is listed again was either marked unread by a person (a complete listing that
began after the confirmation lacked it: it is delivered again, once) or never lost its mark at the gateway
(then it is confirmed again, at growing gaps, a few times). A known id with another timestamp is the
partner's retransmission; of one id, one is fetched at a time, so that it can be compared with the one
before. Messages from before `since` are passed over: a new account does not swallow
years of history. What a person asked for is fetched by its id before any walk.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from syncd.core.account import Account
from syncd.core.model import Direction, File, GatewayId, Message, MessageId, Phase, State, bare
from syncd.core.shown import Record

MOST_RETURNS = 20
"""More coming back in one listing is a restored gateway, not a person."""

MOST_CONFIRMATIONS = 5
FETCH_GAP = timedelta(minutes=1)
MOST_FETCH_GAP = timedelta(hours=6)
HELD_AFTER = timedelta(hours=24)
TRIED_DAILY = timedelta(days=1)
FORGOTTEN = "forgotten_until"
LISTED_TO = timedelta(milliseconds=1)
"""So finely does a gateway tell when it listed a message."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Walked:
    """The last complete unread listing: when it began, and which confirmed ids it still had (bare)."""

    began: datetime
    present: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch:
    """A message to fetch: a known row, or None for a new one."""

    record: Record
    row: Message | None = None
    retransmission_of: MessageId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Old:
    """What is passed over since it is older than `since`."""

    count: int = 0
    oldest: datetime | None = None
    newest: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkPlan:
    """Everything that follows from one walk."""

    fetch: tuple[Fetch, ...] = ()
    confirm_again: tuple[Message, ...] = ()
    returned: tuple[Fetch, ...] = ()
    restored: tuple[Message, ...] = ()
    unmarked: tuple[Message, ...] = ()
    """Confirmed as often as we try; the gateway does not keep our read marks."""
    old: Old = field(default_factory=Old)
    passed_over: int = 0
    present: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Piles:
    listed: Collection[tuple[str, int | None]]
    fetch: list[Fetch] = field(default_factory=list)
    confirm_again: list[Message] = field(default_factory=list)
    returned: list[Fetch] = field(default_factory=list)
    unmarked: list[Message] = field(default_factory=list)
    old: list[Record] = field(default_factory=list)
    present: set[str] = field(default_factory=set)
    fetching: set[str] = field(default_factory=set)
    passed_over: int = 0

    def add(self, fetch: Fetch) -> None:
        """One more to fetch, unless another of its id is to be fetched in this walk."""
        key = bare(fetch.record.message_id)
        if key in self.fetching:
            self.passed_over += 1
            return
        self.fetching.add(key)
        self.fetch.append(fetch)


def plan_walk(
    records: Sequence[Record],
    *,
    known: Mapping[str, Sequence[Message]],
    since: datetime | None,
    last: Walked | None,
    now: datetime,
) -> WalkPlan:
    """Judge each record of a walk; `known` has our inbound rows by bare gateway id."""
    piles = _Piles(listed={(bare(record.message_id), record.persisted) for record in records})
    for record in records:
        rows = known.get(bare(record.message_id), ())
        _judge(record, rows, piles, since=since, last=last, now=now)
    too_many = len(piles.returned) > MOST_RETURNS
    return WalkPlan(
        fetch=tuple(piles.fetch),
        confirm_again=tuple(piles.confirm_again),
        returned=() if too_many else tuple(piles.returned),
        restored=tuple(f.row for f in piles.returned if f.row) if too_many else (),
        unmarked=tuple(piles.unmarked),
        old=_old(piles.old),
        passed_over=piles.passed_over + len(piles.old) + len(piles.unmarked),
        present=frozenset(piles.present),
    )


def start(since: datetime | None, facts: Mapping[str, str]) -> datetime | None:
    """From when on messages count, by what is configured or remembered, and by what was forgotten.

    What is not newer than the newest message that retention has forgotten may have been received: it is
    passed over as well, so that a restored gateway does not deliver years again.
    """
    forgotten = facts.get(FORGOTTEN)
    if forgotten is None:
        return since
    after = datetime.fromisoformat(forgotten) + LISTED_TO
    return max(since, after) if since else after


def starts_at(account: Account, facts: Mapping[str, str]) -> datetime | None:
    """Since when messages are pulled, as configured or as the first listing settled it; None: all.

    What retention has forgotten is before that.
    """
    if account.pull_since is not None:
        return start(account.pull_since if isinstance(account.pull_since, datetime) else None, facts)
    stored = facts.get("pull_since")
    return start(datetime.fromisoformat(stored) if stored else None, facts)


def forgotten(rows: Iterable[Message], facts: Mapping[str, str]) -> dict[str, str | None]:
    """The fact to store with the removal of these messages: the newest time that any of them was listed at.

    Never later than when we had it: a listing that lies must not hide all that is still to come.
    """
    inbound = [row for row in rows if row.direction is Direction.INBOUND and row.listed_at is not None]
    times = [_listed(row) for row in inbound]
    if FORGOTTEN in facts:
        times.append(datetime.fromisoformat(facts[FORGOTTEN]))
    return {FORGOTTEN: max(times).isoformat()} if inbound else {}


def _listed(row: Message) -> datetime:
    """`listed_at` counts milliseconds at both gateways."""
    latest_ms = (row.created - EPOCH) // timedelta(milliseconds=1)
    return EPOCH + timedelta(milliseconds=min(max(0, row.listed_at or 0), latest_ms))


def _old(records: Sequence[Record]) -> Old:
    times = [record.persisted_at for record in records if record.persisted_at]
    if not times:
        return Old(count=len(records))
    return Old(count=len(records), oldest=min(times), newest=max(times))


def _judge(
    record: Record,
    rows: Sequence[Message],
    piles: _Piles,
    *,
    since: datetime | None,
    last: Walked | None,
    now: datetime,
) -> None:
    same = next((row for row in rows if row.listed_at == record.persisted), None)
    if same is not None:
        _judge_known(record, same, last, now, piles)
        return
    earlier = [row for row in rows if row.state is not State.GONE]
    if not earlier and _is_old(record, since):
        piles.old.append(record)
        return
    unfetched = next((row for row in earlier if _is_unfetched(row)), None)
    if unfetched is None:
        original = max(earlier, key=lambda row: row.created).id if earlier else None
        piles.add(Fetch(record=record, retransmission_of=original))
    elif (bare(record.message_id), unfetched.listed_at) in piles.listed:
        piles.passed_over += 1
    else:  # the same message, listed anew before we ever had it
        _judge_known(record, unfetched, last, now, piles)


def _is_unfetched(row: Message) -> bool:
    never = not any(file.sha256 for file in row.files)
    return row.state in (State.ARRIVING, State.HELD) and row.phase is not Phase.STAGED and never


def _is_old(record: Record, since: datetime | None) -> bool:
    return since is not None and record.persisted_at is not None and record.persisted_at < since


def _judge_known(record: Record, row: Message, last: Walked | None, now: datetime, piles: _Piles) -> None:
    match (row.state, row.phase):
        case (State.ARRIVING, Phase.LISTED):
            piles.add(Fetch(record=record, row=row))
        case (State.ARRIVING, Phase.WAITING) | (State.HELD, _):
            if row.next_at is not None and row.next_at <= now:
                piles.add(Fetch(record=record, row=row))
            else:
                piles.passed_over += 1
        case (State.RECEIVED, Phase.PUBLISHED):
            piles.confirm_again.append(row)
        case (State.RECEIVED, Phase.CONFIRMED) | (State.GONE, _):
            _judge_confirmed(record, row, last, now, piles)
        case _:
            piles.passed_over += 1


def _judge_confirmed(record: Record, row: Message, last: Walked | None, now: datetime, piles: _Piles) -> None:
    key = bare(record.message_id)
    confirmed_at = row.progress.confirmed_at
    if confirmed_at is None or (last and last.began >= confirmed_at and key not in last.present):
        piles.returned.append(Fetch(record=record, row=row))
        return
    piles.present.add(key)
    if row.progress.confirmations > MOST_CONFIRMATIONS:
        piles.unmarked.append(row)
    elif now >= confirmed_at + confirm_gap(row.progress.confirmations):
        piles.confirm_again.append(row)
    else:
        piles.passed_over += 1


def confirm_gap(confirmations: int) -> timedelta:
    """How long after the last of so many confirmations the next one is worth its request."""
    return timedelta(seconds=10) * 4.0 ** max(0, confirmations - 1)


def next_fetch(row: Message, *, now: datetime) -> datetime:
    """When a message that could not be fetched is tried again: 1 m doubling to 6 h."""
    gap = FETCH_GAP * 2.0 ** min(row.progress.tries, 12)
    return now + min(gap, MOST_FETCH_GAP)


def is_to_be_held(row: Message, *, now: datetime) -> bool:
    """A message that could not be fetched for a day needs a person."""
    since = row.progress.trouble_since
    return since is not None and now - since >= HELD_AFTER


def same_content(one: Sequence[File], other: Sequence[File]) -> bool:
    """Whether two messages have the same names, sizes and sha256."""
    return _content(one) == _content(other)


def _content(files: Sequence[File]) -> list[tuple[str, int, str | None]]:
    return sorted((file.name, file.size, file.sha256) for file in files)


def unlisted(rows: Sequence[Message], listed: frozenset[GatewayId], *, now: datetime) -> tuple[Message, ...]:
    """Rows that are still to be fetched and due, and that a complete listing lacks."""
    seen = {bare(i) for i in listed}
    return tuple(
        row
        for row in rows
        if _is_due(row, now) and row.message_id is not None and bare(row.message_id) not in seen
    )


def wanted(rows: Sequence[Message], *, now: datetime) -> tuple[Message, ...]:
    """Rows that a person asked for and that are due, oldest first: fetched by their ids, listed or not."""
    due = [row for row in rows if row.progress.wanted and _is_due(row, now)]
    return tuple(sorted(due, key=lambda row: (row.listed_at or 0, row.message_id or "")))


def _is_due(row: Message, now: datetime) -> bool:
    """Whether the row is still to be fetched, and now is the time."""
    if row.state not in (State.ARRIVING, State.HELD) or row.phase is Phase.STAGED:
        return False
    return row.next_at <= now if row.next_at else row.state is State.ARRIVING


def passed_over(facts: Mapping[str, str]) -> Old:
    """What the last walks passed over, of all partner types together."""
    known = [json.loads(words) for key, words in facts.items() if key.startswith("old.")]
    return Old(
        count=sum(each.get("count", 0) for each in known),
        oldest=min(_times(known, "oldest"), default=None),
        newest=max(_times(known, "newest"), default=None),
    )


def _times(known: Sequence[Mapping[str, str]], key: str) -> list[datetime]:
    return [datetime.fromisoformat(each[key]) for each in known if each.get(key)]
