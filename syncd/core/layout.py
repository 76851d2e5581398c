"""Where things stand under a root: the two layouts, as arithmetic on places.

A *pair folder* is what stands for a pair in the tree: `<station>/<partner>`, or one component: a friendly
name, or `auto` where IDs are numbers. `by-state` has `<folder>/<pair folder>/…`, `by-partner` has
`<pair folder>/<folder>/…`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, tzinfo

from syncd.core.model import Folder, Place

PRIVATE = Place(".syncd")
"""Staging and the marker; nobody else touches it."""

BY_STATE = "by-state"
BY_PARTNER = "by-partner"

_FOLDERS = frozenset(folder.value for folder in Folder)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A place, read: in which folder, of which pair, and what stands there (`rest`, maybe empty)."""

    folder: Folder
    pair_folder: str
    rest: str

    @property
    def is_inside(self) -> bool:
        """Whether it stands in a dropped folder rather than by itself; `sent` has a folder a day besides."""
        return self.rest.count("/") > (1 if self.folder is Folder.SENT else 0)


@dataclass(frozen=True, slots=True)
class Layout:
    """One of the two layouts: `by-state` or `by-partner`."""

    kind: str = BY_STATE

    def place(self, folder: Folder, pair_folder: str, *rest: str) -> Place:
        """The place of something of a pair in one of the folders."""
        around = (pair_folder, folder) if self.kind == BY_PARTNER else (folder, pair_folder)
        return Place("/".join(part for part in (*around, *rest) if part))

    def dated(self, folder: Folder, pair_folder: str, *, now: datetime, zone: tzinfo) -> Place:
        """The place of a pair's folder; `sent` has one folder a day, in the zone's dates."""
        if folder is not Folder.SENT:
            return self.place(folder, pair_folder)
        return self.place(folder, pair_folder, now.astimezone(zone).date().isoformat())

    def read(self, place: Place, *, friendly: Collection[str] = ()) -> Standing | None:
        """What a place means; None when it is no pair's. `friendly`: the pair folders of one component."""
        parts = place.split("/")
        if self.kind == BY_STATE:
            return self._read_by_state(parts, friendly)
        depth = 1 if parts[0] in friendly else 2
        if len(parts) <= depth or parts[depth] not in _FOLDERS:
            return None
        pair_folder, rest = "/".join(parts[:depth]), "/".join(parts[depth + 1 :])
        return Standing(folder=Folder(parts[depth]), pair_folder=pair_folder, rest=rest)

    @staticmethod
    def _read_by_state(parts: list[str], friendly: Collection[str]) -> Standing | None:
        if parts[0] not in _FOLDERS or len(parts) == 1:
            return None
        depth = 1 if parts[1] in friendly else 2
        pair_folder, rest = "/".join(parts[1 : 1 + depth]), "/".join(parts[1 + depth :])
        return Standing(folder=Folder(parts[0]), pair_folder=pair_folder, rest=rest)


def parent(place: Place) -> Place:
    """The place of the folder that something stands in; empty for the root."""
    return Place(place.rpartition("/")[0])


def name_of(place: Place) -> str:
    """The last component."""
    return place.rpartition("/")[2]


def beside(place: Place, name: str) -> Place:
    """The place of another name in the same folder."""
    return within(parent(place), name)


def within(folder: Place, name: str) -> Place:
    """The place of a name in a folder."""
    return Place(f"{folder}/{name}" if folder else name)
