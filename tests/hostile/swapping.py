"""A hostile user who is quick: at the n-th look of the bridge a folder or file becomes a link to elsewhere.

The moments are the interpreter's own audit events: every open, listing, making, renaming and removing of a
name. The hook is called before the call that it tells of, in whatever thread; so the swap falls between two
steps of the bridge, exactly, and every gap between two steps has its moment.
"""

from __future__ import annotations

import os
import stat
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

EVENTS = frozenset({"open", "os.scandir", "os.listdir", "os.mkdir", "os.rename", "os.remove", "os.rmdir"})

_armed: list[Callable[[str], None]] = []
_installed: list[bool] = []


def _hook(event: str, _: tuple[object, ...]) -> None:
    if _armed and event in EVENTS:
        _armed[0](event)


class Moments:
    """Counts the looks of the bridge; at the given one, counted from 1, does the deed, once."""

    def __init__(self, deed: Callable[[], None], *, at: int | None = None) -> None:
        self.count = 0
        self._deed = deed
        self._at = at
        self._is_busy = False
        self._lock = threading.RLock()

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Count within the block. An audit hook cannot be taken out again: it stays, with nothing to do."""
        if not _installed:
            sys.addaudithook(_hook)
            _installed.append(True)
        _armed.append(self._pass_by)
        try:
            yield
        finally:
            _armed.clear()

    def _pass_by(self, _: str) -> None:
        with self._lock:
            if self._is_busy:
                return
            self.count += 1
            if self.count == self._at:
                self._is_busy = True
                try:
                    self._deed()
                finally:
                    self._is_busy = False


def become_link(place: Path, outside: Path) -> None:
    """Put a link in the place of what stands there."""
    if _put_aside(place):
        place.symlink_to(outside, target_is_directory=outside.is_dir())


def become_hard_link(place: Path, outside: Path) -> None:
    """Put another name of a file outside there: where fs.protected_hardlinks is 0, any user may."""
    if _put_aside(place):
        place.hardlink_to(outside)


def become_fifo(place: Path, _: Path) -> None:
    """Put a FIFO there, which nobody ever writes to."""
    if _put_aside(place):
        os.mkfifo(place)


def _put_aside(place: Path) -> bool:
    try:
        place.rename(aside(place))
    except FileNotFoundError:
        return False
    return True


def mend(place: Path) -> None:
    """Undo it, whatever became of what was put there since."""
    if not os.path.lexists(aside(place)):
        return
    if os.path.lexists(place) and not stat.S_ISDIR(place.lstat().st_mode):
        place.unlink()
    if not place.is_dir():
        aside(place).rename(place)
        return
    for path in aside(place).iterdir():
        path.rename(place / path.name)
    aside(place).rmdir()


def aside(place: Path) -> Path:
    """Where what stood there is kept meanwhile."""
    return place.with_name(f".aside-{place.name}")
