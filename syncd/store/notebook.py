"""The memory of notices: what is to be told, what was, and what is on its way out."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError

from syncd.core.model import Message, State
from syncd.core.notices.concerns import Changes, Concern, Kind, Status
from syncd.core.notices.notice import Notice
from syncd.core.notices.times import Batch
from syncd.errors import CannotAct
from syncd.ports.notices import Post, Spot, Stuck
from syncd.ports.store import Telling, Told
from syncd.store import dialect, rows, schema, tellings
from syncd.store.ids import Ids
from syncd.store.kept import Kept
from syncd.store.tellings import AT_ONCE
from syncd.store.writer import Writer

_m = schema.messages.c
_c = schema.concerns.c
_n = schema.notices.c
MANY = 500
"""Values in one IN (…)."""
_WORDS = ("what", "remedy", "station", "partner", "file", "is_inbound")
_LIMIT = sa.bindparam("limit", type_=sa.Integer)
_STANDING = sa.select(schema.concerns).where(_c.message.is_(None))
_PENDING = sa.select(schema.concerns).where(schema.PENDING).order_by(_c.changed, _c.key).limit(_LIMIT)
_RELIEVED = (
    sa.select(schema.concerns)
    .join_from(schema.concerns, schema.messages)
    .where(schema.OF_MESSAGE, _c.status != Status.OVER.value, sa.not_(schema.ATTENTION))
    .limit(_LIMIT)
)
_NEXT_DUE = sa.select(sa.func.min(_n.next_at))
_LAST = {True: "notice.urgent", False: "notice.usual"}
"""The fact with the time of a lane's last notice."""


class SqlNotebook:
    """Writes through the one writer, reads what is committed. Without a writer it can only be read."""

    def __init__(
        self, engine: Engine, ids: Ids, path: Path, kept: Kept, writer: Writer | None = None
    ) -> None:
        self._engine = engine
        self._ids = ids
        self._path = path
        self._kept = kept
        self._maybe_writer = writer

    @property
    def _writer(self) -> Writer:
        if self._maybe_writer is None:
            raise CannotAct("the state was opened to be read only")
        return self._maybe_writer

    def standing(self) -> Sequence[Concern]:
        """All concerns that are not about one message."""
        return self._kept_concerns(_STANDING)

    def pending(self, *, limit: int) -> Sequence[Concern]:
        """What is new or over, the longest first."""
        return self._kept_concerns(_PENDING, limit=limit)

    def relieved(self, *, limit: int) -> Sequence[Concern]:
        """Those about a message that needs nobody any more, and are not known to be over."""
        return self._kept_concerns(_RELIEVED, limit=limit)

    def keep(self, changes: Changes, *, done: Sequence[Telling] = ()) -> None:
        """Store what is new and over, and that these tellings are done with."""
        if changes.kept or changes.gone or done:
            self._writer.do(lambda connection: self._keep(connection, changes, done))

    def _keep(self, connection: Connection, changes: Changes, done: Sequence[Telling]) -> None:
        self._put(connection, changes.kept)
        _forget(connection, changes.gone)
        for telling in done:
            number = self._ids.decode(telling.message.id)
            if number is not None:
                tellings.conclude(connection, number, Told(telling=telling))

    def post(self, batch: Batch, notice: Notice, *, ways: Sequence[str], at: datetime) -> None:
        """Put a notice on its ways; what is in it is told, or forgotten where its end was told."""
        self._writer.do(lambda connection: self._post(connection, batch, notice, ways, at))

    def _post(
        self, connection: Connection, batch: Batch, notice: Notice, ways: Sequence[str], at: datetime
    ) -> None:
        known = {"id": notice.id, "account": notice.account, "subject": notice.subject}
        known |= {"body": notice.body, "content": notice.content, "problem": ""}
        posts = [{**known, "way": way, "at": at, "tries": 0, "next_at": AT_ONCE} for way in ways]
        connection.execute(sa.insert(schema.notices), posts)
        told = [each for each in batch.concerns if each.status is Status.NEW]
        self._put(connection, [replace(each, status=Status.TOLD, changed=at) for each in told])
        _forget(connection, [each.key for each in batch.concerns if each.status is Status.OVER])
        account, is_urgent = batch.lane
        last = {"account": account, "key": _LAST[is_urgent], "value": at.isoformat()}
        connection.execute(dialect.insert_or_replace(schema.facts, "value"), [last])

    def last_posts(self, accounts: Sequence[str]) -> Mapping[tuple[str, bool], datetime]:
        """When each lane had its last notice."""
        facts = schema.facts.c
        query = sa.select(facts.account, facts.key, facts.value).where(
            facts.account.in_(accounts), facts.key.in_(_LAST.values())
        )
        urgent = _LAST[True]
        return {
            (row.account, row.key == urgent): datetime.fromisoformat(row.value) for row in self._rows(query)
        }

    def due(self, *, now: datetime, within: timedelta, limit: int) -> Sequence[Post]:
        """What is to be sent now, the least tried first; nothing waits longer than `within`."""
        if self.next_due() is None:
            return []
        is_due = sa.or_(_n.next_at <= now, _n.next_at > now + within)
        query = sa.select(schema.notices).where(is_due).order_by(_n.tries, _n.number)
        return [_post(row) for row in self._rows(query.limit(limit))]

    def next_due(self) -> datetime | None:
        """When something is to be sent next; None: nothing waits."""
        found: datetime | None = self._kept.answer(_NEXT_DUE, lambda: self._rows(_NEXT_DUE))[0][0]
        return found

    def sent(self, post: Post) -> None:
        """It is out, or given up: forget it."""
        gone = sa.delete(schema.notices).where(_n.number == post.id)
        self._writer.do(lambda connection: connection.execute(gone))

    def postpone(self, post: Post, *, again_at: datetime, problem: str) -> None:
        """It was tried in vain; the others on its way wait with it."""
        tries, table = post.tries + 1, sa.update(schema.notices)
        this = table.where(_n.number == post.id).values(next_at=again_at, tries=tries, problem=problem)
        others = table.where(_n.way == post.way, _n.next_at < again_at).values(next_at=again_at)

        def write(connection: Connection) -> None:
            connection.execute(this)
            connection.execute(others)

        self._writer.do(write)

    def delivered(self, account: str, *, after: Spot, until: datetime, limit: int) -> Sequence[Message]:
        """Received messages that were confirmed before `until`, the longest first, from a spot on."""
        number = self._ids.decode(after.message) if after.message else None
        is_later = sa.or_(_m.settled_at > after.at, _m.number > (number or 0))
        query = sa.select(schema.messages).where(
            schema.DONE,
            _m.account == account,
            _m.settled_at >= after.at,
            _m.settled_at < until,
            is_later,
            _m.state == State.RECEIVED.value,
        )
        found = self._rows(query.order_by(_m.settled_at, _m.number).limit(limit))
        return [rows.message(row, self._ids) for row in found]

    def stuck(self, account: str) -> Sequence[Stuck]:
        """The ways on which notices of an account do not get out."""
        count, most = sa.func.count().label("notices"), sa.func.max(_n.tries).label("tries")
        since, problem = sa.func.min(_n.at).label("since"), sa.func.max(_n.problem).label("problem")
        query = sa.select(_n.way, count, most, since, problem).where(_n.account == account)
        found = self._rows(query.group_by(_n.way).having(most > 0))
        return [
            Stuck(way=r.way, notices=r.notices, tries=r.tries, since=r.since, problem=r.problem)
            for r in found
        ]

    def _put(self, connection: Connection, concerns: Sequence[Concern]) -> None:
        if not concerns:
            return
        _forget(connection, [each.key for each in concerns])
        values = [self._values(each) for each in concerns]
        there = _there(connection, [each["message"] for each in values if each["message"] is not None])
        values = [each for each in values if each["message"] is None or each["message"] in there]
        if values:
            connection.execute(sa.insert(schema.concerns), values)

    def _values(self, concern: Concern) -> rows.Values:
        return {
            "key": concern.key,
            "account": concern.account,
            "kind": concern.kind.value,
            "status": concern.status.value,
            "message": None if concern.message is None else self._ids.decode(concern.message),
            "since": concern.since,
            "changed": concern.changed,
            "words": {name: getattr(concern, name) for name in _WORDS},
        }

    def _kept_concerns(self, query: sa.Select[Any], **asked: int) -> list[Concern]:
        """The concerns that a query finds, or as they are known from the last look."""
        return self._kept.answer(
            (query, *asked.values()), lambda: [self._concern(row) for row in self._rows(query, asked)]
        )

    def _concern(self, row: sa.Row[Any]) -> Concern:
        return Concern(
            key=row.key,
            account=row.account,
            kind=Kind(row.kind),
            status=Status(row.status),
            message=None if row.message is None else self._ids.encode(row.message),
            since=row.since,
            changed=row.changed,
            **row.words,
        )

    def _rows(self, query: sa.Select[Any], asked: Mapping[str, Any] | None = None) -> Sequence[sa.Row[Any]]:
        try:
            with self._engine.connect() as connection:
                return connection.execute(query, asked).all()
        except (DBAPIError, sqlite3.Error) as error:
            raise dialect.meaning(error, self._path) from error


def _there(connection: Connection, numbers: Sequence[int]) -> set[int]:
    """Which of these messages retention has left."""
    number, found = schema.messages.c.number, set[int]()
    for start in range(0, len(numbers), MANY):
        query = sa.select(number).where(number.in_(numbers[start : start + MANY]))
        found.update(row.number for row in connection.execute(query))
    return found


def _forget(connection: Connection, keys: Sequence[str]) -> None:
    if keys:
        gone = sa.delete(schema.concerns).where(_c.key == sa.bindparam("its_key"))
        connection.execute(gone, [{"its_key": key} for key in keys])


def _post(row: sa.Row[Any]) -> Post:
    notice = Notice(id=row.id, account=row.account, subject=row.subject, body=row.body, content=row.content)
    return Post(id=row.number, way=row.way, notice=notice, at=row.at, tries=row.tries)
