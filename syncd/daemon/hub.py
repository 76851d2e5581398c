"""Who listens to what the flows of an account commit, and what they complain of."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from syncd.core.model import Message
from syncd.flows.bridge import Trouble
from syncd.flows.once import Tally


class Hub:
    """Hands each message that changed, and each trouble, to those who listen now. Safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: list[Tally] = []
        self.changes = 0
        """Committed changes so far: whether a flow that takes long gets on."""

    def note(self, message: Message) -> None:
        """A message changed."""
        with self._lock:
            self.changes += 1
            listeners = tuple(self._listeners)
        for listener in listeners:
            listener.note(message)

    def complain(self, trouble: Trouble) -> None:
        """A job met trouble."""
        with self._lock:
            listeners = tuple(self._listeners)
        for listener in listeners:
            listener.complain(trouble)

    @contextmanager
    def listening(self, tally: Tally) -> Iterator[Tally]:
        """Let a tally hear what happens meanwhile."""
        with self._lock:
            self._listeners.append(tally)
        try:
            yield tally
        finally:
            with self._lock:
                self._listeners.remove(tally)
