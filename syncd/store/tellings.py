"""What is to be told, as rows: one for each channel, in order of one message and channel.

Only the first of them has a time at which it is due; the next gets its own when the first is done with. So
what is due is found by index, whatever waits behind it.
"""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from syncd.ports.store import Told
from syncd.store import rows, schema
from syncd.store.types import UtcDateTime

AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)
"""Due since ever: the clocks of accounts show their gateways' times, and whoever tells has another."""

_t = schema.tellings.c
_earlier = schema.tellings.alias()
_WAITS = sa.exists().where(
    _earlier.c.message == sa.bindparam("its_message"), _earlier.c.channel == sa.bindparam("its_channel")
)

INSERT = sa.insert(schema.tellings).values(
    message=sa.bindparam("its_message"),
    channel=sa.bindparam("its_channel"),
    next_at=sa.case((_WAITS, sa.null()), else_=sa.bindparam("its_time", type_=UtcDateTime)),
)
_OF_ONE = (_t.message == sa.bindparam("its_message"), _t.channel == sa.bindparam("its_channel"))
_NEXT = sa.select(sa.func.min(_t.number)).where(*_OF_ONE).scalar_subquery()
_RELEASE = (
    sa.update(schema.tellings)
    .where(_t.number == _NEXT, _t.next_at.is_(None))
    .values(next_at=sa.bindparam("its_time", type_=UtcDateTime))
)


def values(number: int, channel: str, kind: str, *, at: datetime) -> rows.Values:
    """What INSERT takes for one telling."""
    return {
        "its_message": number,
        "its_channel": channel,
        "its_time": AT_ONCE,
        "kind": kind,
        "at": at,
        "tries": 0,
    }


def conclude(connection: Connection, number: int, told: Told) -> None:
    """Store what came of one telling; the next of its message may follow when it is done with."""
    this = _t.number == told.telling.id
    if told.again_at is not None:
        again = sa.update(schema.tellings).where(this)
        connection.execute(again.values(next_at=told.again_at, tries=told.tries))
        return
    connection.execute(sa.delete(schema.tellings).where(this))
    released = {"its_message": number, "its_channel": told.telling.channel, "its_time": AT_ONCE}
    connection.execute(_RELEASE, released)
