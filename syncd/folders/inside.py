"""What is inside a dropped folder, and what becomes of a dropped file when it is read."""

from __future__ import annotations

import errno
import os
import stat
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from syncd.core.limits import too_large
from syncd.core.model import File, Identity
from syncd.core.naming import IgnorePatterns, described_by, is_junk, is_printable
from syncd.errors import FileChanged, FileTooLarge
from syncd.folders import durable
from syncd.folders.reach import open_file


@dataclass(frozen=True, slots=True, kw_only=True)
class Inside:
    """The files of a dropped folder, by name; `obstacle` says why it is no message as it stands."""

    files: tuple[tuple[str, Identity], ...]
    obstacle: str | None = None

    @property
    def size(self) -> int:
        """Bytes of all files together."""
        return sum(identity.size for _, identity in self.files)

    def as_files(self) -> tuple[File, ...]:
        """The files as a message has them."""
        return tuple(File(name=name, size=identity.size) for name, identity in self.files)

    def identity(self, folder: os.stat_result) -> Identity:
        """The folder's own identity: its inode, with the size and the newest time of its files."""
        newest = max((identity.mtime_ns for _, identity in self.files), default=folder.st_mtime_ns)
        return Identity(device=folder.st_dev, inode=folder.st_ino, size=self.size, mtime_ns=newest)


def identity_of(status: os.stat_result) -> Identity:
    """The identity of one file."""
    return Identity(
        device=status.st_dev, inode=status.st_ino, size=status.st_size, mtime_ns=status.st_mtime_ns
    )


def look_inside(fd: int, patterns: IgnorePatterns | None = None) -> Inside:
    """List an open folder. What file browsers and status files leave there belongs to no message.

    Raises: OSError.
    """
    with os.scandir(fd) as entries:
        names = {entry.name: entry for entry in entries}
    files: list[tuple[str, Identity]] = []
    obstacle = None
    for name, entry in sorted(names.items()):
        if is_junk(name) or described_by(name) in names:
            continue
        try:
            status = entry.stat(follow_symlinks=False)
        except FileNotFoundError:
            continue
        obstacle = obstacle or _obstacle(name, status, patterns)
        files.append((name, identity_of(status)))
    return Inside(files=tuple(files), obstacle=obstacle)


def _obstacle(name: str, status: os.stat_result, patterns: IgnorePatterns | None) -> str | None:
    if not is_printable(name):
        return "a name in it has control characters or is not UTF-8: rename it"
    if stat.S_ISDIR(status.st_mode):
        return f"it has a sub-folder, {name}: only files belong into the folder of a message"
    if not stat.S_ISREG(status.st_mode):
        return f"{name} in it is {kind_of(status)}, which is never followed"
    if patterns and patterns.match(name):
        return f"{name} in it matches the ignore pattern {patterns.which(name)}: it looks unfinished"
    if status.st_nlink > 1:
        return f"{name} in it has a second hard link: it waits until that is gone"
    return None


def kind_of(status: os.stat_result) -> str:
    """What a thing is that is neither file nor folder, with its article."""
    if stat.S_ISLNK(status.st_mode):
        return "a link"
    if stat.S_ISFIFO(status.st_mode):
        return "a FIFO"
    return "a socket" if stat.S_ISSOCK(status.st_mode) else "a device"


def changed_ns(name: str, *, dir_fd: int) -> int:
    """The ctime of a file: it cannot be copied along. Raises: OSError."""
    return os.stat(name, dir_fd=dir_fd, follow_symlinks=False).st_ctime_ns


def why_closed(error: OSError) -> str:
    """Why something in an outbox cannot be looked at, and what to do."""
    if error.errno in {errno.EACCES, errno.EPERM}:
        return "syncd may not read it: `chmod g+r` it (a folder: `chmod g+rwx`), and use `umask 002`"
    if error.errno == errno.ELOOP:
        return "it became a link, which is never followed"
    return f"it cannot be opened: {error.strerror or error}"


def twins(names: Sequence[str]) -> tuple[str, str] | None:
    """Two names that are one name where case or composition does not count."""
    seen: dict[str, str] = {}
    for name in names:
        key = unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
        if key in seen:
            return seen[key], name
        seen[key] = name
    return None


def probe(name: str, *, dir_fd: int) -> durable.Lease:
    """Open a file as its reader will, and ask whether somebody writes it. Raises: OSError."""
    fd = open_file(name, dir_fd=dir_fd)
    try:
        return durable.lease(fd)
    finally:
        os.close(fd)


def read_file(name: str, *, dir_fd: int, most_bytes: int) -> bytes:
    """The bytes of a file that kept still meanwhile.

    Raises: FileChanged; FileTooLarge when it has more than `most_bytes`; OSError.
    """
    fd = open_file(name, dir_fd=dir_fd)
    try:
        status = os.fstat(fd)
        before = identity_of(status)
        if status.st_nlink > 1:
            raise FileChanged(f"{name} has a second hard link")
        if before.size > most_bytes:
            raise FileTooLarge(too_large(before.size, most_bytes))
        content = _read(fd, before.size + 1)
        still = before == identity_of(os.fstat(fd)) and len(content) == before.size
        named = durable.look(name, dir_fd=dir_fd)
        if not still or named is None or identity_of(named) != before:
            raise FileChanged(f"{name} changed while it was read")
        if durable.lease(fd) is durable.Lease.WRITING:
            raise FileChanged(f"{name} is held open for writing")
        return content
    finally:
        os.close(fd)


def _read(fd: int, most_bytes: int) -> bytes:
    with os.fdopen(fd, "rb", closefd=False) as stream:
        return stream.read(most_bytes)
