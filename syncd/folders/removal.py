"""Removes files of messages from the folders, and the folders that they leave empty.

A name may have become a link since it was looked at: it is looked at once more, through the folder that is
open, and only a regular file goes. Each folder is synced once for all that leaves it.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import stat
from collections.abc import Iterable, Mapping, Sequence

from syncd.core.layout import name_of, parent, within
from syncd.core.model import Folder, Message, MessageId, Place
from syncd.core.naming import is_junk, status_name
from syncd.errors import FileGone, FolderError, NameTaken
from syncd.folders.durable import look, speaking_of, sync
from syncd.folders.reach import open_folder
from syncd.folders.tree import Tree

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class Removal:
    """Removes in one account's tree; one thread at a time."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._reach = tree.reach

    def remove(self, messages: Sequence[Message]) -> Mapping[MessageId, FolderError]:
        """Remove the files of messages; returns what failed."""
        together: dict[Place, list[Message]] = {}
        for message in messages:
            if message.place is not None:
                together.setdefault(parent(message.place), []).append(message)
        failed: dict[MessageId, FolderError] = {}
        for folder, some in together.items():
            failed |= self._remove_from(folder, some)
            self._close(folder, some[0])
        return failed

    def _remove_from(self, folder: Place, messages: Sequence[Message]) -> dict[MessageId, FolderError]:
        failed: dict[MessageId, FolderError] = {}
        try:
            with speaking_of(folder), self._reach.folder(folder) as fd:
                for message in messages:
                    try:
                        self._remove(message, fd)
                    except FolderError as error:
                        failed[message.id] = error
                sync(fd)
        except FileGone:
            return failed
        except FolderError as error:
            return dict.fromkeys([message.id for message in messages], error)
        return failed

    def _remove(self, message: Message, fd: int) -> None:
        """The file before its status file: what stands here is described until it goes."""
        place = message.place or Place("")
        name = name_of(place)
        with speaking_of(place):
            if message.is_folder:
                _remove_folder(name, [file.name for file in message.files], dir_fd=fd)
            else:
                _remove_file(name, dir_fd=fd)
            for beside in (status_name(name), *self._marker(message, name)):
                _remove_file(beside, dir_fd=fd)

    def _marker(self, message: Message, name: str) -> tuple[str, ...]:
        rules = self._tree.account.rules(station=message.pair.station, partner=message.pair.partner)
        return (name + rules.done_marker,) if rules.done_marker else ()

    # Folders that are left empty ----------------------------------------------------------------

    def _close(self, folder: Place, message: Message) -> None:
        """Remove a dropped folder that its last message has left, then a day's. What is not empty stays."""
        with contextlib.suppress(FolderError):
            if message.batch is not None:
                self._close_dropped(folder, message)
                folder = parent(folder)
            if self._is_day(folder):
                self._reach.remove_folder(folder)

    def _close_dropped(self, folder: Place, message: Message) -> None:
        names = self._reach.names(folder)
        if not all(map(is_junk, names)):
            raise NameTaken(f"{folder} is not empty")
        with speaking_of(folder), self._reach.folder(parent(folder)) as fd:
            _remove_folder(name_of(folder), names, dir_fd=fd)
            for beside in self._marker(message, name_of(folder)):
                _remove_file(beside, dir_fd=fd)
            sync(fd)

    def _is_day(self, folder: Place) -> bool:
        standing = self._tree.layout.read(within(folder, "any"), friendly=self._tree.book.friendly)
        if standing is None or standing.folder is not Folder.SENT:
            return False
        return bool(_DAY.fullmatch(standing.rest.removesuffix("/any")))


def _remove_file(name: str, *, dir_fd: int) -> None:
    """No error when there is none. Raises: OSError, for anything but a regular file too."""
    status = look(name, dir_fd=dir_fd)
    if status is None:
        return
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.ELOOP if stat.S_ISLNK(status.st_mode) else errno.EISDIR, name)
    os.unlink(name, dir_fd=dir_fd)


def _remove_folder(name: str, inside: Iterable[str], *, dir_fd: int) -> None:
    """Raises: OSError; what is not named is left, and so is the folder then."""
    try:
        with open_folder(name, dir_fd=dir_fd) as fd:
            for each in {*inside, *filter(is_junk, os.listdir(fd))}:  # noqa: PTH208 - an open folder
                _remove_file(each, dir_fd=fd)
            sync(fd)
        os.rmdir(name, dir_fd=dir_fd)
    except FileNotFoundError:
        return
