"""The business documents of messages, written with the event that tells of them."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from syncd.core.events import Acknowledged, Event, Excused, Staged, Submitting
from syncd.core.filed import Readings, filed
from syncd.core.model import Message
from syncd.store import rows, schema

_INSERT = sa.insert(schema.documents)
_ANSWER = (
    sa.update(schema.messages)
    .where(schema.messages.c.number == sa.bindparam("its_number"))
    .values(acknowledged=sa.bindparam("said"))
)
_MARK = (
    sa.update(schema.documents)
    .where(
        schema.documents.c.message == sa.bindparam("its_number"),
        schema.documents.c.position == sa.bindparam("at"),
    )
    .values(verdict=sa.bindparam("said"), note=sa.bindparam("why"), answered_by=sa.bindparam("by"))
)
_GONE = sa.delete(schema.documents).where(schema.documents.c.message == sa.bindparam("its_number"))


def file_documents(connection: Connection, events: Iterable[tuple[int, Event]]) -> None:
    """What the files of these messages hold takes the place of what was known of them; by their numbers."""
    read = {number: event.readings for number, event in events if isinstance(event, (Staged, Submitting))}
    if not read:
        return
    connection.execute(_GONE, [{"its_number": number} for number in read])
    new = [values for number, readings in read.items() for values in _values(number, readings)]
    if new:
        connection.execute(_INSERT, new)


def note_answers(connection: Connection, changes: Iterable[tuple[int, Event, Message]]) -> None:
    """What acknowledgements say, of the documents and of the whole: nothing else of the rows is touched."""
    told = [change for change in changes if is_answer(change[1])]
    wholes = [{"its_number": number, "said": _value(after)} for number, _, after in told]
    marks = [each for number, event, _ in told for each in _marks(number, event)]
    if wholes:
        connection.execute(_ANSWER, wholes)
    if marks:
        connection.execute(_MARK, marks)


def is_answer(event: Event) -> bool:
    """Whether the event changes nothing of a message but what acknowledgements say of it."""
    return isinstance(event, (Acknowledged, Excused))


def _value(after: Message) -> str | None:
    return None if after.acknowledged is None else after.acknowledged.value


def _marks(number: int, event: Event) -> list[rows.Values]:
    if not isinstance(event, Acknowledged):
        return []
    by = event.answered_by
    return [
        {"its_number": number, "at": mark.position, "said": mark.verdict.value, "why": mark.note, "by": by}
        for mark in event.marks
    ]


def _values(number: int, readings: Readings) -> list[rows.Values]:
    return [rows.document_values(document, number) for document in filed(readings)]
