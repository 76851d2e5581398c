"""Copies of files that stay where they are: `.syncd/copies/`, to be claimed as if they had been dropped.

A copy is durable, and known to be what was sent, before anybody is told of it. One that no row knows is left
over from a crash.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
from collections.abc import Iterator
from typing import BinaryIO

from syncd.core.layout import PRIVATE, name_of, parent, within
from syncd.core.model import File, Message, Place
from syncd.errors import FileChanged, FileGone, FolderError
from syncd.folders import durable
from syncd.folders.free import FreeNames
from syncd.folders.inside import look_inside
from syncd.folders.reach import Reach, open_file, open_folder

COPIES = within(PRIVATE, "copies")
_CHUNK_BYTES = 256 * 1024


class Copies:
    """The copies of one account, with the modes and the group of what is claimed. One thread at a time."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self._free = FreeNames(reach)

    def make(self, message: Message) -> Place:
        """Copy a message's file or folder, durably; on any error nothing is left.

        Raises: FileGone; FileChanged when it is not what the row says; DiskFull, FolderError.
        """
        if message.place is None:
            raise FileGone(f"message {message.id} has no file")
        self._make_folder()
        copy = self._free.choose(COPIES, message.id)
        try:
            with durable.speaking_of(copy), self._reach.folder(COPIES) as fd:
                self._copy(message, message.place, name_of(copy), dir_fd=fd)
                durable.sync(fd)
        except BaseException:
            with contextlib.suppress(FolderError):
                self._remove(copy)
            raise
        finally:
            self._free.release(copy)
        return copy

    def clear(self, known: frozenset[Place]) -> None:
        """Remove every copy that is not among these. Raises: FolderError."""
        for name in self._reach.names(COPIES):
            if within(COPIES, name) not in known:
                self._remove(within(COPIES, name))

    def _make_folder(self) -> None:
        with self._reach.private(PRIVATE) as fd, durable.speaking_of(COPIES):
            if not durable.exists(name_of(COPIES), dir_fd=fd):
                os.mkdir(name_of(COPIES), self._reach.dir_mode, dir_fd=fd)
                durable.sync(fd)

    def _copy(self, message: Message, source: Place, name: str, *, dir_fd: int) -> None:
        if not message.is_folder:
            (file,) = message.files
            self._copy_file(source, file, name, dir_fd=dir_fd)
            return
        self._compare_names(message, source)
        os.mkdir(name, self._reach.dir_mode, dir_fd=dir_fd)
        with open_folder(name, dir_fd=dir_fd) as fd:
            for file in message.files:
                self._copy_file(within(source, file.name), file, file.name, dir_fd=fd)
            durable.sync(fd)

    def _compare_names(self, message: Message, source: Place) -> None:
        with durable.speaking_of(source), self._reach.folder(source) as fd:
            names = {name for name, _ in look_inside(fd).files}
        if names != {file.name for file in message.files}:
            raise FileChanged(f"{source} has other files than those that were sent")

    def _copy_file(self, source: Place, file: File, name: str, *, dir_fd: int) -> None:
        digest = hashlib.sha256()
        with (
            self._opened(source) as stream,
            durable.new_file(name, dir_fd=dir_fd, mode=self._reach.file_mode) as fd,
        ):
            while chunk := stream.read(_CHUNK_BYTES):
                durable.write_all(fd, chunk)
                digest.update(chunk)
        if digest.hexdigest() != file.sha256:
            raise FileChanged(f"{source} is not what was sent")

    @contextlib.contextmanager
    def _opened(self, source: Place) -> Iterator[BinaryIO]:
        with durable.speaking_of(source), self._reach.folder(parent(source)) as fd:
            opened = open_file(name_of(source), dir_fd=fd)
        with os.fdopen(opened, "rb") as stream:
            yield stream

    def _remove(self, copy: Place) -> None:
        status = self._reach.look(copy)
        if status is None or not stat.S_ISDIR(status.st_mode):
            self._reach.remove(copy)
            return
        for name in self._reach.names(copy):
            self._reach.remove(within(copy, name))
        self._reach.remove_folder(copy)
