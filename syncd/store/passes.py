"""What the jobs ask in every pass, as statements that are made once: making one costs more than the answer.

All but those of tellings are about one account, the parameter `account`.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import sqlalchemy as sa

from syncd.core.machine import Spot
from syncd.store import schema

Query = sa.Select[Any] | sa.CompoundSelect[Any]

_m = schema.messages.c
_facts = schema.facts.c
_t = schema.tellings.c
_MINE = _m.account == sa.bindparam("account")
_OLDEST_FIRST = (_m.created, _m.number)
_LIMIT = sa.bindparam("limit", type_=sa.Integer)

FACTS = sa.select(_facts.key, _facts.value).where(_facts.account == sa.bindparam("account"))

MOVING = sa.select(schema.messages).where(schema.MOVING, _MINE).order_by(*_OLDEST_FIRST)

TO_FETCH = (
    sa.select(schema.messages)
    .where(schema.TO_FETCH, _MINE, _m.partner_type == sa.bindparam("partner_type"))
    .order_by(schema.FETCHED_NEXT, _m.number)
    .limit(_LIMIT)
)

FAILED_WITH_FILE = (
    sa.select(schema.messages)
    .where(schema.FAILED_WITH_FILE, _MINE)
    .order_by(_m.created.desc(), _m.number.desc())
    .limit(_LIMIT)
)

ALIKE_FAILED = (
    sa.select(schema.messages)
    .where(
        schema.FAILED,
        _MINE,
        _m.station == sa.bindparam("station"),
        _m.partner == sa.bindparam("partner"),
        _m.partner_type == sa.bindparam("partner_type"),
        _m.name == sa.bindparam("name"),
    )
    .order_by(_m.created.desc(), _m.number.desc())
    .limit(_LIMIT)
)

FAILED_SINCE = (
    sa.select(schema.messages)
    .where(schema.FAILED_THERE, _MINE, _m.settled_at > sa.bindparam("since"))
    .order_by(_m.settled_at, _m.number)
)

FIRST_UNTOLD = (
    sa.select(_t.next_at)
    .where(_t.channel == sa.bindparam("channel"), _t.next_at.is_not(None))
    .order_by(_t.next_at)
    .limit(1)
)

_UNFINISHED = (schema.UNFINISHED, _MINE, _m.direction == sa.bindparam("direction"))

PLACES = sa.select(_m.place, _m.batch).where(*_UNFINISHED, _m.place.is_not(None))


@cache
def unfinished(spots: frozenset[Spot]) -> Query:
    """What is not at rest; or of it what is at these spots, each by a part of the index."""
    everything = sa.select(schema.messages).where(*_UNFINISHED)
    if not spots:
        return everything.order_by(*_OLDEST_FIRST)
    found = sa.union_all(*[everything.where(*_at(spot)) for spot in sorted(spots, key=str)])
    return found.order_by("created", "number")


def _at(spot: Spot) -> tuple[sa.ColumnElement[bool], ...]:
    state, phase = spot
    return (_m.state == state.value, _m.phase.is_(None) if phase is None else _m.phase == phase.value)


@cache
def wanted(*, is_first: bool) -> Query:
    """What a person asked for, by its time of listing: from the first one, or from after `at`, `number`."""
    query = sa.select(schema.messages).where(schema.WANTED, _MINE)
    if not is_first:
        after = sa.tuple_(sa.bindparam("at"), sa.bindparam("number"))
        query = query.where(sa.tuple_(schema.LISTED_FIRST, _m.number) > after)
    return query.order_by(schema.LISTED_FIRST, _m.number).limit(_LIMIT)
