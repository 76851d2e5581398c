"""Who listens to what the flows of an account commit, and what they complain of."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol, TypeVar

from syncd.core.model import Direction, Message
from syncd.flows.bridge import Trouble


class Listener(Protocol):
    """Who hears what happens while a block lasts."""

    def note(self, message: Message) -> None:
        """A message changed."""
        ...

    def complain(self, trouble: Trouble) -> None:
        """A job met trouble."""
        ...


L = TypeVar("L", bound=Listener)


class Complaints:
    """Keeps the troubles of one run, each once, and no message: a pass may move a hundred thousand."""

    def __init__(self) -> None:
        self.troubles: list[Trouble] = []

    def note(self, message: Message) -> None:
        """A message changed: nothing to complain of."""

    def complain(self, trouble: Trouble) -> None:
        """A job met trouble."""
        if trouble not in self.troubles:
            self.troubles.append(trouble)


class Hub:
    """Hands each message that changed, and each trouble, to those who listen now. Safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: list[Listener] = []
        self._changes: Counter[Direction] = Counter()

    def changes(self, direction: Direction) -> int:
        """Committed changes so far, in or out: whether a flow that takes long gets on."""
        with self._lock:
            return self._changes[direction]

    def note(self, message: Message) -> None:
        """A message changed."""
        with self._lock:
            self._changes[message.direction] += 1
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
    def listening(self, listener: L) -> Iterator[L]:
        """Let somebody hear what happens meanwhile."""
        with self._lock:
            self._listeners.append(listener)
        try:
            yield listener
        finally:
            with self._lock:
                self._listeners[:] = [each for each in self._listeners if each is not listener]
