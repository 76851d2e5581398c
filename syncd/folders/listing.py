"""What stands in a folder, listed anew only when the folder itself says that it changed.

Whatever comes into a folder, leaves it or is renamed in it changes the folder's own times: they are given by
the kernel and as coarse as its tick. So what was listed while those times were old by `_CALM_NS` holds for as
long as they stay the same: whatever came later has other times. That is so on the file systems named here,
and on no other is anything remembered: a network share or FUSE mount may keep no such times.

A clock that is set back gives the same time twice, where times are as coarse as a second. So everything is
forgotten every few minutes, and with it the folders that nobody looks at any more.

Names that match an ignore pattern are counted and forgotten: there may be a hundred thousand of them.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from syncd.core.model import Place
from syncd.core.naming import IgnorePatterns, is_junk
from syncd.folders.filesystems import file_system_of

NAMED_ONE_BY_ONE = 20
"""More ignored names than this in one folder are named together, by the first."""

_TIMELY = frozenset({"btrfs", "ext2", "ext3", "ext4", "f2fs", "overlay", "tmpfs", "xfs", "zfs"})
_CALM_NS = 2_000_000_000
_BELIEVED_FOR = timedelta(minutes=5)

Stamp = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The names in a folder.

    `folders` are those of folders, but for hidden ones; `names` all that match no ignore pattern. Where
    folders are no messages, they are in `folders` alone.
    """

    folders: tuple[str, ...]
    names: tuple[str, ...]
    ignored: int
    some_ignored: tuple[str, ...]
    """The first of them."""

    @property
    def is_idle(self) -> bool:
        """Whether there is nothing to look at, and nothing to tell."""
        return not self.names and not self.ignored


class Listings:
    """Remembers the listings of the folders of one tree."""

    def __init__(
        self,
        patterns: IgnorePatterns,
        *,
        file_system: Callable[[int], str] = file_system_of,
        now_ns: Callable[[], int] = time.time_ns,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._patterns = patterns
        self._file_system = file_system
        self._now_ns = now_ns
        self._monotonic = monotonic
        self._forgot_s = monotonic()
        self._known: dict[tuple[Place, bool], tuple[Stamp, Listing]] = {}
        """By place and `loose`: what looks like a pair's folder may turn out to be a station's."""

    def ignores(self, name: str) -> bool:
        """Whether a name matches an ignore pattern."""
        return self._patterns.match(name)

    def remembered(self, place: Place, status: os.stat_result, *, loose: bool) -> Listing | None:
        """What stands in a folder with this status; None: it has to be opened, and listed."""
        self._forget_sometimes()
        known = self._known.get((place, loose))
        return known[1] if known is not None and known[0] == _stamp(status) else None

    def of(self, place: Place, fd: int, *, loose: bool) -> Listing:
        """What stands in an open folder; `loose`: folders in it are no messages. Raises: OSError."""
        self._forget_sometimes()
        stamp = _stamp(os.fstat(fd))
        known = self._known.get((place, loose))
        if known is not None and known[0] == stamp:
            return known[1]
        is_calm = max(stamp[2:]) < self._now_ns() - _CALM_NS
        listing = self._list(fd, loose=loose)
        if is_calm and _stamp(os.fstat(fd)) == stamp and self._file_system(fd) in _TIMELY:
            self._known[place, loose] = (stamp, listing)
        else:
            self._known.pop((place, loose), None)
        return listing

    def _forget_sometimes(self) -> None:
        now_s = self._monotonic()
        if now_s - self._forgot_s >= _BELIEVED_FOR.total_seconds():
            self._forgot_s = now_s
            self._known.clear()

    def _list(self, fd: int, *, loose: bool) -> Listing:
        matches = self._patterns.match
        folders: list[str] = []
        names: list[str] = []
        some: list[str] = []
        ignored = 0
        with os.scandir(fd) as entries:
            for entry in entries:
                name = entry.name
                if entry.is_dir(follow_symlinks=False):
                    if name[0] not in ".~":
                        folders.append(name)
                    if loose:
                        continue
                if not matches(name):
                    names.append(name)
                elif not is_junk(name):
                    ignored += 1
                    if ignored <= NAMED_ONE_BY_ONE:
                        some.append(name)
        return Listing(
            folders=tuple(sorted(folders)), names=tuple(names), ignored=ignored, some_ignored=tuple(some)
        )


def _stamp(status: os.stat_result) -> Stamp:
    return (status.st_dev, status.st_ino, status.st_mtime_ns, status.st_ctime_ns)
