"""The watcher: rings a bell when something may have changed in an outbox, so that the scan comes sooner.

It is a hint and nothing more: the scan is the truth, and comes without it too. Watch first, then scan:
`refresh` before each scan leaves no moment in between that neither of the two sees.

Each folder has a watch of its own, on the inode that stands there, down to the dropped folders; a recursive
watch at the root of `by-partner` would hold all of `sent/`. A folder that cannot be opened is left out, and
the scan names it.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator

import structlog
from watchdog.observers.inotify_c import Mask

from syncd.core.layout import BY_PARTNER, parent
from syncd.core.model import Folder, Place
from syncd.errors import FolderError
from syncd.folders.filesystems import file_system_of, why_silent
from syncd.folders.inotify import DROPPED, STANDING, CannotWatch, FolderId, Inotify, folder_id
from syncd.folders.reach import open_folder
from syncd.folders.tree import Tree
from syncd.folders.walk import Walk
from syncd.ports.folders import WatchMode

WATCHING = WatchMode(watches=True)
NOT_STARTED = WatchMode(watches=False, reason="it is not started")

_ROUNDS = 3
"""A folder made between listing and watching its parent is found by looking again."""

log = structlog.get_logger(__name__)


class Watcher:
    """Watches the outboxes of one account.

    `ring` is called from a thread of the watcher's, often: `threading.Event.set` is meant. `start` and
    `refresh` are for one thread, `stop` and `mode` for any. No call raises.
    """

    def __init__(
        self,
        tree: Tree,
        *,
        ring: Callable[[], None],
        listen: Callable[[Callable[[], None], Callable[[str], bool]], Inotify] = Inotify,
        file_system: Callable[[int], str] = file_system_of,
    ) -> None:
        self._tree = tree
        self._markers = tree.account.done_markers
        self._ring = ring
        self._listen = listen
        self._file_system = file_system
        self._listener: Inotify | None = None
        self._mode = NOT_STARTED
        self._is_started = False
        self._lock = threading.Lock()

    @property
    def mode(self) -> WatchMode:
        """Whether changes ring the bell by now, and why not."""
        return self._mode

    def start(self) -> None:
        """Begin to watch, if that is possible here."""
        self._is_started = True
        self.refresh()

    def refresh(self) -> None:
        """Watch what stands in the tree now: before each scan. Nothing is done where all is as it was."""
        if self._is_started:
            self._enter(self._watched())

    def _watched(self) -> WatchMode:
        try:
            self._watch_tree()
        except CannotWatch as error:
            self._close()
            return WatchMode(watches=False, reason=str(error))
        return WATCHING

    def _enter(self, mode: WatchMode) -> None:
        with self._lock:
            if not self._is_started or mode == self._mode:
                return
            self._mode = mode
        tell = log.info if mode.watches else log.warning
        tell("watcher.changed", account=self._tree.account.name, mode=str(mode))

    def stop(self) -> None:
        """Watch no more; when this returns, no thread is left. Safe to repeat."""
        with self._lock:
            self._is_started = False
            self._mode = NOT_STARTED
        self._close()

    # The tree -----------------------------------------------------------------------------------

    def _watch_tree(self) -> None:
        self._check_root()
        listener = self._open()
        for _ in range(_ROUNDS):
            before = listener.watched()
            with self._tree.reach.together():
                wanted = self._watch_folders(listener)
            if wanted <= before:
                break
        listener.keep_only(wanted)

    def _check_root(self) -> None:
        root = self._tree.reach.root
        try:
            with self._tree.reach.folder("") as fd:
                silent = why_silent(self._file_system(fd))
        except OSError as error:
            raise CannotWatch(f"the root {root} cannot be opened: {error.strerror}") from error
        if silent:
            raise CannotWatch(silent)

    def _watch_folders(self, listener: Inotify) -> frozenset[FolderId]:
        """Watch every folder that is not watched yet; returns all that were found."""
        found: set[FolderId] = set()
        for place, has_messages in self._places():
            try:
                if self._is_watched(listener, place, loose=not has_messages, found=found):
                    continue
                with self._tree.reach.folder(place) as fd:
                    _watch(listener, fd, told=STANDING, found=found)
                    if has_messages:
                        self._watch_dropped(listener, place, fd, found=found)
            except (OSError, FolderError):
                continue
        return frozenset(found)

    def _is_watched(self, listener: Inotify, place: Place, *, loose: bool, found: set[FolderId]) -> bool:
        """Whether a folder is watched and nothing in it is to be: then it need not even be opened."""
        status = self._tree.reach.look(place) if place else None
        listing = self._tree.listings.remembered(place, status, loose=loose) if status else None
        if status is None or listing is None or listing.folders:
            return False
        folder = FolderId((status.st_dev, status.st_ino))
        if listener.is_watching(folder):
            found.add(folder)
        return folder in found

    def _watch_dropped(self, listener: Inotify, outbox: Place, fd: int, *, found: set[FolderId]) -> None:
        for name in self._tree.listings.of(outbox, fd, loose=False).folders:
            with contextlib.suppress(OSError), open_folder(name, dir_fd=fd) as inner:
                _watch(listener, inner, told=DROPPED, found=found)

    def _places(self) -> Iterator[tuple[Place, bool]]:
        """Where folders that are to be watched may stand, and whether the folders in them are messages."""
        stands = list(Walk(self._tree).folders(Folder.OUTBOX))
        yield Place(""), False
        if self._tree.layout.kind == BY_PARTNER:
            above = {parent(stand.place) for stand in stands} | set(self._at_root())
            yield from ((place, False) for place in sorted(above))
        yield from ((stand.place, not stand.loose) for stand in stands)

    def _at_root(self) -> list[Place]:
        """What stands at the root: a station's folder may have no partner yet."""
        try:
            return [Place(name) for name in self._tree.reach.names("") if name[0] not in ".~"]
        except FolderError:
            return []

    # The listener -------------------------------------------------------------------------------

    def _open(self) -> Inotify:
        """The listener; a new one for one that became deaf. Raises: CannotWatch."""
        listener = self._listener
        if listener is not None and listener.hears:
            return listener
        self._close()
        listener = self._listen(self._ring, self._says_nothing)
        with self._lock:
            if self._is_started:
                self._listener = listener
                return listener
        listener.close()
        raise CannotWatch(NOT_STARTED.reason)

    def _says_nothing(self, name: str) -> bool:
        """Whether what comes under a name needs no scan; an ignored done marker makes its file ready."""
        return self._tree.listings.ignores(name) and not name.endswith(self._markers)

    def _close(self) -> None:
        with self._lock:
            listener, self._listener = self._listener, None
        if listener is not None:
            listener.close()


def _watch(listener: Inotify, fd: int, *, told: Mask, found: set[FolderId]) -> None:
    folder = folder_id(fd)
    found.add(folder)
    if not listener.is_watching(folder):
        listener.watch(fd, told)
