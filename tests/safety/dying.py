"""A bridge that dies: before or after the n-th call of some kind, in whatever thread that is.

From then on every call of that process dies too, so that no `finally` and no other thread tidies up behind
it. What a real `kill -9` would leave on disk and at the gateway is left. Only calls that change something
are counted: to die at a look is to die after the change before it.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sized
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Any

from syncd.flows.bridge import Bridge

DOORS = ("gateway", "journal", "records", "inbox", "outbox", "tree")
EFFECTS = {
    "gateway": ("send", "confirm", "confirm_batch", "fetch", "fetch_by_index"),
    "journal": ("open", "write", "remember"),
    "inbox": ("stage", "settle_staging", "publish", "publish_many", "discard", "write_alone"),
    "outbox": ("move", "write_status"),
    "tree": ("prepare", "make_pairs"),
}
_TELLING = frozenset({"journal.open", "journal.write"})
IDLE = frozenset({"tree.prepare", "tree.make_pairs"})
"""Calls that a pass with nothing to do makes all the same."""

Moment = tuple[str, int]
"""`before journal.write staged`, `after inbox.publish_many` …, and which time, counted from 1."""


class Killed(BaseException):
    """The process is dead."""


@dataclass
class Death:
    """Counts the moments of a life, and comes at one of them."""

    at: Moment | None = None
    moments: Counter[str] = field(default_factory=Counter)
    is_here: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def wrap(self, bridge: Bridge) -> Bridge:
        """The same bridge behind mortal doors."""
        doors = {name: Mortal(self, name, getattr(bridge, name)) for name in DOORS}
        return replace(bridge, **doors)  # type: ignore[arg-type]  # stands in for every door

    def look(self) -> None:
        """A call that changes nothing: it is not made any more by the dead."""
        if self.is_here:
            raise Killed

    def pass_by(self, label: str) -> None:
        """One more moment at which the process may die."""
        with self._lock:
            self.moments[label] += 1
            self.is_here = self.is_here or (label, self.moments[label]) == self.at
        self.look()

    @property
    def every_moment(self) -> list[Moment]:
        """All that were passed."""
        return [(label, n) for label, times in sorted(self.moments.items()) for n in range(1, times + 1)]

    @property
    def changes(self) -> list[str]:
        """What was changed, by the names of the calls."""
        names = (label.removeprefix("before ") for label in self.moments if label.startswith("before "))
        return [name for name in names if name not in IDLE]


class Mortal:
    """A door, each call of which may be the last."""

    def __init__(self, death: Death, name: str, door: object) -> None:
        self._death = death
        self._name = name
        self._door = door

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the door has
        self._death.look()
        found = getattr(self._door, name)
        if name == "stage_together":
            return lambda: self._staging(found())
        is_effect = name in EFFECTS.get(self._name, ())
        return self._mortal(f"{self._name}.{name}", found) if is_effect else found

    @contextmanager
    def _staging(self, together: AbstractContextManager[Any]) -> Iterator[Any]:
        """Each message that is staged is a moment of its own."""
        with together as stage:
            yield self._mortal("inbox.stage", stage)

    def _mortal(self, call: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def called(*args: object, **named: object) -> object:
            if args and isinstance(args[0], Sized) and not args[0]:
                return work(*args, **named)
            told = call + _kind(args[0]) if args and call in _TELLING else call
            self._death.pass_by(f"before {told}")
            result = work(*args, **named)
            if isinstance(result, AbstractContextManager):
                return MortalContext(self._death, f"after {told}", result)
            self._death.pass_by(f"after {told}")
            return result

        return called


def _kind(changes: Any) -> str:  # noqa: ANN401 - drafts or changes
    """What the first of them says that happened."""
    return f" {changes[0].event.kind}"


class MortalContext:
    """A download: the request is made when it is entered."""

    def __init__(self, death: Death, label: str, context: AbstractContextManager[Any]) -> None:
        self._death = death
        self._label = label
        self._context = context

    def __enter__(self) -> Any:  # noqa: ANN401 - whatever the context gives
        entered = self._context.__enter__()
        try:
            self._death.pass_by(self._label)
        except Killed as killed:
            self._context.__exit__(Killed, killed, None)
            raise
        return entered

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        return self._context.__exit__(kind, error, trace)
