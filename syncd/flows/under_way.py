"""Interchanges that are about to leave and stand in no row yet: two of one number must not pass unseen.

Sends run side by side. Between the question whether a number was sent before and the row that says so,
this memory of the process speaks.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from syncd.core.documents import Interchange
from syncd.core.filed import Readings, number
from syncd.core.model import Message, MessageId, Pair

Key = tuple[Pair, str, str, str, str, bool]


class UnderWay:
    """Which message has an interchange in hand; safe for threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._first: dict[Key, MessageId] = {}

    @contextmanager
    def entered(self, row: Message, readings: Readings) -> Iterator[None]:
        """While a message is judged and its row is written; who comes first has the number."""
        keys = {key_of(row.pair, each) for reading in readings if reading for each in reading.interchanges}
        with self._lock:
            mine = [key for key in keys if self._first.setdefault(key, row.id) == row.id]
        try:
            yield
        finally:
            with self._lock:
                for key in mine:
                    self._first.pop(key, None)

    def other(self, row: Message, interchange: Interchange) -> MessageId | None:
        """The message, not this one, that has such an interchange in hand."""
        with self._lock:
            first = self._first.get(key_of(row.pair, interchange))
        return first if first != row.id else None


def key_of(pair: Pair, interchange: Interchange) -> Key:
    """What two interchanges have in common that are taken for one."""
    return (
        pair,
        interchange.standard,
        interchange.sender,
        interchange.receiver,
        number(interchange.control),
        interchange.is_test,
    )
