"""The newest messages that fit, of however many: groups of messages, each walked from its newest end.

A group is what stands side by side in one index, in the order of creation. There are as many as pairs and
states can make, however long the history is, and an index knows the newest message of each at once. Groups
are walked by the age of that one; what is older than all that was found already is not walked at all.
So a filter that fits nothing costs no more than one that fits everything.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from syncd.core.looking import Search
from syncd.store import schema
from syncd.store.searching import by_documents, filters, may_be_named, numbers, states

AT_ONCE = 500
"""Values in one IN (…)."""

MOST_NAMED = 2_000
"""Messages of a name that are looked at one by one, whatever else is asked for."""

_m = schema.messages.c
_pairs = schema.pairs.c
_tallies = schema.tallies.c
_NEWEST_FIRST = (_m.created.desc(), _m.number.desc())

_Row = sa.Row[Any]
_Found = list[tuple[Any, int]]
"""Times and numbers of messages, newest first."""


def merged(connection: Connection, queries: Sequence[sa.Select[Any]], limit: int) -> Sequence[_Row]:
    """The newest rows of several questions together, each once; each stops at the limit by itself."""
    found: dict[int, _Row] = {}
    for query in queries:
        asked = connection.execute(query.order_by(*_NEWEST_FIRST).limit(limit))
        found.update((row.number, row) for row in asked)
    return sorted(found.values(), key=_age, reverse=True)[:limit]


def numbered(connection: Connection, numbers: sa.Select[Any], limit: int) -> Sequence[_Row]:
    """The rows of the first numbers, newest first."""
    rows = _rows(connection, list(connection.scalars(numbers.limit(limit))))
    return sorted(rows, key=_age, reverse=True)


def newest(connection: Connection, wanted: Search) -> Sequence[_Row]:
    """The rows of the newest messages that fit, newest first."""
    if wanted.document is not None or wanted.control is not None:
        return merged(connection, by_documents(wanted), wanted.limit)
    if wanted.acknowledged is not None:
        return merged(connection, [sa.select(schema.messages).where(*filters(wanted))], wanted.limit)
    named = _named(connection, wanted)
    return _walked(connection, wanted) if named is None else named


def _named(connection: Connection, wanted: Search) -> Sequence[_Row] | None:
    """The same by the index of names; None when so many have such a name that the rest has to decide."""
    may_be = None if wanted.name is None else may_be_named(connection, wanted.name)
    if may_be is None:
        return None
    first = connection.scalar(numbers(may_be).offset(MOST_NAMED - 1).limit(1))
    if first is None:
        return numbered(connection, numbers(may_be, *filters(wanted)), wanted.limit)
    newest = may_be.where(may_be.selected_columns[0] >= first)
    found = numbered(connection, numbers(newest, *filters(wanted)), wanted.limit)
    return found if len(found) == wanted.limit else None


def _age(row: _Row) -> tuple[Any, int]:
    return (row.created, row.number)


def _walked(connection: Connection, wanted: Search) -> Sequence[_Row]:
    grouping = _grouping(wanted)
    if not grouping:
        query = sa.select(schema.messages).where(*filters(wanted))
        return connection.execute(query.order_by(*_NEWEST_FIRST).limit(wanted.limit)).all()
    found: _Found = []
    for group in connection.execute(_groups(wanted, grouping)):
        is_enough = len(found) == wanted.limit
        if is_enough and group.newest < found[-1][0]:
            break
        oldest = found[-1][0] if is_enough else None
        walked = connection.execute(_walk(group, wanted, oldest))
        found = sorted([*found, *((row.created, row.number) for row in walked)], reverse=True)[: wanted.limit]
    return _rows(connection, [number for _, number in found])


def _grouping(wanted: Search) -> tuple[str, ...]:
    """What the messages of one group have in common; nothing when no index but that of time is needed.

    A group of a partner is a part of the index `messages_partner`, one without a partner of `messages_group`;
    what needs a person has an index of its own.
    """
    if wanted.attention:
        return ("account",)
    if wanted.partner is not None:
        return ("partner", "station", "account", "state")
    if (wanted.account, wanted.direction, wanted.station) == (None, None, None) and not wanted.states:
        return ()
    return ("state", "account", "station")


def _groups(wanted: Search, grouping: tuple[str, ...]) -> sa.Select[Any]:
    """The groups with anything of that time in them, and when the newest of it was created."""
    kinds = _kinds(wanted, grouping).subquery()
    same = [_m[name] == kinds.c[name] for name in grouping]
    last = sa.select(_m.created).where(*same, *_of_time(wanted)).order_by(_m.created.desc()).limit(1)
    known = sa.select(kinds, last.scalar_subquery().label("newest")).subquery()
    return sa.select(known).where(known.c.newest.is_not(None)).order_by(known.c.newest.desc())


def _kinds(wanted: Search, grouping: tuple[str, ...]) -> sa.Select[Any]:
    """Every group that may be, by the pairs and the states that there are."""
    of_pair = [name for name in ("account", "station", "partner") if name in grouping]
    pairs = sa.select(*[_pairs[name] for name in of_pair]).distinct()
    for name in of_pair:
        if getattr(wanted, name) is not None:
            pairs = pairs.where(_pairs[name] == getattr(wanted, name))
    known = pairs.subquery()
    columns = [known.c[name] if name in of_pair else _tallies[name] for name in grouping]
    kinds = sa.select(*columns).distinct().where(*_counted(wanted))
    return kinds.join_from(known, schema.tallies, _tallies.account == known.c.account)


def _counted(wanted: Search) -> list[sa.ColumnElement[bool]]:
    counted = [_tallies.messages > 0]
    if wanted.direction is not None:
        counted.append(_tallies.direction == wanted.direction.value)
    if (some := states(wanted)) is not None:
        counted.append(_tallies.state.in_([state.value for state in sorted(some)]))
    return counted


def _of_time(wanted: Search) -> list[sa.ColumnElement[bool]]:
    """What the index of the group can tell."""
    told = [schema.ATTENTION] if wanted.attention else []
    if wanted.since is not None:
        told.append(_m.created >= wanted.since)
    if wanted.until is not None:
        told.append(_m.created < wanted.until)
    return told


def _walk(group: _Row, wanted: Search, oldest: object) -> sa.Select[Any]:
    """The messages of the group that fit, but for those that are older than `oldest`."""
    its = [_m[name] == value for name, value in group._mapping.items() if name != "newest"]  # noqa: SLF001
    query = sa.select(_m.created, _m.number).where(*its, *filters(wanted))
    if oldest is not None:
        query = query.where(_m.created >= oldest)
    return query.order_by(*_NEWEST_FIRST).limit(wanted.limit)


def _rows(connection: Connection, numbers: list[int]) -> list[_Row]:
    found: dict[int, _Row] = {}
    for start in range(0, len(numbers), AT_ONCE):
        some = sa.select(schema.messages).where(_m.number.in_(numbers[start : start + AT_ONCE]))
        found.update((row.number, row) for row in connection.execute(some))
    return [found[number] for number in numbers]
