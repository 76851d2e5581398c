"""The business documents of messages, written with the event that tells of them."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from syncd.core.events import Event, Staged, Submitting
from syncd.core.filed import Readings, filed
from syncd.store import rows, schema

_INSERT = sa.insert(schema.documents)
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


def _values(number: int, readings: Readings) -> list[rows.Values]:
    return [rows.document_values(document, number) for document in filed(readings)]
