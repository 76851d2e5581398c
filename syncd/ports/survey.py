"""The door to what really stands in the folders, whatever the database says: for comparing the two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from syncd.core.model import Folder, Place
    from syncd.errors import FolderError


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """A folder whose files are messages.

    `is_loose`: above any pair; its sub-folders are no messages. `marker`: the ending of done markers there.
    """

    place: Place
    is_loose: bool = False
    marker: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stands:
    """The pair folders that stand in one folder of the tree, and what could not be listed, with why."""

    folders: tuple[Stand, ...]
    troubles: tuple[tuple[Place, FolderError], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One name in a folder. A link is no folder, wherever it leads."""

    name: str
    is_folder: bool


class Survey(Protocol):
    """Looks, and changes nothing but by `remove`. From any thread; nothing is remembered between calls."""

    def pair_folders(self, folder: Folder) -> Stands:
        """Every pair folder within one of the tree's folders, made by us or by a person."""
        ...

    def entries(self, place: Place) -> Sequence[Entry]:
        """What stands in a folder, by name; nothing when it is not there. Raises: FolderError."""
        ...

    def digest(self, place: Place) -> str | None:
        """The sha256 of a file; None when it is not there. Raises: FolderError."""
        ...

    def leftovers(self) -> Sequence[Place]:
        """What stands in scratch: nothing, unless something stopped halfway. Raises: FolderError."""
        ...

    def remove(self, place: Place) -> None:
        """Remove a file, or a folder with all in it, from `.syncd/`; no error when it is not there.

        Raises: FolderError, also for anything outside of staging and scratch.
        """
        ...
