"""The pair folders that really stand in a tree, made by us or by a person, in one of its folders."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from syncd.core.layout import BY_PARTNER, within
from syncd.core.model import Folder, Place
from syncd.core.naming import is_printable
from syncd.errors import FileGone, FolderError
from syncd.folders.durable import speaking_of
from syncd.folders.tree import Tree


@dataclass(frozen=True, slots=True, kw_only=True)
class PairFolder:
    """A folder whose files are messages. `loose`: above any pair; its sub-folders are no messages."""

    place: Place
    pair_folder: str
    loose: bool = False


class Walk:
    """One walk through a tree; what could not be listed is in `troubles`."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._friendly = tree.book.friendly
        self.troubles: list[tuple[Place, FolderError]] = []

    def folders(self, folder: Folder) -> Iterator[PairFolder]:
        """Every pair folder within one of the tree's folders, such as all outboxes."""
        if self._tree.layout.kind == BY_PARTNER:
            return self._by_partner(folder)
        return self._by_state(Place(folder))

    def _by_state(self, top: Place) -> Iterator[PairFolder]:
        yield PairFolder(place=top, pair_folder="", loose=True)
        for name in self._inside(top):
            place = within(top, name)
            if name in self._friendly:
                yield PairFolder(place=place, pair_folder=name)
                continue
            yield PairFolder(place=place, pair_folder=name, loose=True)
            for partner in self._inside(place):
                yield PairFolder(place=within(place, partner), pair_folder=f"{name}/{partner}")

    def _by_partner(self, folder: Folder) -> Iterator[PairFolder]:
        for name in self._inside(Place("")):
            if name in self._friendly:
                yield PairFolder(place=Place(f"{name}/{folder}"), pair_folder=name)
                continue
            for partner in self._inside(Place(name)):
                pair_folder = f"{name}/{partner}"
                yield PairFolder(place=Place(f"{pair_folder}/{folder}"), pair_folder=pair_folder)

    def _inside(self, place: Place) -> list[str]:
        """Names of real folders; no encoded ID begins with a dot or `~`, so those are a person's own."""
        try:
            with speaking_of(place), self._tree.reach.folder(place) as fd:
                names = self._tree.listings.of(place, fd, loose=True).folders
        except FileGone:
            return []
        except FolderError as error:
            self.troubles.append((place, error))
            return []
        return [name for name in names if self._can_be_told(place, name)]

    def _can_be_told(self, place: Place, name: str) -> bool:
        if is_printable(name):
            return True
        self.troubles.append(
            (
                printable(within(place, name)),
                FolderError("its name has control characters or is not UTF-8", "Rename it"),
            )
        )
        return False


def printable(place: Place) -> Place:
    """A place that can be shown and stored, whatever bytes a name has."""
    if is_printable(place):
        return place
    return Place(place.encode("unicode_escape").decode("ascii"))
