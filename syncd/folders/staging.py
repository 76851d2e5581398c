"""Staging: where the files of a message stand until they are in the inbox, and what witnesses that.

All stand side by side in `.syncd/staging/`, so that one sync makes the names of a whole batch durable: each
file as `<our id>.<index>`, or, to be published as one folder, as `<our id>/<safe name>`. Beside them stands
the witness, which is put there before anything is staged. While it is there, a file that a row calls staged
and that is gone was published; without it somebody emptied staging, and nobody can tell.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import BinaryIO

from syncd.core.layout import STAGING, WITNESS, staged_for, within
from syncd.core.model import File, Message, MessageId, Place
from syncd.core.naming import numbered, safe_name
from syncd.errors import FileGone
from syncd.folders import durable, syncing
from syncd.folders.reach import Reach, open_file, open_folder
from syncd.folders.syncing import Finish
from syncd.ports.folders import Stage, StagedFiles
from syncd.ports.gateway import Content

_CHUNK_BYTES = 256 * 1024


def place_of(message_id: MessageId, index: int | None = None) -> Place:
    """Where a file of a message is staged, or its folder."""
    return within(STAGING, message_id if index is None else f"{message_id}.{index}")


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
    """How messages are stored: in which folder, what is done with a file that is written."""

    fd: int
    finish: Finish
    before: frozenset[MessageId]
    """What an earlier try left there."""


class Staging:
    """Stores, looks at and removes staged messages. `store` is safe from several threads at once."""

    def __init__(self, reach: Reach, *, as_folder: bool) -> None:
        self._reach = reach
        self._as_folder = as_folder

    def prepare(self) -> None:
        """Put the witness there, when nothing is staged any more that it would be a witness of."""
        with self._reach.private(STAGING) as fd, durable.speaking_of(STAGING):
            if not durable.exists(WITNESS, dir_fd=fd):
                with durable.new_file(WITNESS, dir_fd=fd, mode=self._reach.file_mode):
                    pass
                durable.sync(fd)

    def store(self, message_id: MessageId, contents: Iterable[Content]) -> tuple[File, ...]:
        """Write, hash and sync every content; on any error nothing is left."""
        with self._reach.private(STAGING) as fd, durable.speaking_of(STAGING):
            way = _Way(fd=fd, finish=durable.sync_and_close, before=frozenset(_ids_in(fd)))
            return self._store(way, message_id, contents)

    @contextlib.contextmanager
    def together(self) -> Iterator[Stage]:
        """To `store` many; they are synced side by side, and all of them when the block has ended well."""
        with (
            self._reach.private(STAGING) as fd,
            durable.speaking_of(STAGING),
            syncing.together() as disk,
        ):
            yield partial(self._store, _Way(fd=fd, finish=disk.take, before=frozenset(_ids_in(fd))))

    def _store(self, way: _Way, message_id: MessageId, contents: Iterable[Content]) -> tuple[File, ...]:
        with durable.speaking_of(place_of(message_id)):
            if message_id in way.before:
                _remove_of({message_id}, way.fd)
            try:
                return self._fill(way, message_id, contents)
            except BaseException:
                with contextlib.suppress(OSError):
                    _remove_of({message_id}, way.fd)
                raise

    def _fill(self, way: _Way, message_id: MessageId, contents: Iterable[Content]) -> tuple[File, ...]:
        if not self._as_folder:
            named = enumerate(contents)
            return tuple(self._write(way, f"{message_id}.{index}", content) for index, content in named)
        os.mkdir(message_id, self._reach.dir_mode, dir_fd=way.fd)
        with open_folder(message_id, dir_fd=way.fd) as fd:
            files = self._fill_whole(replace(way, fd=fd), contents)
            way.finish(os.dup(fd))
            return files

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

    def contents(self, message_id: MessageId, files: Sequence[File]) -> Iterator[BinaryIO]:
        """Each staged file in order, open to be read until the next one is asked for. Raises: FolderError."""
        names = [f"{message_id}.{index}" for index in range(len(files))]
        with contextlib.ExitStack() as opened:
            opened.enter_context(durable.speaking_of(place_of(message_id)))
            fd = opened.enter_context(self._reach.folder(STAGING))
            if _is_folder(message_id, fd):
                names = list(names_in_folder([file.name for file in files]))
                fd = opened.enter_context(open_folder(message_id, dir_fd=fd))
            for name in names:
                with os.fdopen(open_file(name, dir_fd=fd), "rb") as stream:
                    yield stream

    def sync(self) -> None:
        """Make the names of all that was staged so far durable. Raises: FolderError."""
        with self._reach.private(STAGING) as fd, durable.speaking_of(STAGING):
            durable.sync(fd)

    def look(self, message: Message) -> StagedFiles:
        """Which files of a message are staged still. Raises: FolderError."""
        every = range(len(message.files))
        try:
            with durable.speaking_of(STAGING), self._reach.folder(STAGING) as fd:
                there = frozenset(i for i in every if durable.exists(f"{message.id}.{i}", dir_fd=fd))
                if len(there) == len(every):
                    return StagedFiles(indexes=there)
                if _is_folder(message.id, fd):
                    return StagedFiles(indexes=frozenset(every), is_whole=True)
                return StagedFiles(indexes=there, is_emptied=not durable.exists(WITNESS, dir_fd=fd))
        except FileGone:
            return StagedFiles(indexes=frozenset(), is_emptied=True)

    def damaged(self, message: Message) -> bool:
        """Whether a staged file differs from its row; the files of a folder have to be there."""
        staged = self.look(message)
        if staged.is_whole:
            names = names_in_folder([file.name for file in message.files])
            place = place_of(message.id)
            return any(
                self._differs(place, name, file) for name, file in zip(names, message.files, strict=True)
            )
        return any(
            self._differs(STAGING, f"{message.id}.{index}", message.files[index]) for index in staged.indexes
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

    def remove(self, message_ids: Container[MessageId]) -> None:
        """Remove what is staged of these messages; no error when there is nothing."""
        with (
            contextlib.suppress(FileGone),
            durable.speaking_of(STAGING),
            self._reach.folder(STAGING) as fd,
        ):
            _remove_of(message_ids, fd)

    def all(self) -> frozenset[MessageId]:
        """The messages that something is staged of; other things that stand there are nobody's."""
        try:
            with durable.speaking_of(STAGING), self._reach.folder(STAGING) as fd:
                return frozenset(_ids_in(fd))
        except FileGone:
            return frozenset()


def _ids_in(fd: int) -> Iterator[MessageId]:
    return map(staged_for, _staged_names(fd))


def _staged_names(fd: int) -> list[str]:
    """Files with an index, and folders."""
    with os.scandir(fd) as entries:
        return [
            entry.name
            for entry in entries
            if entry.is_dir(follow_symlinks=False) is not entry.name.rpartition(".")[2].isdecimal()
        ]


def _is_folder(name: str, dir_fd: int) -> bool:
    status = durable.look(name, dir_fd=dir_fd)
    return status is not None and stat.S_ISDIR(status.st_mode)


def _remove_of(message_ids: Container[MessageId], fd: int) -> None:
    for name in _staged_names(fd):
        if staged_for(name) not in message_ids:
            continue
        if _is_folder(name, fd):
            _remove_folder(name, fd)
        else:
            _remove_file(name, fd)


def _remove_file(name: str, dir_fd: int) -> None:
    with contextlib.suppress(FileNotFoundError):
        os.unlink(name, dir_fd=dir_fd)


def _remove_folder(name: str, dir_fd: int) -> None:
    with open_folder(name, dir_fd=dir_fd) as fd:
        with os.scandir(fd) as entries:
            found = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
        for inner, is_folder in found:
            (_remove_folder if is_folder else _remove_file)(inner, fd)
    os.rmdir(name, dir_fd=dir_fd)
