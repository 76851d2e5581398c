"""A store in memory: the journal and the records in one small class, forgetful, but honest."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import PurePosixPath
from threading import Lock

from syncd.core.acknowledging import Subject, marked
from syncd.core.documents import Interchange
from syncd.core.events import Acknowledged, Excused, Staged, Submitting
from syncd.core.filed import Filed, filed, number
from syncd.core.history import Channel, line, news
from syncd.core.looking import OVERDUE, WAITING, Line, Search
from syncd.core.machine import Spot, is_unfinished, needs_person, spot
from syncd.core.model import (
    Direction,
    GatewayId,
    Message,
    MessageId,
    Pair,
    PartnerType,
    Phase,
    Place,
    State,
    bare,
)
from syncd.errors import StateBroken
from syncd.ports.store import Change, Draft, Outstanding, Telling, Told, Untold

AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass
class _News:
    id: int
    channel: str
    kind: str
    message: MessageId
    at: datetime
    next_at: datetime = AT_ONCE
    tries: int = 0


class FakeStore:
    """Journal and Records; `transactions` counts the calls that stored something."""

    def __init__(self, *, tell: Sequence[Channel] = ()) -> None:
        self.state_id = "0123456789abcdef"
        self.transactions = 0
        self.damage: list[str] = []
        self.messages: dict[MessageId, Message] = {}
        self.lines: dict[MessageId, list[Line]] = {}
        self.filed: dict[MessageId, tuple[Filed, ...]] = {}
        self._names: dict[MessageId, set[str]] = {}
        self._news: list[_News] = []
        self._pairs: set[tuple[str, Pair]] = set()
        self._facts: dict[str, dict[str, str]] = {}
        self._tell = tuple(tell)
        self._last = 0
        self._last_news = 0
        self._lock = Lock()

    @property
    def journal(self) -> FakeStore:
        return self

    @property
    def records(self) -> FakeStore:
        return self

    def close(self) -> None:
        """Nothing is open."""

    # Journal

    def open(self, drafts: Sequence[Draft]) -> tuple[Message, ...]:
        with self._lock:
            before = len(self.messages)
            opened = tuple([self._opened(draft) for draft in drafts])
            self.transactions += len(self.messages) > before
            return opened

    def write(self, changes: Sequence[Change]) -> None:
        with self._lock:
            for change in changes:
                if change.after.id not in self.messages:
                    raise StateBroken(f"message {change.after.id!r} is not in the database")
            for change in changes:
                self._store(change, before=self.messages[change.after.id].state)
            self.transactions += bool(changes)

    def remember(self, account: str, facts: Mapping[str, str | None]) -> None:
        with self._lock:
            known = {**self._facts.get(account, {}), **facts}
            self._facts[account] = {key: value for key, value in known.items() if value is not None}
            self.transactions += bool(facts)

    def told(self, outcomes: Sequence[Told], *, at: datetime) -> None:
        with self._lock:
            for told in outcomes:
                self._conclude(told, at)
            self.transactions += bool(outcomes)

    def _conclude(self, told: Told, at: datetime) -> None:
        row, channel = self.messages[told.telling.message.id], told.telling.channel
        if told.text:
            words = Line(at=at, kind=channel, state=row.state, phase=row.phase, text=told.text)
            self.lines.setdefault(row.id, []).append(words)
        if told.again_at is None:
            self._news = [each for each in self._news if each.id != told.telling.id]
            for after in self._firsts():
                if (after.message, after.channel) == (row.id, channel):
                    after.next_at = AT_ONCE
            return
        for each in self._news:
            if each.id == told.telling.id:
                each.next_at, each.tries = told.again_at, told.tries

    def _firsts(self) -> list[_News]:
        """Of each message and channel the oldest."""
        firsts: dict[tuple[MessageId, str], _News] = {}
        for each in self._news:
            firsts.setdefault((each.message, each.channel), each)
        return list(firsts.values())

    def forget(self, account: str, messages: Sequence[Message], facts: Mapping[str, str | None]) -> int:
        gone = [m.id for m in messages if self.messages.get(m.id) == m and m.account == account]
        with self._lock:
            for known in (self.messages, self.lines, self._names):
                for message in gone:
                    known.pop(message, None)
            for message in gone:
                self.filed.pop(message, None)
            self._news = [news for news in self._news if news.message not in gone]
        self.remember(account, facts)
        return len(gone)

    def _opened(self, draft: Draft) -> Message:
        key = _inbound_key(draft.message)
        for known in self.messages.values():
            if key is not None and _inbound_key(known) == key:
                return known
        self._last += 1
        message = replace(draft.message, id=MessageId(f"m{self._last:07}"))
        self._store(Change(event=draft.event, after=message), before=None)
        return message

    def _store(self, change: Change, *, before: State | None) -> None:
        after = change.after
        known = self.messages.get(after.id)
        if known is not None and isinstance(change.event, (Acknowledged, Excused)):
            after = replace(known, acknowledged=after.acknowledged)
            if isinstance(change.event, Acknowledged):
                event = change.event
                self.filed[after.id] = marked(self.filed[after.id], event.marks, by=event.answered_by)
        elif known is not None:
            after = replace(after, acknowledged=known.acknowledged)
        change = replace(change, after=after)
        self.messages[after.id] = after
        self._names.setdefault(after.id, set()).update(_names(after))
        if isinstance(change.event, (Staged, Submitting)):
            self.filed[after.id] = filed(change.event.readings)
        self._pairs.add((after.account, after.pair))
        text = line(change.event, after)
        if text is not None:
            self.lines.setdefault(after.id, []).append(_line(change, text))
        for channel in self._tell:
            kind = news(change.event, before=before, after=after, channel=channel)
            if kind is not None:
                self._last_news += 1
                self._news.append(_News(self._last_news, channel.name, kind, after.id, after.updated))

    # Records

    def unfinished(self, account: str, direction: Direction, *, at: Iterable[Spot] = ()) -> Sequence[Message]:
        spots = frozenset(at)
        found = [m for m in self._of(account) if m.direction is direction and is_unfinished(m)]
        return sorted((m for m in found if not spots or spot(m) in spots), key=_age)

    def wanted(self, account: str, *, after: Message | None, limit: int) -> Sequence[Message]:
        found = [m for m in self.unfinished(account, Direction.INBOUND) if m.progress.wanted]
        found = [m for m in found if after is None or _as_wanted(m) > _as_wanted(after)]
        return sorted(found, key=_as_wanted)[:limit]

    def to_fetch(self, account: str, partner_type: PartnerType, *, limit: int) -> Sequence[Message]:
        inbound = [m for m in self.unfinished(account, Direction.INBOUND) if _is_to_fetch(m)]
        of_type = [m for m in inbound if m.pair.partner_type is partner_type]
        return sorted(of_type, key=lambda m: (m.next_at or AT_ONCE, m.id))[:limit]

    def places(self, account: str) -> Sequence[tuple[Place, str | None]]:
        return [(m.place, m.batch) for m in self.unfinished(account, Direction.OUTBOUND) if m.place]

    def failed_with_file(self, account: str, *, limit: int) -> Sequence[Message]:
        found = [m for m in self._failed(account) if not m.progress.file_gone]
        return sorted(found, key=_age, reverse=True)[:limit]

    def moving(self, account: str) -> Sequence[Message]:
        return sorted((m for m in self._of(account) if m.moving_from is not None), key=_age)

    def by_gateway_ids(self, account: str, ids: Iterable[GatewayId]) -> Sequence[Message]:
        wanted = {bare(identifier) for identifier in ids}
        found = [m for m in self._of(account) if m.direction is Direction.INBOUND and _bare(m) in wanted]
        return sorted(found, key=_age)

    def outbound_ids(self, account: str, ids: Iterable[GatewayId]) -> frozenset[str]:
        ours = {_bare(m) for m in self._of(account) if m.direction is Direction.OUTBOUND}
        return frozenset({bare(identifier) for identifier in ids} & ours)

    def alike_failed(self, account: str, pair: Pair, name: str) -> Sequence[Message]:
        alike = [m for m in self._failed(account) if m.pair == pair and m.name == name]
        return sorted(alike, key=_age, reverse=True)[:20]

    def failed_since(self, account: str, since: datetime) -> Sequence[Message]:
        found = [m for m in self._failed(account) if m.message_id and m.settled_at and m.settled_at > since]
        return sorted(found, key=lambda m: (m.settled_at or m.created, m.id))

    def with_files(
        self, account: str, state: State, *, until: datetime, after: Message | None, limit: int
    ) -> Sequence[Message]:
        found = [
            m
            for m in self._of(account)
            if (m.direction, m.state) == (Direction.OUTBOUND, state)
            and m.place
            and not (m.moving_from or is_unfinished(m))
        ]
        return _settled(found, until, after, limit)

    def at_gateway(
        self, account: str, state: State, *, until: datetime, after: Message | None, limit: int
    ) -> Sequence[Message]:
        found = [
            m
            for m in self._of(account)
            if m.state is state and m.message_id and not (is_unfinished(m) or m.progress.deleted_at)
        ]
        return _settled(found, until, after, limit)

    def done(self, account: str, *, until: datetime, after: Message | None, limit: int) -> Sequence[Message]:
        found = [
            m
            for m in self._of(account)
            if not (m.moving_from or is_unfinished(m))
            and (m.listed_at is not None if m.direction is Direction.INBOUND else m.place is None)
        ]
        return _settled(found, until, after, limit)

    def pairs_used(self, account: str) -> Sequence[Pair]:
        return sorted(pair for owner, pair in self._pairs if owner == account)

    def counts(self, account: str) -> Mapping[tuple[Direction, State], int]:
        return Counter((m.direction, m.state) for m in self._of(account))

    def outstanding(self, account: str) -> Sequence[Outstanding]:
        found: dict[tuple[Direction, State, Phase | None], list[Message]] = {}
        for message in filter(is_unfinished, self._of(account)):
            found.setdefault((message.direction, message.state, message.phase), []).append(message)
        return [
            Outstanding(
                direction=direction,
                state=state,
                phase=phase,
                messages=len(some),
                oldest=min(message.created for message in some),
            )
            for (direction, state, phase), some in sorted(found.items(), key=lambda item: str(item[0]))
        ]

    def attention(self, account: str) -> int:
        return min(sum(map(needs_person, self._of(account))), 1_000)

    def opened(self, direction: Direction, since: datetime, until: datetime) -> int:
        return sum(m.direction is direction and since <= m.created < until for m in self.messages.values())

    def facts(self, account: str) -> Mapping[str, str]:
        return dict(self._facts.get(account, {}))

    def get(self, message_id: MessageId) -> Message | None:
        return self.messages.get(MessageId(message_id.lower()))

    def find(self, text: str, *, account: str | None = None, limit: int = 100) -> Sequence[Message]:
        by_part = re.compile(re.escape(text), re.IGNORECASE | re.ASCII)
        found = [
            m
            for m in self.messages.values()
            if account in {None, m.account} and any(by_part.search(name) for name in self._names[m.id])
        ]
        named = self.named(text, account=account, limit=limit)
        return named or sorted(found, key=_age, reverse=True)[:limit]

    def named(self, text: str, *, account: str | None = None, limit: int = 100) -> Sequence[Message]:
        there = [m for m in self.messages.values() if account in {None, m.account}]
        for fits in (
            lambda m: m.id == text.lower(),
            lambda m: _bare(m) == bare(text),
            lambda m: text in self._names[m.id],
        ):
            found = sorted(filter(fits, there), key=_age, reverse=True)
            if found:
                return found[:limit]
        return []

    def search(self, wanted: Search) -> Sequence[Message]:
        there = [m for m in self.messages.values() if _holds(self.filed.get(m.id, ()), wanted)]
        found = [m for m in there if _fits(m, self._names[m.id], wanted)]
        return sorted(found, key=_age, reverse=True)[: wanted.limit]

    def history(self, message_id: MessageId) -> Sequence[Line]:
        return list(self.lines.get(message_id, ()))

    def histories(self, messages: Sequence[MessageId]) -> Mapping[MessageId, Sequence[Line]]:
        return {message: self.history(message) for message in messages}

    def documents(self, messages: Sequence[MessageId], *, most: int) -> Mapping[MessageId, Sequence[Filed]]:
        return {message: self.filed[message][:most] for message in messages if self.filed.get(message)}

    def carrying(
        self, interchange: Interchange, *, account: str, pair: Pair, since: datetime
    ) -> Sequence[Message]:
        found = [
            message
            for message in self.messages.values()
            if (message.account, message.pair, message.direction) == (account, pair, Direction.OUTBOUND)
            and message.state in {State.QUEUED, State.SENT, State.HELD}
            and message.created >= since
            and any(_carries(each, interchange) for each in self.filed.get(message.id, ()))
        ]
        return sorted(found, key=_age, reverse=True)

    def sent_as(self, account: str, pair: Pair, subject: Subject) -> Sequence[Message]:
        sent = [m for m in self._of(account) if m.direction is Direction.OUTBOUND]
        found = [m for m in sent if any(map(subject.fits, self.filed.get(m.id, ())))]
        same_ends = [m for m in found if self._is_between(m, subject)]
        if not any(m.pair == pair or m.pair.partner == "auto" for m in same_ends):
            same_ends = [m for m in found if m.pair == pair]
        return sorted(same_ends, key=_age, reverse=True)[:5]

    def _is_between(self, message: Message, subject: Subject) -> bool:
        ends = (subject.sender, subject.receiver)
        return any(subject.fits(d) and (d.sender, d.receiver) == ends for d in self.filed[message.id])

    def overdue(self, account: str, *, now: datetime) -> int:
        return sum(_stands(m, OVERDUE, now) for m in self._of(account))

    def untold(self, channel: str, *, now: datetime, limit: int = 100) -> Sequence[Telling]:
        due = [n for n in self._firsts() if n.channel == channel and n.next_at <= now]
        return [
            Telling(
                id=n.id,
                channel=n.channel,
                kind=n.kind,
                message=self.messages[n.message],
                at=n.at,
                tries=n.tries,
            )
            for n in sorted(due, key=lambda n: (n.next_at, n.id))[:limit]
        ]

    def next_untold(self, channel: str, *, after: datetime) -> datetime | None:
        times = (n.next_at for n in self._firsts() if n.channel == channel)
        return min((at for at in times if at > after), default=None)

    def troubled(self, channel: str, account: str) -> Sequence[Untold]:
        there = {n.id: n for n in self._news if n.channel == channel and n.tries}
        mine = [n for n in there.values() if self.messages[n.message].account == account]
        return [
            Untold(
                kind=kind,
                messages=len([n for n in mine if n.kind == kind]),
                tries=max(n.tries for n in mine if n.kind == kind),
                since=min(n.at for n in mine if n.kind == kind),
            )
            for kind in sorted({n.kind for n in mine})
        ]

    def part(
        self, account: str, *, after: MessageId | None, limit: int, since: datetime | None = None
    ) -> Sequence[Message]:
        found = sorted((m for m in self._of(account) if m.id > (after or "")), key=lambda m: m.id)
        told = [m for m in found if since is None or any(line.at >= since for line in self.history(m.id))]
        return told[:limit]

    def accounts(self) -> frozenset[str]:
        return frozenset(message.account for message in self.messages.values())

    def flaws(self) -> Sequence[str]:
        return self.damage

    def _of(self, account: str) -> list[Message]:
        return [message for message in self.messages.values() if message.account == account]

    def _failed(self, account: str) -> list[Message]:
        return [m for m in self._of(account) if (m.direction, m.state) == (Direction.OUTBOUND, State.FAILED)]


def _is_to_fetch(message: Message) -> bool:
    if message.state is State.ARRIVING:
        return message.phase is not Phase.STAGED
    return message.state is State.HELD and message.next_at is not None


def _as_wanted(message: Message) -> tuple[object, ...]:
    return (message.listed_at or 0, _age(message))


def _age(message: Message) -> tuple[datetime, MessageId]:
    return (message.created, message.id)


def _settled(
    messages: Iterable[Message], until: datetime, after: Message | None, limit: int
) -> list[Message]:
    """The next of those that were settled before, the longest settled first."""
    found = sorted((m.settled_at, m.id, m) for m in messages if m.settled_at and m.settled_at < until)
    first = (after.settled_at, after.id) if after and after.settled_at else None
    return [m for at, its_id, m in found if first is None or (at, its_id) > first][:limit]


def _bare(message: Message) -> str | None:
    return None if message.message_id is None else bare(message.message_id)


def _inbound_key(message: Message) -> tuple[str, str | None, int | None] | None:
    if message.direction is Direction.OUTBOUND or message.message_id is None:
        return None
    return (message.account, _bare(message), message.listed_at)


def _names(message: Message) -> set[str]:
    places = [message.place, *(file.place for file in message.files)]
    there = {PurePosixPath(place).name for place in places if place}
    return ({message.name, message.batch or ""} | {file.name for file in message.files} | there) - {""}


def _line(change: Change, text: str) -> Line:
    after = change.after
    return Line(
        at=after.updated,
        kind=change.event.kind,
        state=after.state,
        phase=after.phase,
        text=text,
        by=change.event.by,
    )


def _fits(message: Message, names: set[str], wanted: Search) -> bool:
    return (
        wanted.account in {None, message.account}
        and wanted.direction in {None, message.direction}
        and (not wanted.states or message.state in wanted.states)
        and (not wanted.attention or needs_person(message))
        and (wanted.acknowledged is None or _stands(message, wanted.acknowledged, wanted.at))
        and wanted.station in {None, message.pair.station}
        and wanted.partner in {None, message.pair.partner}
        and (wanted.since is None or message.created >= wanted.since)
        and (wanted.until is None or message.created < wanted.until)
        and (wanted.name is None or any(_globbed(name, wanted.name) for name in names))
    )


def _holds(documents: Sequence[Filed], wanted: Search) -> bool:
    if wanted.document is None and wanted.control is None:
        return True
    return any(
        wanted.document in {None, each.kind}
        and (wanted.control is None or number(wanted.control) in _numbers(each))
        for each in documents
    )


def _carries(document: Filed, wanted: Interchange) -> bool:
    same = (document.standard, document.sender, document.receiver, document.is_test)
    if same != (wanted.standard, wanted.sender, wanted.receiver, wanted.is_test):
        return False
    return number(document.interchange) == number(wanted.control)


def _numbers(document: Filed) -> set[str]:
    return {number(each) for each in (document.control, document.group, document.interchange)}


def _stands(message: Message, how: str, at: datetime | None) -> bool:
    if how not in {WAITING, OVERDUE}:
        return message.acknowledged == how
    until = message.acknowledge_by
    if message.state is not State.SENT or message.acknowledged is not None or until is None:
        return False
    return at is None or (until <= at) is (how == OVERDUE)


def _globbed(name: str, glob: str) -> bool:
    pattern = re.escape(glob).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(pattern, name, re.IGNORECASE | re.ASCII | re.DOTALL) is not None
