"""What really stands in a tree, folder by folder: for comparing with the database."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Sequence

from syncd.core.layout import name_of, parent, within
from syncd.core.model import Folder, Place
from syncd.errors import FileGone, FolderError
from syncd.folders.durable import look, speaking_of, sync
from syncd.folders.reach import SCRATCH, STAGING, open_file, open_folder
from syncd.folders.tree import Tree
from syncd.folders.walk import PairFolder, Walk
from syncd.ports.survey import Entry, Stand, Stands

_CHUNK_BYTES = 256 * 1024


class Survey:
    """Looks at one account's tree; safe for threads."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._reach = tree.reach

    def pair_folders(self, folder: Folder) -> Stands:
        """Every pair folder within one of the tree's folders."""
        walk = Walk(self._tree)
        found = tuple([self._stand(each) for each in walk.folders(folder)])
        return Stands(folders=found, troubles=tuple(walk.troubles))

    def _stand(self, found: PairFolder) -> Stand:
        pair = self._tree.book.lookup(found.pair_folder).pair
        marker = self._tree.account.rules(station=pair.station, partner=pair.partner).done_marker
        return Stand(place=found.place, is_loose=found.loose, marker=marker)

    def entries(self, place: Place) -> Sequence[Entry]:
        """What stands in a folder, by name. Raises: FolderError."""
        try:
            with speaking_of(place), self._reach.folder(place) as fd, os.scandir(fd) as entries:
                found = {entry.name: entry.is_dir(follow_symlinks=False) for entry in entries}
        except FileGone:
            return []
        return [Entry(name=name, is_folder=found[name]) for name in sorted(found)]

    def digest(self, place: Place) -> str | None:
        """The sha256 of a file; None when it is not there. Raises: FolderError."""
        summed = hashlib.sha256()
        try:
            with (
                speaking_of(place),
                self._reach.folder(parent(place)) as dir_fd,
                os.fdopen(open_file(name_of(place), dir_fd=dir_fd), "rb") as stream,
            ):
                while chunk := stream.read(_CHUNK_BYTES):
                    summed.update(chunk)
        except FileGone:
            return None
        return summed.hexdigest()

    def leftovers(self) -> Sequence[Place]:
        """What stands in scratch. Raises: FolderError."""
        return [within(SCRATCH, name) for name in sorted(self._reach.names(SCRATCH))]

    def remove(self, place: Place) -> None:
        """Remove what stands at a place in staging or scratch, with all in it. Raises: FolderError."""
        if parent(place) not in {STAGING, SCRATCH}:
            raise FolderError(f"{place} is not ours to remove")
        try:
            with speaking_of(place), self._reach.folder(parent(place)) as fd:
                _remove(name_of(place), dir_fd=fd)
                sync(fd)
        except FileGone:
            return


def _remove(name: str, *, dir_fd: int) -> None:
    """Links are removed, never followed. Raises: OSError."""
    status = look(name, dir_fd=dir_fd)
    if status is None:
        return
    if not stat.S_ISDIR(status.st_mode):
        os.unlink(name, dir_fd=dir_fd)
        return
    with open_folder(name, dir_fd=dir_fd) as fd:
        with os.scandir(fd) as entries:
            inside = [entry.name for entry in entries]
        for each in inside:
            _remove(each, dir_fd=fd)
    os.rmdir(name, dir_fd=dir_fd)
