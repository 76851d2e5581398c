"""Files that survive: renames that cannot overwrite, fsync, whole writes, and who is writing.

Names are given with an open folder (`dir_fd`), so that no link on the way can lead elsewhere. Modes are
applied when something is made and never afterwards: chmod clears the setgid bit. For that the process has
to have its umask out of the way once, at start (`own_umask`).
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import os
import signal
from collections.abc import Callable, Iterable, Iterator
from enum import Enum

from syncd.errors import DiskFull, FileGone, FolderError, NameTaken, RootUnusable

RENAME_NOREPLACE = 1
F_SETSIG = 10
"""fcntl's command, which the module lacks: the signal that a broken lease sends."""

NO_LINKS = os.O_NOFOLLOW | os.O_CLOEXEC

_NO_SYNC = frozenset({errno.EINVAL, errno.ENOTSUP})
_FLAG_REFUSED = frozenset({errno.EINVAL, errno.ENOSYS, errno.ENOTSUP})

Rename = Callable[[int, bytes, int, bytes, int], int]


class Lease(Enum):
    """Whether somebody has a file open for writing, as far as the kernel tells."""

    FREE = "free"
    WRITING = "writing"
    CANNOT_TELL = "cannot tell"


def own_umask(modes: Iterable[int]) -> None:
    """Let through every bit of the given modes and no other; for the whole process, once, at start."""
    wanted = 0o700
    for mode in modes:
        wanted |= mode
    os.umask(0o777 & ~wanted)


# Renames ----------------------------------------------------------------------------------------


def _renameat2() -> Rename | None:
    try:
        function = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError):
        return None
    function.argtypes = [ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint]

    def call(source_fd: int, source: bytes, target_fd: int, target: bytes, flags: int) -> int:
        return 0 if function(source_fd, source, target_fd, target, flags) == 0 else ctypes.get_errno()

    return call


KERNEL = _renameat2()
"""renameat2(2), returning the error number; None where the C library has none."""


def rename(
    source: str, target: str, *, source_fd: int, target_fd: int, kernel: Rename | None = KERNEL
) -> None:
    """Rename within one file system, never over anything.

    Where the file system refuses the flag: look, then a plain rename. Raises: OSError.
    """
    refused = errno.ENOSYS
    if kernel is not None:
        refused = kernel(source_fd, os.fsencode(source), target_fd, os.fsencode(target), RENAME_NOREPLACE)
    if refused in _FLAG_REFUSED:
        if exists(target, dir_fd=target_fd):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), target)
        os.rename(source, target, src_dir_fd=source_fd, dst_dir_fd=target_fd)
    elif refused:
        raise OSError(refused, os.strerror(refused), source, None, target)


def exists(name: str, *, dir_fd: int) -> bool:
    """Whether anything has that name, a broken link too."""
    return look(name, dir_fd=dir_fd) is not None


def look(name: str, *, dir_fd: int) -> os.stat_result | None:
    """The status of what has that name, of a link itself; None when nothing has it."""
    try:
        return os.stat(name, dir_fd=dir_fd, follow_symlinks=False)
    except FileNotFoundError:
        return None


# Writing ----------------------------------------------------------------------------------------


def sync(fd: int) -> None:
    """Fsync a file or folder; a file system that knows no fsync of folders is all that is forgiven."""
    try:
        os.fsync(fd)
    except OSError as error:
        if error.errno not in _NO_SYNC:
            raise


def sync_and_close(fd: int) -> None:
    """What is done with a file when it is wholly written. Raises: OSError; it is closed all the same."""
    try:
        sync(fd)
    finally:
        os.close(fd)


@contextlib.contextmanager
def new_file(
    name: str, *, dir_fd: int, mode: int, finish: Callable[[int], None] = sync_and_close
) -> Iterator[int]:
    """A new file to write, synced and closed (`finish`) when the block ends well, else removed."""
    fd = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | NO_LINKS, mode, dir_fd=dir_fd)
    try:
        try:
            yield fd
        except BaseException:
            os.close(fd)
            raise
        finish(fd)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name, dir_fd=dir_fd)
        raise


def write_all(fd: int, content: bytes) -> None:
    """Write every byte; a full disk may take a part only."""
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(fd, rest) :]


def write_whole(
    content: bytes, *, name: str, dir_fd: int, scratch: str, scratch_fd: int, mode: int, over: bool
) -> None:
    """Make a file appear whole: under a scratch name, synced, renamed, its folder synced.

    `over` replaces what has the name. Raises: OSError; then the name is as it was.
    """
    with contextlib.suppress(FileNotFoundError):
        os.unlink(scratch, dir_fd=scratch_fd)
    with new_file(scratch, dir_fd=scratch_fd, mode=mode) as fd:
        write_all(fd, content)
    try:
        if over:
            os.rename(scratch, name, src_dir_fd=scratch_fd, dst_dir_fd=dir_fd)
        else:
            rename(scratch, name, source_fd=scratch_fd, target_fd=dir_fd)
    except OSError:
        with contextlib.suppress(OSError):
            os.unlink(scratch, dir_fd=scratch_fd)
        raise
    sync(dir_fd)


# Who is writing ---------------------------------------------------------------------------------


def lease(fd: int) -> Lease:
    """Ask for a read lease and give it back at once: refused while anybody has the file open for writing.

    Only the file's owner, or CAP_LEASE, may ask (fcntl(2), F_SETLEASE).
    """
    try:
        # A lease that is broken sends SIGIO, which would end the process; SIGURG is ignored.
        fcntl.fcntl(fd, F_SETSIG, signal.SIGURG)
        fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except OSError as error:
        return Lease.WRITING if error.errno == errno.EAGAIN else Lease.CANNOT_TELL
    fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    return Lease.FREE


# Errors -----------------------------------------------------------------------------------------


@contextlib.contextmanager
def speaking_of(what: str) -> Iterator[None]:
    """Turn an OSError within into ours, naming `what`."""
    try:
        yield
    except OSError as error:
        raise as_ours(error, what) from error


def as_ours(error: OSError, what: str) -> FolderError:
    """Our error for one of the operating system's, by the reaction that it asks for."""
    cause = os.strerror(error.errno) if error.errno else str(error)
    match error.errno:
        case errno.ENOENT:
            return FileGone(f"{what} is not there any more")
        case errno.EEXIST | errno.ENOTEMPTY:
            return NameTaken(f"{what}: the name is taken")
        case errno.ENOSPC | errno.EDQUOT:
            return DiskFull(f"{what}: {cause}", "Free some space; syncd goes on by itself")
        case errno.EROFS:
            return RootUnusable(f"{what}: {cause}", "Mount it for writing")
        case errno.EACCES | errno.EPERM:
            remedy = "Let syncd's user and group write there: `chmod g+rwX`, and `umask 002` for who made it"
            return FolderError(f"{what}: {cause}", remedy)
        case errno.ELOOP | errno.ENOTDIR:
            what = f"{what}: a link is in the way, or a file where a folder has to be"
            return FolderError(what, "Put a real file or folder there; links are never followed")
        case errno.EXDEV:
            remedy = "Keep all folders of one root on one file system"
            return FolderError(f"{what}: its folders are on different file systems", remedy)
        case errno.ENAMETOOLONG:
            return FolderError(f"{what}: the name is too long for the file system", "Give it a shorter name")
        case _:
            return FolderError(f"{what}: {cause}")
