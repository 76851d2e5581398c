"""The outbox: the scan, and the moves, reads and status files of what was taken."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, tzinfo

from syncd.core.layout import name_of, parent, within
from syncd.core.model import Folder, Identity, Message, Pair, Place
from syncd.core.naming import STATUS_SUFFIX, IgnorePatterns, described_by, is_printable, status_name
from syncd.core.shown import Outlook
from syncd.core.status_file import is_ours
from syncd.errors import FileChanged, FileGone, FolderError
from syncd.folders.durable import speaking_of
from syncd.folders.free import FreeNames
from syncd.folders.inside import identity_of, look_inside, read_file
from syncd.folders.reach import open_file
from syncd.folders.scan import Limits, Scan
from syncd.folders.settling import Settling
from syncd.folders.tree import Tree
from syncd.folders.walk import PairFolder, Walk
from syncd.ports.surroundings import Clock

STATUS_FILE_BYTES = 1_000_000
"""A status file that came back is not read beyond this."""


class Outbox:
    """The outbox of one account, and where its files go. One thread at a time, but for `read`.

    `zone` gives the dates of `sent/`; the limits are the gateway's, for one message.
    """

    def __init__(
        self, tree: Tree, *, clock: Clock, zone: tzinfo, files_per_message: int, bytes_per_message: int
    ) -> None:
        self._tree = tree
        self._reach = tree.reach
        self._zone = zone
        self._limits = Limits(files=files_per_message, bytes=bytes_per_message)
        self._patterns = IgnorePatterns(tree.account.ignore)
        self._settling = Settling(clock)
        self._free = FreeNames(tree.reach)

    def scan(self) -> Outlook:
        """Look at every pair's outbox once; remembers what it saw, for the next."""
        scan = Scan(self._tree, settling=self._settling, patterns=self._patterns, limits=self._limits)
        return scan.outlook()

    def next_settled(self) -> timedelta | None:
        """How long until a scan could find more ready than the last one; None: time alone changes nothing."""
        return self._settling.next_settled()

    # Moves --------------------------------------------------------------------------------------

    def free_place(self, folder: Folder, pair: Pair, name: str, *, now: datetime) -> Place:
        """A place whose name, and whose status file's name, are free; promised by this."""
        pair_folder = self._tree.book.folder(pair)
        inside = self._tree.layout.dated(folder, pair_folder, now=now, zone=self._zone)
        marker = self._marker(pair)
        beside = (STATUS_SUFFIX, marker) if marker else (STATUS_SUFFIX,)
        return self._free.choose(inside, name, beside=beside)

    def identity(self, place: Place) -> Identity | None:
        """The identity of what stands there, or None. Raises: FolderError."""
        status = self._reach.look(place)
        if status is None or not stat.S_ISDIR(status.st_mode):
            return identity_of(status) if status else None
        try:
            with speaking_of(place), self._reach.folder(place) as fd:
                return look_inside(fd).identity(os.fstat(fd))
        except FileGone:
            return None

    def move(self, source: Place, target: Place) -> None:
        """Rename, never over anything; makes the folders it needs; syncs both. A done marker goes first.

        Raises: FileGone (nothing at source), NameTaken (something at target), FolderError.
        """
        if self._reach.look(source) is None:
            raise FileGone(f"{source} is not there any more")
        self._move_marker(source, target)
        self._reach.move(source, target)
        self._free.release(target)

    def _move_marker(self, source: Place, target: Place) -> None:
        standing = self._tree.layout.read(source, friendly=self._tree.book.friendly)
        marker = self._marker(self._tree.book.lookup(standing.pair_folder).pair) if standing else None
        if not marker or self._reach.look(Place(source + marker)) is None:
            return
        if self._reach.look(target) is None and self._reach.look(Place(target + marker)) is None:
            self._reach.move(Place(source + marker), Place(target + marker))

    def _marker(self, pair: Pair) -> str | None:
        return self._tree.account.rules(station=pair.station, partner=pair.partner).done_marker

    # Reading ------------------------------------------------------------------------------------

    def read(self, message: Message) -> tuple[tuple[str, bytes], ...]:
        """Name for the partner and bytes of each file of a message, at its place.

        Raises: FileGone; FileChanged; FolderError when it has grown beyond the gateway's limit.
        """
        place = message.place
        if place is None:
            raise FileGone(f"message {message.id} has no file")
        with speaking_of(place):
            if message.is_folder:
                return self._read_folder(place)
            with self._reach.folder(parent(place)) as fd:
                content = read_file(name_of(place), dir_fd=fd, most_bytes=self._limits.bytes)
            return ((message.name or name_of(place), content),)

    def _read_folder(self, place: Place) -> tuple[tuple[str, bytes], ...]:
        with self._reach.folder(place) as fd:
            before = look_inside(fd)
            if before.size > self._limits.bytes:
                raise FolderError(f"{place} has {before.size} bytes, and the limit is {self._limits.bytes}")
            contents = tuple(
                (name, read_file(name, dir_fd=fd, most_bytes=self._limits.bytes)) for name, _ in before.files
            )
            if look_inside(fd) != before:
                raise FileChanged(f"{place} changed while it was read")
            return contents

    # Status files -------------------------------------------------------------------------------

    def write_status(self, place: Place, content: bytes | None) -> None:
        """Write (None: remove) the status file beside a place: temp file, fsync, rename."""
        beside = Place(status_name(place))
        if content is None:
            self._reach.remove(beside)
        else:
            self._reach.write(beside, content, over=True)

    def read_status(self, place: Place) -> Mapping[str, object] | None:
        """The JSON object of a status file at exactly this place; None when it is not one of ours."""
        try:
            with speaking_of(place), self._reach.folder(parent(place)) as fd:
                content = _read_small(name_of(place), dir_fd=fd)
            parsed = json.loads(content)
        except (FolderError, ValueError, RecursionError):
            return None
        return parsed if is_ours(parsed) else None

    # What has no row ----------------------------------------------------------------------------

    def strangers(self, known: frozenset[Place]) -> Sequence[tuple[Place, Pair, str]]:
        """What stands in `queued/` without a row: (place, pair, name)."""
        around = known | {parent(place) for place in known}
        found: list[tuple[Place, Pair, str]] = []
        for stand in Walk(self._tree).folders(Folder.QUEUED):
            pair = self._tree.book.lookup(stand.pair_folder).pair
            found += [(within(stand.place, name), pair, name) for name in self._unknown(stand, pair, around)]
        return found

    def _unknown(self, stand: PairFolder, pair: Pair, around: frozenset[Place]) -> list[str]:
        try:
            with speaking_of(stand.place), self._reach.folder(stand.place) as fd, os.scandir(fd) as entries:
                is_folder = {entry.name: entry.is_dir(follow_symlinks=False) for entry in entries}
        except FileGone:
            return []
        marker = self._marker(pair)
        return [
            name
            for name in sorted(is_folder)
            if within(stand.place, name) not in around
            and not (stand.loose and is_folder[name])
            and not self._patterns.match(name)
            and is_printable(name)
            and described_by(name) is None
            and not (marker and name.endswith(marker) and name.removesuffix(marker) in is_folder)
        ]


def _read_small(name: str, *, dir_fd: int) -> bytes:
    with os.fdopen(open_file(name, dir_fd=dir_fd), "rb") as stream:
        content = stream.read(STATUS_FILE_BYTES + 1)
    return content if len(content) <= STATUS_FILE_BYTES else b""
