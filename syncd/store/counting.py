"""Counts by an index: of what is unfinished, or needs a person, or was created in a time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from syncd.core.model import Direction, Phase, State
from syncd.ports.store import Outstanding
from syncd.store import schema

MOST = 1_000

_m = schema.messages.c
_KINDS = (_m.direction, _m.state, _m.phase)


def by_phase(account: str) -> sa.Select[Any]:
    """What is not at rest, by direction, state and phase."""
    count, oldest = sa.func.count().label("messages"), sa.func.min(_m.created).label("oldest")
    query = sa.select(*_KINDS, count, oldest).where(schema.UNFINISHED, _m.account == account)
    return query.group_by(*_KINDS).order_by(*_KINDS)


def outstanding(row: sa.Row[Any]) -> Outstanding:
    """A row of that."""
    return Outstanding(
        direction=Direction(row.direction),
        state=State(row.state),
        phase=Phase(row.phase) if row.phase else None,
        messages=row.messages,
        oldest=row.oldest,
    )


def in_need(account: str) -> sa.Select[Any]:
    """How many need a person, up to MOST: nobody may have looked for years."""
    some = sa.select(_m.account).where(schema.ATTENTION, _m.account == account).limit(MOST)
    return sa.select(sa.func.count().label("messages")).select_from(some.subquery())


def created(direction: Direction, since: datetime, until: datetime) -> sa.Select[Any]:
    """How many of a direction were created in that time."""
    of_time = (_m.created >= since, _m.created < until)
    query = sa.select(sa.func.count().label("messages")).select_from(schema.messages)
    return query.where(_m.direction == direction.value, *of_time)
