"""A person's questions as conditions and queries: by an id, by a name, by anything that `list` filters by."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from syncd.core.documents import Interchange
from syncd.core.filed import number
from syncd.core.history import UNHAPPY
from syncd.core.looking import OVERDUE, WAITING, Search
from syncd.core.model import Direction, Pair, State, bare
from syncd.store import dialect, schema

_m = schema.messages.c
_d = schema.documents.c
_MAY_NEED = UNHAPPY | {State.SENT}
"""States of what may need a person; of those that were sent, what the partner did not accept."""
_name = schema.names.c.name
_MESSAGES = sa.select(schema.messages)
_NUMBERS = sa.select(schema.names.c.message)

Query = sa.Select[Any]


def numbers(query: Query, *conditions: sa.ColumnElement[bool]) -> Query:
    """The numbers that a query finds, of messages that fit the conditions; the newest number first."""
    number = query.selected_columns[0]
    if conditions:
        query = query.where(sa.select(_m.number).where(_m.number == number, *conditions).exists())
    return query.order_by(number.desc())


def by_gateway_id(text: str, *conditions: sa.ColumnElement[bool]) -> list[Query]:
    """Messages with this gateway id, with or without brackets; each direction has an index of its own."""
    same = (_m.bare_id == bare(text), *conditions)
    return [_MESSAGES.where(schema.INBOUND, *same), _MESSAGES.where(schema.OUTBOUND, *same)]


def by_name(text: str) -> Query:
    """The numbers of messages that have or had a file of exactly this name."""
    return _NUMBERS.where(_name == text)


def by_part(connection: Connection, text: str) -> Query:
    """The numbers of messages that have or had a file with this text in its name."""
    fits = dialect.contains(_name, text)
    found = dialect.with_parts(connection, [text])
    if found is None:
        return _NUMBERS.where(fits).distinct()
    number = found.selected_columns[0]
    return found.where(_NUMBERS.where(schema.names.c.message == number, fits).exists())


def may_be_named(connection: Connection, glob: str) -> Query | None:
    """The numbers of messages that may have a file of such a name; None where no index can tell."""
    return dialect.with_parts(connection, re.split(r"[*?]", glob))


def by_documents(wanted: Search) -> list[Query]:
    """From the documents to their messages, newest first: what fits is near, however common it is."""
    fits = filters(wanted)
    its_message = sa.exists().where(_m.number == _d.message, *fits).correlate(schema.documents)
    queries = []
    for has_number in _numbered(wanted.control):
        some = sa.select(_d.message).distinct().where(*has_number, *_of_kind(wanted))
        some = some.where(its_message) if fits else some
        newest = some.order_by(_d.message.desc()).limit(wanted.limit)
        queries.append(_MESSAGES.where(_m.number.in_(newest)))
    return queries


def by_interchange(
    interchange: Interchange, *, account: str, pair: Pair, since: datetime, limit: int
) -> Query:
    """Outbound messages that carry it, on their way, sent or held; the newest, from the documents' side."""
    fits = (
        _m.number == _d.message,
        _m.account == account,
        _m.direction == Direction.OUTBOUND.value,
        _m.state.in_([State.QUEUED.value, State.SENT.value, State.HELD.value]),
        _m.station == pair.station,
        _m.partner == pair.partner,
        _m.partner_type == pair.partner_type.value,
        _m.created >= since,
    )
    carrying = (
        sa.select(_d.message)
        .distinct()
        .where(
            _d.interchange_number == number(interchange.control),
            _d.sender == interchange.sender,
            _d.receiver == interchange.receiver,
            _d.standard == interchange.standard,
            _d.is_test == interchange.is_test,
            sa.exists().where(*fits).correlate(schema.documents),
        )
    )
    return _MESSAGES.where(_m.number.in_(carrying.order_by(_d.message.desc()).limit(limit)))


def _of_kind(wanted: Search) -> list[sa.ColumnElement[bool]]:
    """With a number, the number's index is the one to use: there are many of a kind."""
    if wanted.document is None:
        return []
    return [(_d.kind if wanted.control is None else _d.kind.concat("")) == wanted.document]


def _numbered(control: str | None) -> list[list[sa.ColumnElement[bool]]]:
    """What has this number: the document, its group or its interchange; each has an index of its own."""
    if control is None:
        return [[]]
    wanted = number(control)
    return [[column == wanted] for column in (_d.control_number, _d.group_number, _d.interchange_number)]


def states(wanted: Search) -> frozenset[State] | None:
    """The states that are asked for; None: any."""
    if not wanted.attention:
        return frozenset(wanted.states) or None
    return _MAY_NEED & frozenset(wanted.states) if wanted.states else _MAY_NEED


def filters(wanted: Search) -> list[sa.ColumnElement[bool]]:
    """What a message has to be, one condition for each filter."""
    filters = _plain_filters(wanted)
    if (some := states(wanted)) is not None:
        filters.append(_m.state.in_([state.value for state in sorted(some)]))
    if wanted.attention:
        filters.append(schema.ATTENTION)
    if wanted.acknowledged is not None:
        filters += _acknowledged(wanted.acknowledged, wanted.at)
    if wanted.name is not None:
        filters.append(_is_named(wanted.name))
    return filters


def _plain_filters(wanted: Search) -> list[sa.ColumnElement[bool]]:
    direction = None if wanted.direction is None else wanted.direction.value
    same = (
        (_m.account, wanted.account),
        (_m.direction, direction),
        (_m.station, wanted.station),
        (_m.partner, wanted.partner),
    )
    filters = [column == value for column, value in same if value is not None]
    if wanted.since is not None:
        filters.append(_m.created >= wanted.since)
    if wanted.until is not None:
        filters.append(_m.created < wanted.until)
    return filters


def _acknowledged(how: str, at: datetime | None) -> list[sa.ColumnElement[bool]]:
    if how not in {WAITING, OVERDUE}:
        return [schema.ANSWERED, _m.acknowledged == how]
    of_time = [] if at is None else [_m.acknowledge_by > at if how == WAITING else _m.acknowledge_by <= at]
    few = sa.select(_m.number).where(schema.UNANSWERED, *of_time)
    return [_m.number.in_(few.correlate(None))]  # or all of the history would be walked for them


def _is_named(glob: str) -> sa.ColumnElement[bool]:
    its_names = _NUMBERS.where(schema.names.c.message == _m.number, dialect.matches(_name, glob))
    return its_names.exists()
