"""One inotify instance, through watchdog: which folders the kernel watches for us, and that it told.

watchdog's observers are not for us: they run a thread for each watch, tell no handler that the queue
overflowed, and keep silent when a limit leaves part of a recursive watch unwatched. Its reader of the
kernel's queue, `InotifyFD`, has one thread for all watches and tells all three.
"""

from __future__ import annotations

import errno
import os
import threading
from collections import deque
from collections.abc import Callable, Collection
from typing import NewType

import structlog
from watchdog.observers.inotify_c import (
    CallbackId,
    InotifyConstants,
    InotifyEvent,
    InotifyFD,
    Mask,
    WatchDescriptor,
)

FolderId = NewType("FolderId", tuple[int, int])
"""st_dev and st_ino. A number is used again when its folder is gone; the kernel tells of that."""

_ID = CallbackId(0)
_STOP_SECONDS = 1.0

log = structlog.get_logger(__name__)


_COMING = (
    InotifyConstants.IN_CREATE
    | InotifyConstants.IN_MOVED_TO
    | InotifyConstants.IN_CLOSE_WRITE
    | InotifyConstants.IN_ATTRIB
)
_CHANGES = (
    InotifyConstants.IN_CREATE  # a hard link too
    | InotifyConstants.IN_MOVED_TO
    | InotifyConstants.IN_CLOSE_WRITE
    | InotifyConstants.IN_ATTRIB  # what could not be read may be readable now
    | InotifyConstants.IN_DELETE
    | InotifyConstants.IN_DELETE_SELF
    | InotifyConstants.IN_ONLYDIR
)
# Reading is in neither: we would wake ourselves.
STANDING = Mask(_CHANGES | InotifyConstants.IN_MOVE_SELF)
"""To be told of a folder that stays. What moves out of one is mostly what we claim ourselves."""
DROPPED = Mask(_CHANGES | InotifyConstants.IN_MOVED_FROM)
"""To be told of a folder that is a message: what leaves it counts too, and it is we who move it."""


class CannotWatch(Exception):
    """The kernel watches no more for us; says why, and what to raise."""


def folder_id(fd: int) -> FolderId:
    """The identity of an open folder. Raises: OSError."""
    status = os.fstat(fd)
    return FolderId((status.st_dev, status.st_ino))


class Inotify:
    """Rings for every change in the folders it was told to watch; a deaf one is replaced, not repaired.

    But for what comes under a name that `ignores` tells: its file is being written, and is renamed when it is
    whole. One thread at a time, but for `close`.
    """

    def __init__(
        self,
        ring: Callable[[], None],
        ignores: Callable[[str], bool] = lambda _: False,
        *,
        reader: Callable[[], InotifyFD] = InotifyFD,
    ) -> None:
        self._ring = ring
        self._ignores = ignores
        self._watches: dict[FolderId, WatchDescriptor] = {}
        self._gone: deque[WatchDescriptor] = deque()
        self._lock = threading.Lock()
        self._is_closed = False
        self._has_overflowed = False
        self._bell_is_broken = False
        try:
            self._reader = reader()
            self._reader.start()
        except (OSError, RuntimeError) as error:
            raise CannotWatch(_why(error)) from error

    @property
    def hears(self) -> bool:
        """Whether every change since the start was told: the reader runs, and its queue never overflowed."""
        return self._reader.is_alive() and not self._has_overflowed

    def is_watching(self, folder: FolderId) -> bool:
        """Whether `watch` was called for it; so it was for one that is gone, until `watched` is asked."""
        return folder in self._watches

    def watched(self) -> frozenset[FolderId]:
        """The folders that are watched, without those that the kernel has told us are gone."""
        while self._gone:
            gone = self._gone.popleft()
            self._watches = {folder: wd for folder, wd in self._watches.items() if wd != gone}
        return frozenset(self._watches)

    def watch(self, fd: int, told: Mask) -> None:
        """Watch an open folder, whatever its path means by now. Raises: CannotWatch."""
        with self._lock:
            if self._is_closed:
                return
            try:
                wd = self._reader.add_callback(f"/proc/self/fd/{fd}".encode(), told, self, _ID)
            except OSError as error:
                raise CannotWatch(_why(error)) from error
        if wd < 0:  # watchdog raises nothing for EACCES
            raise CannotWatch(_why(PermissionError(errno.EACCES, os.strerror(errno.EACCES))))
        self._watches[folder_id(fd)] = wd

    def keep_only(self, folders: Collection[FolderId]) -> None:
        """Watch nothing else any more."""
        unwanted = [folder for folder in self._watches if folder not in folders]
        descriptors = [(self._watches.pop(folder), _ID) for folder in unwanted]
        with self._lock:
            if not self._is_closed:
                self._reader.remove_callbacks(descriptors)

    def close(self) -> None:
        """Let all watches go and end the thread; may be called again."""
        with self._lock:
            if self._is_closed:
                return
            self._is_closed = True
        self._reader.stop()
        self._reader.join(_STOP_SECONDS)

    # Called by the reader's thread: nothing here may raise, or it would end -----------------------

    def on_event(self, event: InotifyEvent) -> None:
        """Something happened in a watched folder; the scan finds out what it was."""
        if not (event.mask & _COMING and self._ignores(os.fsdecode(event.name))):
            self._tell()

    def on_watch_deleted(self, wd: WatchDescriptor) -> None:
        """A watched folder was removed, or its file system unmounted."""
        self._gone.append(wd)
        if not self._is_closed:
            self._tell()

    def on_queue_overflow(self) -> None:
        """The kernel had more to tell than its queue holds; that a folder is gone may be what was lost."""
        self._has_overflowed = True
        self._tell()

    def _tell(self) -> None:
        try:
            self._ring()
        except Exception:  # whatever it is, it must not end the reader's thread
            if not self._bell_is_broken:  # once: a burst would fill the log
                log.exception("watcher.bell_failed")
            self._bell_is_broken = True


def _why(error: OSError | RuntimeError) -> str:
    match error:
        case OSError(errno=errno.ENOSPC):
            return "inotify limit reached: raise fs.inotify.max_user_watches"
        case OSError(errno=errno.EMFILE | errno.ENFILE):
            return "inotify limit reached: raise fs.inotify.max_user_instances, or the limit of open files"
        case OSError():
            return f"inotify cannot be used: {error.strerror or error}"
        case _:
            return f"inotify cannot be used: {error}"
