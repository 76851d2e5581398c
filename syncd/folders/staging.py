"""Staging: `.syncd/staging/<our id>/`, one folder a message, the witness of what was published.

Files stand there under their index (`0`, `1`, …), or, to be published as one folder, as `whole/<safe name>`.
The folder stays until `published` is committed: its folder is there and a file gone means that this file was
published; the folder gone means that somebody emptied staging.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import BinaryIO

from syncd.core.layout import within
from syncd.core.model import File, Message, MessageId, Place
from syncd.core.naming import numbered, safe_name
from syncd.errors import FileGone
from syncd.folders import durable, syncing
from syncd.folders.reach import STAGING, Reach, open_file, open_folder
from syncd.folders.syncing import Finish
from syncd.ports.folders import Stage, StagedFiles
from syncd.ports.gateway import Content

WHOLE = "whole"
_CHUNK_BYTES = 256 * 1024
_NOT_EMPTY = frozenset({errno.ENOTEMPTY, errno.EEXIST})


def home(message_id: MessageId) -> Place:
    """The place of a message's staging folder."""
    return within(STAGING, message_id)


def names_in_folder(names: Sequence[str]) -> tuple[str, ...]:
    """Safe names for files that are published in one folder, each once; the same for the same names."""
    given: list[str] = []
    for index, name in enumerate(names, start=1):
        safe = candidate = safe_name(name, index=index)
        number = 2
        while candidate in given:
            candidate = numbered(safe, number)
            number += 1
        given.append(candidate)
    return tuple(given)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """How messages are stored: in which folder, and what is done with what is written."""

    fd: int
    finish: Finish


_Fill = Callable[[_Way, Iterable[Content]], tuple[File, ...]]


class Staging:
    """Stores, looks at and removes staged messages. `store` is safe from several threads at once."""

    def __init__(self, reach: Reach, *, as_folder: bool) -> None:
        self._reach = reach
        self._as_folder = as_folder

    def store(self, message_id: MessageId, contents: Iterable[Content]) -> tuple[File, ...]:
        """Write, hash and sync every content and its folder; on any error nothing is left."""
        with self._reach.private(STAGING) as fd, durable.speaking_of(STAGING):
            return self._store(_Way(fd=fd, finish=durable.sync_and_close), message_id, contents)

    @contextlib.contextmanager
    def together(self) -> Iterator[Stage]:
        """To `store` many; they are synced side by side, and all of them when the block has ended well."""
        with (
            self._reach.private(STAGING) as fd,
            durable.speaking_of(STAGING),
            syncing.together() as disk,
        ):
            yield partial(self._store, _Way(fd=fd, finish=disk.take))

    def _store(self, way: _Way, message_id: MessageId, contents: Iterable[Content]) -> tuple[File, ...]:
        with durable.speaking_of(home(message_id)):
            _make_anew(message_id, self._reach.dir_mode, dir_fd=way.fd)
            try:
                return self._in_folder(way, message_id, self._fill, contents)
            except BaseException:
                with contextlib.suppress(OSError):
                    _remove_folder(message_id, dir_fd=way.fd)
                raise

    def _in_folder(self, way: _Way, name: str, fill: _Fill, contents: Iterable[Content]) -> tuple[File, ...]:
        """Fill a folder, then sync it."""
        with open_folder(name, dir_fd=way.fd) as fd:
            files = fill(replace(way, fd=fd), contents)
            way.finish(os.dup(fd))
        return files

    def _fill(self, way: _Way, contents: Iterable[Content]) -> tuple[File, ...]:
        if not self._as_folder:
            return tuple(self._write(way, str(index), content) for index, content in enumerate(contents))
        os.mkdir(WHOLE, self._reach.dir_mode, dir_fd=way.fd)
        return self._in_folder(way, WHOLE, self._fill_whole, contents)

    def _fill_whole(self, way: _Way, contents: Iterable[Content]) -> tuple[File, ...]:
        files: list[File] = []
        for content in contents:
            safe = names_in_folder([*(file.name for file in files), content.name])[-1]
            files.append(self._write(way, safe, content))
        return tuple(files)

    def _write(self, way: _Way, name: str, content: Content) -> File:
        digest = hashlib.sha256()
        size = 0
        mode = self._reach.file_mode
        with durable.new_file(name, dir_fd=way.fd, mode=mode, finish=way.finish) as fd:
            while chunk := content.read(_CHUNK_BYTES):
                durable.write_all(fd, chunk)
                digest.update(chunk)
                size += len(chunk)
        return File(name=content.name, size=size, sha256=digest.hexdigest())

    @contextlib.contextmanager
    def opened(self, message_id: MessageId) -> Iterator[int]:
        """A message's staging folder. Raises: FileGone, FolderError."""
        with (
            durable.speaking_of(home(message_id)),
            self._reach.folder(STAGING) as fd,
            open_folder(message_id, dir_fd=fd) as inner,
        ):
            yield inner

    def contents(self, message_id: MessageId, files: Sequence[File]) -> Iterator[BinaryIO]:
        """Each staged file in order, open to be read until the next one is asked for. Raises: FolderError."""
        names = [str(index) for index in range(len(files))]
        with contextlib.ExitStack() as opened:
            fd = opened.enter_context(self.opened(message_id))
            if durable.exists(WHOLE, dir_fd=fd):
                names = list(names_in_folder([file.name for file in files]))
                fd = opened.enter_context(open_folder(WHOLE, dir_fd=fd))
            for name in names:
                with os.fdopen(open_file(name, dir_fd=fd), "rb") as stream:
                    yield stream

    def sync(self) -> None:
        """Make every staging folder that was made so far durable. Raises: FolderError."""
        with self._reach.private(STAGING) as fd, durable.speaking_of(STAGING):
            durable.sync(fd)

    def look(self, message_id: MessageId) -> StagedFiles:
        """Which files of a message are staged still. Raises: FolderError."""
        try:
            with self.opened(message_id) as fd:
                names = os.listdir(fd)  # noqa: PTH208 - a Path cannot list an open folder
                if WHOLE not in names:
                    indexes = frozenset(int(name) for name in names if name.isdecimal())
                    return StagedFiles(folder_exists=True, indexes=indexes)
                with open_folder(WHOLE, dir_fd=fd) as whole:
                    count = len(os.listdir(whole))  # noqa: PTH208
                return StagedFiles(folder_exists=True, indexes=frozenset(range(count)), is_whole=True)
        except FileGone:
            return StagedFiles(folder_exists=False, indexes=frozenset())

    def damaged(self, message: Message) -> bool:
        """Whether a staged file differs from its row; the files of a whole folder have to be there."""
        staged = self.look(message.id)
        if staged.is_whole:
            names = names_in_folder([file.name for file in message.files])
            place = within(home(message.id), WHOLE)
            return any(
                self._differs(place, name, file) for name, file in zip(names, message.files, strict=True)
            )
        return any(
            index >= len(message.files) or self._differs(home(message.id), str(index), message.files[index])
            for index in sorted(staged.indexes)
        )

    def _differs(self, folder: Place, name: str, file: File) -> bool:
        digest = hashlib.sha256()
        size = 0
        try:
            with (
                durable.speaking_of(within(folder, name)),
                self._reach.folder(folder) as dir_fd,
                os.fdopen(open_file(name, dir_fd=dir_fd), "rb") as stream,
            ):
                while chunk := stream.read(_CHUNK_BYTES):
                    digest.update(chunk)
                    size += len(chunk)
        except FileGone:
            return True
        return size != file.size or (file.sha256 is not None and digest.hexdigest() != file.sha256)

    def remove(self, message_id: MessageId) -> None:
        """Remove a message's staging folder and what is in it; no error when there is none."""
        with (
            contextlib.suppress(FileGone),
            durable.speaking_of(home(message_id)),
            self._reach.folder(STAGING) as fd,
        ):
            _remove_folder(message_id, dir_fd=fd)

    def all(self) -> frozenset[MessageId]:
        """The ids that have a staging folder; other things that stand there are nobody's."""
        names = self._reach.names(STAGING)
        return frozenset(MessageId(name) for name in names if self._is_folder(within(STAGING, name)))

    def _is_folder(self, place: Place) -> bool:
        status = self._reach.look(place)
        return status is not None and stat.S_ISDIR(status.st_mode)


def _make_anew(name: str, mode: int, *, dir_fd: int) -> None:
    """An empty folder, whatever an earlier try left."""
    try:
        os.mkdir(name, mode, dir_fd=dir_fd)
    except FileExistsError:
        _remove_folder(name, dir_fd=dir_fd)
        os.mkdir(name, mode, dir_fd=dir_fd)


def _remove_folder(name: str, *, dir_fd: int) -> None:
    """With all that is in it; mostly there is nothing."""
    try:
        os.rmdir(name, dir_fd=dir_fd)
    except OSError as error:
        if error.errno not in _NOT_EMPTY:
            raise
    else:
        return
    with open_folder(name, dir_fd=dir_fd) as fd:
        _empty(fd)
    os.rmdir(name, dir_fd=dir_fd)


def _empty(fd: int) -> None:
    with os.scandir(fd) as entries:
        found = list(entries)
    for entry in found:
        if entry.is_dir(follow_symlinks=False):
            _remove_folder(entry.name, dir_fd=fd)
        else:
            os.unlink(entry.name, dir_fd=fd)
