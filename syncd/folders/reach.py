"""The way to a place: from the root down, folder by folder, never through a link.

The ERP may write in the tree, so any name in it may have become a link since we looked. Every call
walks anew from the root (a held folder would keep a disk from being unmounted) and works on what it opened;
the calls of one batch share the folders that all their ways lead through.
"""

from __future__ import annotations

import contextlib
import os
import stat
import threading
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from syncd.core.layout import PRIVATE, name_of, parent, within
from syncd.core.model import Place
from syncd.errors import FileGone, FolderError, RootUnusable
from syncd.folders import durable

SCRATCH = within(PRIVATE, "scratch")
STAGING = within(PRIVATE, "staging")
PRIVATE_MODE = 0o700
UNFINISHED = "whole-"
"""How the scratch names of files begin that are just being written."""

MOST_HELD = 32
"""Folders that one batch keeps open."""
NEVER_HELD = frozenset({"", PRIVATE})
"""Where the root's marker is looked for: a batch, too, has to see that its root is gone."""

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | durable.NO_LINKS
_FILE = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | durable.NO_LINKS


class _Held(threading.local):
    """The folders that a thread keeps open in the midst of a batch; None outside of one."""

    fds: dict[str, int] | None = None
    unsynced: dict[tuple[int, int], int] | None = None
    """Folders that something was renamed in, by device and inode: synced at the end of the batch."""


class Reach:
    """Opens folders and files under one root. Raises OSError inside, FolderErrors where it says so."""

    def __init__(self, root: Path, *, dir_mode: int, file_mode: int) -> None:
        self.root = root
        self.dir_mode = dir_mode
        self.file_mode = file_mode
        self._held = _Held()

    @contextlib.contextmanager
    def folder(self, place: str, *, make: bool = False) -> Iterator[int]:
        """The open folder at a place, made with all above it when asked. Raises: OSError."""
        held = None if place in NEVER_HELD else self._held.fds
        if held is not None and place in held:
            yield held[place]
            return
        fd = self._walk(_parts(place), make=make)
        if held is not None and len(held) < MOST_HELD:
            held[place] = fd
            yield fd
            return
        try:
            yield fd
        finally:
            os.close(fd)

    def _walk(self, parts: Sequence[str], *, make: bool) -> int:
        fd = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        for part in parts:
            try:
                inner = self._step(fd, part, make=make)
            finally:
                os.close(fd)
            fd = inner
        return fd

    @contextlib.contextmanager
    def together(self) -> Iterator[None]:
        """The calls of this thread within the block are one batch: each folder on their ways is opened once.

        No batch within a batch.
        """
        self._held.fds = {}
        try:
            yield
        finally:
            for fd in self._held.fds.values():
                os.close(fd)
            self._held.fds = None

    @contextlib.contextmanager
    def renaming(self) -> Iterator[None]:
        """The same for renames: they are durable when the block has ended, and each folder is synced once.

        Raises at the end: OSError.
        """
        unsynced = self._held.unsynced = {}
        try:
            with self.together():
                yield
        except BaseException:
            with contextlib.suppress(OSError):
                _sync_all(unsynced.values())
            raise
        else:
            _sync_all(unsynced.values())
        finally:
            self._held.unsynced = None

    def _sync(self, fd: int) -> None:
        """Now, or with the others of a batch."""
        unsynced = self._held.unsynced
        if unsynced is None:
            durable.sync(fd)
            return
        status = os.fstat(fd)
        if (status.st_dev, status.st_ino) not in unsynced:
            unsynced[status.st_dev, status.st_ino] = os.dup(fd)

    def _step(self, fd: int, part: str, *, make: bool) -> int:
        try:
            return os.open(part, _FOLDER, dir_fd=fd)
        except FileNotFoundError:
            if not make:
                raise
        mode = PRIVATE_MODE if part == PRIVATE else self.dir_mode
        with contextlib.suppress(FileExistsError):
            os.mkdir(part, mode, dir_fd=fd)
            durable.sync(fd)
        return os.open(part, _FOLDER, dir_fd=fd)

    @contextlib.contextmanager
    def private(self, place: Place) -> Iterator[int]:
        """The open folder at a place in `.syncd/`, which is never made here. Raises: RootUnusable."""
        with contextlib.ExitStack() as opened:
            try:
                fd = opened.enter_context(self.folder(place))
            except OSError as error:
                what = f"{self.root / place} cannot be opened: {error.strerror}"
                raise RootUnusable(what, "Is its disk mounted? `syncd check` says more") from error
            yield fd

    def look(self, place: Place) -> os.stat_result | None:
        """The status of what stands at a place, of a link itself; None when nothing does.

        Raises: FolderError.
        """
        try:
            with durable.speaking_of(place), self.folder(parent(place)) as fd:
                return durable.look(name_of(place), dir_fd=fd)
        except FileGone:
            return None

    def has(self, place: Place, content: bytes) -> bool:
        """Whether a file with exactly this content stands at a place; not when it cannot be read."""
        try:
            with self.folder(parent(place)) as fd, _reading(name_of(place), dir_fd=fd) as file:
                return os.read(file, len(content) + 1) == content
        except (OSError, FolderError):
            return False

    def names(self, place: str) -> list[str]:
        """The names in a folder, none when it is not there. Raises: FolderError."""
        try:
            with durable.speaking_of(place or str(self.root)), self.folder(place) as fd:
                return os.listdir(fd)  # noqa: PTH208 - a Path cannot list an open folder
        except FileGone:
            return []

    def make(self, place: Place) -> None:
        """Make a folder and those above it. Raises: FolderError."""
        with durable.speaking_of(place), self.folder(place, make=True):
            pass

    def write(self, place: Place, content: bytes, *, over: bool) -> None:
        """Make a file appear whole at a place. Raises: NameTaken (unless `over`), DiskFull, FolderError."""
        scratch = f"{UNFINISHED}{os.getpid()}-{threading.get_ident()}"
        with (
            self.private(SCRATCH) as scratch_fd,
            durable.speaking_of(place),
            self.folder(parent(place), make=True) as fd,
        ):
            durable.write_whole(
                content,
                name=name_of(place),
                dir_fd=fd,
                scratch=scratch,
                scratch_fd=scratch_fd,
                mode=self.file_mode,
                over=over,
            )

    def remove(self, place: Place) -> None:
        """Remove one file of ours; no error when there is none. Raises: FolderError."""
        with (
            contextlib.suppress(FileGone),
            durable.speaking_of(place),
            self.folder(parent(place)) as fd,
        ):
            os.unlink(name_of(place), dir_fd=fd)
            durable.sync(fd)

    def remove_folder(self, place: Place) -> None:
        """Remove an empty folder; no error when there is none. Raises: NameTaken (not empty), FolderError."""
        with (
            contextlib.suppress(FileGone),
            durable.speaking_of(place),
            self.folder(parent(place)) as fd,
        ):
            os.rmdir(name_of(place), dir_fd=fd)
            durable.sync(fd)

    def move(self, source: Place, target: Place) -> None:
        """Rename, never over anything; makes the folders above the target; syncs both.

        Raises: FileGone, NameTaken, FolderError.
        """
        with durable.speaking_of(source), self.folder(parent(source)) as source_fd:
            if not durable.exists(name_of(source), dir_fd=source_fd):
                raise FileGone(f"{source} is not there any more")
            with durable.speaking_of(target), self.folder(parent(target), make=True) as target_fd:
                durable.rename(name_of(source), name_of(target), source_fd=source_fd, target_fd=target_fd)
                self._sync(target_fd)
                self._sync(source_fd)

    def settle(self, folder: Place) -> None:
        """What was renamed in a folder is durable when this, or its batch, ends. Raises: FolderError."""
        with contextlib.suppress(FileGone), durable.speaking_of(folder), self.folder(folder) as fd:
            self._sync(fd)


def _sync_all(fds: Iterable[int]) -> None:
    """Sync and close all; raises the first OSError at the end."""
    with contextlib.ExitStack() as each:
        for fd in fds:
            each.callback(os.close, fd)
            each.callback(durable.sync, fd)


@contextlib.contextmanager
def open_folder(name: str, *, dir_fd: int) -> Iterator[int]:
    """Open a folder in an open folder, and not through a link. Raises: OSError."""
    fd = os.open(name, _FOLDER, dir_fd=dir_fd)
    try:
        yield fd
    finally:
        os.close(fd)


@contextlib.contextmanager
def _reading(name: str, *, dir_fd: int) -> Iterator[int]:
    fd = open_file(name, dir_fd=dir_fd)
    try:
        yield fd
    finally:
        os.close(fd)


def open_file(name: str, *, dir_fd: int) -> int:
    """Open a regular file for reading, and nothing else: no link, no device, no FIFO. Raises: OSError."""
    fd = os.open(name, _FILE, dir_fd=dir_fd)
    if stat.S_ISREG(os.fstat(fd).st_mode):
        return fd
    os.close(fd)
    raise OSError(f"{name} is not a regular file")


def _parts(place: str) -> list[str]:
    parts = place.split("/") if place else []
    if any(part in {"", ".", ".."} for part in parts):
        raise FolderError(f"{place!r} is no place under a root")
    return parts
