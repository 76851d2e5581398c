"""A bridge that dies: before or after the n-th call through any of its doors, in whatever thread that is.

From then on every call of that process dies too, so that no `finally` and no other thread tidies up behind
it. What a real `kill -9` would leave on disk and at the gateway is left.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Any

from syncd.flows.bridge import Bridge

DOORS = ("gateway", "journal", "records", "inbox", "outbox", "tree")
CHANGES = frozenset(
    {
        "gateway.send",
        "gateway.confirm",
        "gateway.confirm_batch",
        "gateway.fetch",
        "gateway.fetch_by_index",
        "journal.open",
        "journal.write",
        "journal.remember",
        "outbox.move",
        "outbox.write_status",
    }
)
"""Calls that a pass with nothing to do does not make."""


class Killed(BaseException):
    """The process is dead."""


@dataclass
class Death:
    """Counts moments, two for each call, and kills at the n-th; `calls` are those that were made."""

    at: int | None = None
    moments: int = 0
    calls: list[str] = field(default_factory=list)
    is_dead: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def wrap(self, bridge: Bridge) -> Bridge:
        """The same bridge behind mortal doors."""
        doors = {name: Mortal(self, name, getattr(bridge, name)) for name in DOORS}
        return replace(bridge, **doors)  # type: ignore[arg-type]  # stands in for every door

    def moment(self, call: str = "") -> None:
        """One more moment at which the process may die."""
        with self._lock:
            self.moments += 1
            if call:
                self.calls.append(call)
            self.is_dead = self.is_dead or self.moments == self.at
            if self.is_dead:
                raise Killed

    @property
    def changes(self) -> list[str]:
        """The calls that changed something."""
        return [call for call in self.calls if call in CHANGES]


class Mortal:
    """A door, each call of which may be the last."""

    def __init__(self, death: Death, name: str, door: object) -> None:
        self._death = death
        self._name = name
        self._door = door

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the door has
        found = getattr(self._door, name)
        return self._mortal(f"{self._name}.{name}", found) if callable(found) else found

    def _mortal(self, call: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def called(*args: object, **named: object) -> object:
            self._death.moment(call)
            result = work(*args, **named)
            if isinstance(result, AbstractContextManager):
                return MortalContext(self._death, result)
            self._death.moment()
            return result

        return called


class MortalContext:
    """A download: the request is made when it is entered."""

    def __init__(self, death: Death, context: AbstractContextManager[Any]) -> None:
        self._death = death
        self._context = context

    def __enter__(self) -> Any:  # noqa: ANN401 - whatever the context gives
        entered = self._context.__enter__()
        try:
            self._death.moment()
        except Killed as killed:
            self._context.__exit__(Killed, killed, None)
            raise
        return entered

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        return self._context.__exit__(kind, error, trace)
