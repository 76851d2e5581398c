"""Free names: what is neither on the disk nor promised to another message, with a number where needed."""

from __future__ import annotations

import stat
import threading
from collections.abc import Iterable

from syncd.core.layout import within
from syncd.core.model import Place
from syncd.core.naming import NAME_BYTES, numbered, shortened
from syncd.folders.reach import Reach

_MOST_REMEMBERED = 10_000


class FreeNames:
    """Chooses names in folders, and remembers the promises until they are kept or given back.

    A free number is searched upwards from the last one found for that name, not from 2: a thousand
    messages of one name cost a thousand looks. When the bare name is free again, counting starts anew.
    Safe for threads.
    """

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self._lock = threading.Lock()
        self._promised: set[Place] = set()
        self._kept: frozenset[Place] = frozenset()
        self._next: dict[Place, int] = {}

    def choose(self, folder: Place, name: str, *, beside: tuple[str, ...] = ()) -> Place:
        """A free name like `name`, promised by this; `name + suffix` is free too for each of `beside`."""
        with self._lock:
            return self._choose(folder, name, beside)

    def _choose(self, folder: Place, name: str, beside: tuple[str, ...]) -> Place:
        fitting = shortened(name, NAME_BYTES)
        wanted = within(folder, fitting)
        if self._is_free(wanted, beside):
            self._next.pop(wanted, None)
            return self._promise(wanted)
        number = self._next.get(wanted, 2)
        while not self._is_free(place := within(folder, numbered(fitting, number)), beside):
            number += 1
        self._remember(wanted, number + 1)
        return self._promise(place)

    def folder(self, around: Place, name: str) -> Place:
        """A folder like `name` to choose names in: one that is there or that can be made."""
        fitting = shortened(name, NAME_BYTES)
        place, number = within(around, fitting), 2
        while (status := self._reach.look(place)) is not None and not stat.S_ISDIR(status.st_mode):
            place, number = within(around, numbered(fitting, number)), number + 1
        return place

    def keep(self, places: Iterable[Place]) -> None:
        """Count these places as taken, in place of those that were told before."""
        self._kept = frozenset(places)

    def promise(self, place: Place | None) -> None:
        """Count a place as taken."""
        if place is not None:
            self._promised.add(place)

    def release(self, place: Place | None) -> None:
        """Let the disk alone say whether the place is free."""
        if place is not None:
            self._promised.discard(place)

    def _is_free(self, place: Place, beside: tuple[str, ...]) -> bool:
        if place in self._promised or place in self._kept:
            return False
        return all(self._reach.look(Place(place + suffix)) is None for suffix in ("", *beside))

    def _promise(self, place: Place) -> Place:
        self._promised.add(place)
        return place

    def _remember(self, wanted: Place, number: int) -> None:
        if len(self._next) >= _MOST_REMEMBERED:
            self._next.clear()
        self._next[wanted] = number
