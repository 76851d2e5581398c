"""The door that reads, on connections that cannot write."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError

from syncd.core.acknowledging import Subject
from syncd.core.documents import Interchange
from syncd.core.filed import Filed
from syncd.core.looking import Line, Search
from syncd.core.machine import Spot
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
from syncd.ports.store import Outstanding, Telling, Untold
from syncd.store import counting, dialect, listing, matching, passes, rows, schema
from syncd.store.ids import Ids
from syncd.store.kept import Kept
from syncd.store.searching import by_gateway_id, by_interchange, by_name, by_part, numbers

T = TypeVar("T", int, str)

AT_ONCE = 500
"""Values in one IN (…)."""

MOST_ALIKE = 20

_m = schema.messages.c
_lines = schema.history.c
_t = schema.tellings.c
_MESSAGES = sa.select(schema.messages)
_NEWEST_FIRST = (_m.created.desc(), _m.number.desc())


class SqlRecords:
    """Reads what is committed; each question sees one state of the database."""

    def __init__(self, engine: Engine, ids: Ids, path: Path, kept: Kept) -> None:
        self._engine = engine
        self._ids = ids
        self._path = path
        self._kept = kept

    def unfinished(self, account: str, direction: Direction, *, at: Iterable[Spot] = ()) -> Sequence[Message]:
        """Every message that is not at rest (held ones included), or those at some spots, oldest first."""
        return self._of_pass(passes.unfinished(frozenset(at)), account=account, direction=direction.value)

    def wanted(self, account: str, *, after: Message | None, limit: int) -> Sequence[Message]:
        """Inbound messages that a person asked for and that are not here yet, by their time of listing."""
        if after is None:
            return self._of_pass(passes.wanted(is_first=True), account=account, limit=limit)
        known = {"at": after.listed_at or 0, "number": self._ids.decode(after.id)}
        return self._of_pass(passes.wanted(is_first=False), account=account, limit=limit, **known)

    def to_fetch(self, account: str, partner_type: PartnerType, *, limit: int) -> Sequence[Message]:
        """Inbound messages that are not here yet, the longest due first."""
        return self._of_pass(passes.TO_FETCH, account=account, partner_type=partner_type.value, limit=limit)

    def moving(self, account: str) -> Sequence[Message]:
        """Messages whose rename is not known to be done, oldest first."""
        return self._of_pass(passes.MOVING, account=account)

    def places(self, account: str) -> Sequence[tuple[Place, str | None]]:
        """Where unfinished outbound messages have their files, each with its batch."""
        known = {"account": account, "direction": Direction.OUTBOUND.value}
        return [(row.place, row.batch) for row in self._rows(passes.PLACES, known)]

    def by_gateway_ids(self, account: str, ids: Iterable[GatewayId]) -> Sequence[Message]:
        """Inbound messages with one of these gateway ids (compared without brackets), oldest first."""
        found: list[Message] = []
        for some in _portions(map(bare, ids)):
            query = _MESSAGES.where(schema.INBOUND, _m.bare_id.in_(some), _m.account == account)
            found += self._messages(query)
        return sorted(found, key=lambda message: message.created)

    def outbound_ids(self, account: str, ids: Iterable[GatewayId]) -> frozenset[str]:
        """Which of these gateway ids (bare) belong to outbound messages of ours already."""
        found: set[str] = set()
        for some in _portions(map(bare, ids)):
            query = sa.select(_m.bare_id).where(schema.OUTBOUND, _m.bare_id.in_(some), _m.account == account)
            found.update(row.bare_id for row in self._rows(query))
        return frozenset(found)

    def alike_failed(self, account: str, pair: Pair, name: str) -> Sequence[Message]:
        """Failed outbound messages of the pair, dropped under this name, newest first, at most 20."""
        return self._of_pass(
            passes.ALIKE_FAILED,
            account=account,
            station=pair.station,
            partner=pair.partner,
            partner_type=pair.partner_type.value,
            name=name,
            limit=MOST_ALIKE,
        )

    def failed_since(self, account: str, since: datetime) -> Sequence[Message]:
        """Failed outbound messages with a gateway id that settled after `since`, oldest first."""
        return self._of_pass(passes.FAILED_SINCE, account=account, since=since)

    def failed_with_file(self, account: str, *, limit: int) -> Sequence[Message]:
        """Failed outbound messages whose file is not known to be gone, newest first."""
        return self._of_pass(passes.FAILED_WITH_FILE, account=account, limit=limit)

    def with_files(
        self, account: str, state: State, *, until: datetime, after: Message | None, limit: int
    ) -> Sequence[Message]:
        """Outbound messages at rest with a place, settled before `until`, oldest first."""
        query = _MESSAGES.where(
            schema.WITH_FILE, _m.account == account, _m.state == state.value, _m.settled_at < until
        )
        query = query.where(_m.moving_from.is_(None), _m.unfinished.is_(sa.false()))
        return self._settled(query, after, limit)

    def at_gateway(
        self, account: str, state: State, *, until: datetime, after: Message | None, limit: int
    ) -> Sequence[Message]:
        """Messages at rest whose entry at the gateway was not deleted by us, settled before `until`."""
        query = _MESSAGES.where(
            schema.AT_GATEWAY, _m.account == account, _m.state == state.value, _m.settled_at < until
        )
        return self._settled(query, after, limit)

    def done(self, account: str, *, until: datetime, after: Message | None, limit: int) -> Sequence[Message]:
        """Messages that nothing is to be done with any more, settled before `until`, oldest first."""
        query = _MESSAGES.where(schema.DONE, _m.account == account, _m.settled_at < until)
        query = query.where(sa.or_(schema.OUTBOUND, _m.listed_at.is_not(None)), _m.moving_from.is_(None))
        return self._settled(query, after, limit)

    def _settled(self, query: sa.Select[Any], after: Message | None, limit: int) -> Sequence[Message]:
        """The next of those that a query has, by when they were settled."""
        if after is not None and after.settled_at is not None:
            at, number = after.settled_at, self._ids.decode(after.id)
            query = query.where(_m.settled_at >= at, sa.or_(_m.settled_at > at, _m.number > number))
        return self._messages(query.order_by(_m.settled_at, _m.number).limit(limit))

    def pairs_used(self, account: str) -> Sequence[Pair]:
        """Pairs with any message, in order."""
        pairs = schema.pairs
        return sorted(
            Pair(station=row.station, partner=row.partner, partner_type=PartnerType(row.partner_type))
            for row in self._rows(sa.select(pairs).where(pairs.c.account == account))
        )

    def counts(self, account: str) -> Mapping[tuple[Direction, State], int]:
        """How many messages are in each state; a state without any is left out."""
        tallies = schema.tallies
        return {
            (Direction(row.direction), State(row.state)): row.messages
            for row in self._rows(sa.select(tallies).where(tallies.c.account == account))
            if row.messages
        }

    def outstanding(self, account: str) -> Sequence[Outstanding]:
        """What is not at rest, counted by direction, state and phase."""
        return [counting.outstanding(row) for row in self._rows(counting.by_phase(account))]

    def attention(self, account: str) -> int:
        """How many messages need a person; a thousand are as many as are counted."""
        [row] = self._rows(counting.in_need(account))
        return int(row.messages)

    def opened(self, direction: Direction, since: datetime, until: datetime) -> int:
        """How many messages of a direction were created in that time, of all accounts."""
        [row] = self._rows(counting.created(direction, since, until))
        return int(row.messages)

    def facts(self, account: str) -> Mapping[str, str]:
        """The remembered facts of an account."""
        asked = {"account": account}
        return self._kept.answer(
            ("facts", account), lambda: {row.key: row.value for row in self._rows(passes.FACTS, asked)}
        )

    def get(self, message_id: MessageId) -> Message | None:
        """One message by our id, in either case."""
        number = self._ids.decode(message_id)
        if number is None:
            return None
        return next(iter(self._messages(_MESSAGES.where(_m.number == number))), None)

    def find(self, text: str, *, account: str | None = None, limit: int = 100) -> Sequence[Message]:
        """Messages by our id, else the gateway's, else a file name (exact, then a part), newest first."""
        named = self.named(text, account=account, limit=limit)
        if named:
            return named
        with self._asking() as connection:
            of_account = [] if account is None else [_m.account == account]
            found = listing.numbered(connection, numbers(by_part(connection, text), *of_account), limit)
            return [rows.message(row, self._ids) for row in found]

    def named(self, text: str, *, account: str | None = None, limit: int = 100) -> Sequence[Message]:
        """The same without parts: an id, or the whole name of a file."""
        ours = self.get(MessageId(text))
        if ours is not None and account in {None, ours.account}:
            return [ours]
        with self._asking() as connection:
            of_account = [] if account is None else [_m.account == account]
            found = listing.merged(connection, by_gateway_id(text, *of_account), limit)
            found = found or listing.numbered(connection, numbers(by_name(text), *of_account), limit)
            return [rows.message(row, self._ids) for row in found]

    def search(self, wanted: Search) -> Sequence[Message]:
        """Messages that fit, newest first."""
        with self._asking() as connection:
            found = listing.newest(connection, wanted)
            return [rows.message(row, self._ids) for row in found]

    def history(self, message_id: MessageId) -> Sequence[Line]:
        """The lines of one message, oldest first."""
        lines = schema.history
        query = sa.select(lines).where(lines.c.message == self._ids.decode(message_id))
        return [_line(row) for row in self._rows(query.order_by(lines.c.number))]

    def histories(self, messages: Sequence[MessageId]) -> Mapping[MessageId, Sequence[Line]]:
        """The lines of many messages, each oldest first; one without any is left out."""
        lines = schema.history
        wanted = {self._ids.decode(message): message for message in messages}
        found: dict[MessageId, list[Line]] = {}
        for some in _portions(number for number in wanted if number is not None):
            query = sa.select(lines).where(lines.c.message.in_(some))
            for row in self._rows(query.order_by(lines.c.message, lines.c.number)):
                found.setdefault(wanted[row.message], []).append(_line(row))
        return found

    def documents(self, messages: Sequence[MessageId], *, most: int) -> Mapping[MessageId, Sequence[Filed]]:
        """The first `most` business documents of each message, in order; one without any is left out."""
        documents = schema.documents
        wanted = {self._ids.decode(message): message for message in messages}
        found: dict[MessageId, list[Filed]] = {}
        for some in _portions(number for number in wanted if number is not None):
            query = sa.select(documents).where(documents.c.message.in_(some), documents.c.position < most)
            for row in self._rows(query.order_by(documents.c.message, documents.c.position)):
                found.setdefault(wanted[row.message], []).append(rows.document(row))
        return found

    def carrying(
        self, interchange: Interchange, *, account: str, pair: Pair, since: datetime
    ) -> Sequence[Message]:
        """Queued, sent and held messages of the pair with an interchange of that number, newest first."""
        query = by_interchange(interchange, account=account, pair=pair, since=since, limit=MOST_ALIKE)
        return self._messages(query.order_by(*_NEWEST_FIRST))

    def sent_as(self, account: str, pair: Pair, subject: Subject) -> Sequence[Message]:
        """Outbound messages that an acknowledgement from the pair may mean by that, newest first."""
        with self._asking() as connection:
            found = listing.merged(connection, [matching.between_the_same(account, subject)], matching.MOST)
            if not any(matching.may_be(row, pair) for row in found):
                found = listing.merged(connection, matching.of_pair(account, pair, subject), matching.MOST)
            return [rows.message(row, self._ids) for row in found]

    def overdue(self, account: str, *, now: datetime) -> int:
        """How many sent messages were to be acknowledged by now, and were not."""
        late = (schema.UNANSWERED, _m.account == account, _m.acknowledge_by <= now)
        return int(self._rows(sa.select(sa.func.count()).where(*late))[0][0])

    def untold(self, channel: str, *, now: datetime, limit: int = 100) -> Sequence[Telling]:
        """What a channel is to tell now, longest due first; of each message the oldest only."""
        known = {"channel": channel}
        first = self._kept.answer(("untold", channel), lambda: self._rows(passes.FIRST_UNTOLD, known))
        if not first or first[0].next_at > now:
            return []
        query = (
            sa.select(schema.messages, _t.number.label("telling"), _t.channel, _t.kind, _t.at, _t.tries)
            .join_from(schema.tellings, schema.messages)
            .where(_t.channel == channel, _t.next_at <= now)
            .order_by(_t.next_at, _t.number)
            .limit(limit)
        )
        return [self._telling(row) for row in self._rows(query)]

    def next_untold(self, channel: str, *, after: datetime) -> datetime | None:
        """When, after that time, something of a channel is due next; None: nothing waits."""
        query = sa.select(_t.next_at).where(_t.channel == channel, _t.next_at > after)
        found = self._rows(query.order_by(_t.next_at).limit(1))
        return found[0].next_at if found else None

    def troubled(self, channel: str, account: str) -> Sequence[Untold]:
        """What the channel has tried to tell of this account's messages, in vain so far."""
        count, most, oldest = sa.func.count(), sa.func.max(_t.tries), sa.func.min(_t.at)
        query = (
            sa.select(_t.kind, count.label("messages"), most.label("tries"), oldest.label("since"))
            .join_from(schema.tellings, schema.messages)
            .where(schema.TROUBLED, _t.channel == channel, _m.account == account)
            .group_by(_t.kind)
        )
        return [
            Untold(kind=row.kind, messages=row.messages, tries=row.tries, since=row.since)
            for row in self._rows(query)
        ]

    def part(
        self, account: str, *, after: MessageId | None, limit: int, since: datetime | None = None
    ) -> Sequence[Message]:
        """A part of all messages of an account, in the order in which they were opened.

        With `since`: of those with a line of history from then on.
        """
        last = self._ids.decode(after) if after else None
        query = _MESSAGES.where(_m.account == account)
        if since is not None:
            query = query.where(sa.exists().where(_lines.message == _m.number, _lines.at >= since))
        if since is None or last is not None:
            query = query.where(_m.number > (last or 0))
        else:
            query = query.where(_m.number >= _first_told(since))
        return self._messages(query.order_by(_m.number).limit(limit))

    def accounts(self) -> frozenset[str]:
        """The names of all accounts that have messages."""
        tallies = schema.tallies
        query = sa.select(tallies.c.account).distinct().where(tallies.c.messages > 0)
        return frozenset(row.account for row in self._rows(query))

    def flaws(self) -> Sequence[str]:
        """What is damaged in the database itself, in words. Raises: StateBroken."""
        with self._asking() as connection:
            return dialect.flaws(connection)

    def _telling(self, row: sa.Row[Any]) -> Telling:
        message = rows.message(row, self._ids)
        return Telling(
            id=row.telling, channel=row.channel, kind=row.kind, message=message, at=row.at, tries=row.tries
        )

    def _of_pass(self, query: passes.Query, **asked: Any) -> list[Message]:  # noqa: ANN401 - parameters
        """Messages by one of the statements of `passes`, or as they are known from the pass before."""
        return self._kept.answer((query, *asked.values()), lambda: self._messages(query, asked))

    def _messages(self, query: passes.Query, asked: Mapping[str, Any] | None = None) -> list[Message]:
        return [rows.message(row, self._ids) for row in self._rows(query, asked)]

    def _rows(self, query: passes.Query, asked: Mapping[str, Any] | None = None) -> Sequence[sa.Row[Any]]:
        with self._asking() as connection:
            return connection.execute(query, asked).all()

    @contextmanager
    def _asking(self) -> Iterator[Connection]:
        """A connection that sees one state of the database."""
        try:
            with self._engine.connect() as connection:
                yield connection
        except (DBAPIError, sqlite3.Error) as error:
            raise dialect.meaning(error, self._path) from error


def _first_told(since: datetime) -> sa.ScalarSelect[Any]:
    """The first message with a line from then on; by the index of times, since the sum is in no other."""
    return sa.select(sa.func.min(_lines.message + 0)).where(_lines.at >= since).scalar_subquery()


def _portions(values: Iterable[T]) -> Iterator[list[T]]:
    wanted = sorted(set(values))
    for start in range(0, len(wanted), AT_ONCE):
        yield wanted[start : start + AT_ONCE]


def _line(row: sa.Row[Any]) -> Line:
    return Line(
        at=row.at,
        kind=row.kind,
        state=State(row.state),
        phase=Phase(row.phase) if row.phase else None,
        text=row.text,
        by=row.by,
    )
