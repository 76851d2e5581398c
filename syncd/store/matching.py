"""Which of our messages may be meant by an acknowledgement, as queries that an index answers.

Numbers are counted up by each sender for each receiver, so the two ends that the envelopes name lead to
few. Where the ends are written otherwise, the youngest messages of the pair are looked through, so many.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from syncd.core.acknowledging import Subject
from syncd.core.model import AUTO, Pair, State
from syncd.core.naming import UNKNOWN
from syncd.store import schema

MOST = 5
"""Messages that may be meant; the newest ones are."""
LOOKED_THROUGH = 200
"""Messages of a pair and state that are looked through, newest first."""

_m = schema.messages.c
_d = schema.documents.c
_AUTO = (AUTO, AUTO)
_MAY_HAVE_ARRIVED = (State.SENT, State.QUEUED, State.FAILED)


def between_the_same(account: str, subject: Subject) -> sa.Select[Any]:
    """Messages with these numbers, between the same two ends."""
    ours = sa.exists().where(_m.number == _d.message, schema.OUTBOUND, _m.account == account)
    numbers = (
        sa.select(_d.message)
        .distinct()
        .where(*_numbered(subject), _d.sender == subject.sender, _d.receiver == subject.receiver)
        .where(ours.correlate(schema.documents))
        .order_by(_d.message.desc())
        .limit(MOST)
    )
    return sa.select(schema.messages).where(_m.number.in_(numbers))


def may_be(row: sa.Row[Any], pair: Pair) -> bool:
    """Whether a message is of the pair, or of none that is known for certain."""
    return pair.partner in {"", UNKNOWN} or (row.station, row.partner) in {
        (pair.station, pair.partner),
        _AUTO,
    }


def of_pair(account: str, pair: Pair, subject: Subject) -> list[sa.Select[Any]]:
    """Messages of the pair with these numbers, among the youngest of each state."""
    return [_of_state(account, pair, subject, state) for state in _MAY_HAVE_ARRIVED]


def _of_state(account: str, pair: Pair, subject: Subject, state: State) -> sa.Select[Any]:
    young = (
        sa.select(_m.number)
        .where(
            _m.partner == pair.partner,
            _m.station == pair.station,
            _m.account == account,
            _m.state == state.value,
        )
        .order_by(_m.created.desc())
        .limit(LOOKED_THROUGH)
    ).subquery()
    has_it = sa.exists().where(_d.message == young.c.number, *_numbered(subject)).correlate(young)
    numbers = sa.select(young.c.number).where(has_it)
    return sa.select(schema.messages).where(_m.number.in_(numbers), schema.OUTBOUND)


def _numbered(subject: Subject) -> list[sa.ColumnElement[bool]]:
    of_standard = _d.standard == subject.standard
    if subject.group:
        return [_d.group_number == subject.group, of_standard, _d.group_kind == subject.group_kind]
    return [_d.interchange_number == subject.interchange, of_standard]
