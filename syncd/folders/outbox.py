"""The outbox: the scan, and the moves, reads and status files of what was taken."""

from __future__ import annotations

import contextlib
import json
import os
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta, tzinfo

from syncd.core.layout import Standing, name_of, parent, within
from syncd.core.limits import Limits, too_large
from syncd.core.model import File, Folder, Identity, Message, Pair, Place
from syncd.core.naming import (
    STATUS_SUFFIX,
    IgnorePatterns,
    described_by,
    is_junk,
    is_printable,
    status_name,
)
from syncd.core.shown import Outlook
from syncd.core.status_file import is_ours
from syncd.errors import FileChanged, FileGone, FileTooLarge, FolderError, NameTaken
from syncd.folders.copies import Copies
from syncd.folders.durable import speaking_of
from syncd.folders.free import FreeNames
from syncd.folders.inside import identity_of, look_inside, read_file
from syncd.folders.reach import open_file
from syncd.folders.scan import Scan
from syncd.folders.settling import Settling
from syncd.folders.tree import Tree
from syncd.folders.walk import PairFolder, Walk
from syncd.ports.folders import Stranger
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
        self._copies = Copies(tree.reach)

    def scan(self) -> Outlook:
        """Look at every pair's outbox once; remembers what it saw, for the next."""
        scan = Scan(self._tree, settling=self._settling, patterns=self._patterns, limits=self._limits)
        return scan.outlook()

    def next_settled(self) -> timedelta | None:
        """How long until a scan could find more ready than the last one; None: time alone changes nothing."""
        return self._settling.next_settled()

    # Moves --------------------------------------------------------------------------------------

    def free_place(
        self, folder: Folder, pair: Pair, name: str, *, now: datetime, batch: str | None = None
    ) -> Place:
        """A place whose name, and whose status file's name, are free; promised by this.

        With `batch` it is within a folder of that name, which may be there already.
        """
        pair_folder = self._tree.book.folder(pair)
        around = self._tree.layout.dated(folder, pair_folder, now=now, zone=self._zone)
        if batch is not None:
            return self._free.choose(self._free.folder(around, batch), name, beside=(STATUS_SUFFIX,))
        marker = self._marker(pair)
        beside = (STATUS_SUFFIX, marker) if marker else (STATUS_SUFFIX,)
        return self._free.choose(around, name, beside=beside)

    def keep_free(self, places: Iterable[Place]) -> None:
        """Places that messages count on, whatever stands there: never chosen, until told anew."""
        self._free.keep(places)

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

    def inside(self, folder: Place) -> Mapping[str, Identity]:
        """What stands in a dropped folder, by name; nothing when it is not there. Raises: FolderError."""
        try:
            with speaking_of(folder), self._reach.folder(folder) as fd:
                return dict(look_inside(fd).files)
        except FileGone:
            return {}

    def move(self, source: Place, target: Place) -> None:
        """Rename, never over anything; makes the folders it needs; syncs both. A done marker goes first.

        Raises: FileGone (nothing at source), NameTaken (something at target), FolderError.
        """
        if self._reach.look(source) is None:
            raise FileGone(f"{source} is not there any more")
        self._move_marker(source, target)
        with self._taken_by_a_file(parent(target)):
            self._reach.move(source, target)
        self._free.release(target)

    @contextlib.contextmanager
    def together(self) -> Iterator[None]:
        """The calls of this thread within the block share their ways, and its moves their syncs."""
        with speaking_of(Folder.QUEUED), self._reach.renaming():
            yield

    def make_durable(self, source: Place, target: Place) -> None:
        """A move that was done before is durable when this, or its batch, ends. Raises: FolderError."""
        self._reach.settle(parent(target))
        self._reach.settle(parent(source))

    def copy(self, message: Message) -> Place:
        """A durable copy of a message's file in `.syncd/`, to be claimed; or nothing. Raises: see Copies."""
        return self._copies.make(message)

    def clear_copies(self, known: frozenset[Place]) -> None:
        """Remove the copies that are not among these."""
        self._copies.clear(known)

    def _move_marker(self, source: Place, target: Place) -> None:
        standing = self._standing(source)
        if standing is None or standing.is_inside:
            return
        marker = self._marker(self._tree.book.lookup(standing.pair_folder).pair)
        if not marker or self._reach.look(Place(source + marker)) is None:
            return
        if self._reach.look(target) is None and self._reach.look(Place(target + marker)) is None:
            self._reach.move(Place(source + marker), Place(target + marker))

    @contextlib.contextmanager
    def _taken_by_a_file(self, folder: Place) -> Iterator[None]:
        """A file that has the name of a folder that is needed is a taken name, as any other."""
        try:
            yield
        except FolderError as error:
            status = self._reach.look(folder)
            if status is None or not stat.S_ISREG(status.st_mode):
                raise
            raise NameTaken(f"{folder}: the name is taken, by a file") from error

    def close_folder(self, folder: Place, *, to: Place | None) -> None:
        """Remove a dropped folder that the last of its messages has left; its done marker goes along.

        What a file browser left there goes to the folder `to`; without one, or when that fails, it stays.
        """
        standing = self._standing(within(folder, "any"))
        if standing is None or not standing.is_inside:
            return
        marker = self._marker(self._tree.book.lookup(standing.pair_folder).pair)
        with contextlib.suppress(FolderError):  # an empty folder too many harms nobody
            left = self._reach.names(folder)
            if not all(is_junk(name) for name in left):
                return
            if to is not None:
                self._bring_along(folder, left, marker, to=to)
            elif marker is None or self._reach.look(Place(folder + marker)) is None:
                self._reach.remove_folder(folder)

    def _bring_along(self, folder: Place, left: Sequence[str], marker: str | None, *, to: Place) -> None:
        for name in left:
            self._reach.move(within(folder, name), within(to, name))
        self._reach.remove_folder(folder)
        if marker is not None and self._reach.look(Place(folder + marker)) is not None:
            beside = self._free.choose(parent(to), name_of(to) + marker)
            self._reach.move(Place(folder + marker), beside)
            self._free.release(beside)

    def _standing(self, place: Place) -> Standing | None:
        return self._tree.layout.read(place, friendly=self._tree.book.friendly)

    def _marker(self, pair: Pair) -> str | None:
        return self._tree.account.rules(station=pair.station, partner=pair.partner).done_marker

    # Reading ------------------------------------------------------------------------------------

    def read(self, message: Message) -> tuple[tuple[str, bytes], ...]:
        """Name for the partner and bytes of each file of a message, at its place.

        Raises: FileGone; FileChanged; FileTooLarge when it has grown beyond the gateway's limit.
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
                raise FileTooLarge(too_large(before.size, self._limits.bytes))
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
            return
        with self._taken_by_a_file(parent(place)):
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

    def strangers(self, known: frozenset[Place]) -> Sequence[Stranger]:
        """What stands in `queued/` without a row."""
        found: list[Stranger] = []
        for stand in Walk(self._tree).folders(Folder.QUEUED):
            pair = self._tree.book.lookup(stand.pair_folder).pair
            for name in self._unknown(stand, pair, known):
                found += self._strangers(within(stand.place, name), pair, known)
        return found

    def _unknown(self, stand: PairFolder, pair: Pair, known: frozenset[Place]) -> list[str]:
        try:
            with speaking_of(stand.place), self._reach.folder(stand.place) as fd, os.scandir(fd) as entries:
                is_folder = {entry.name: entry.is_dir(follow_symlinks=False) for entry in entries}
        except FileGone:
            return []
        marker = self._marker(pair)
        return [
            name
            for name in sorted(is_folder)
            if within(stand.place, name) not in known
            and not (stand.loose and is_folder[name])
            and self._may_be_strange(name)
            and not (marker and name.endswith(marker) and name.removesuffix(marker) in is_folder)
        ]

    def _may_be_strange(self, name: str) -> bool:
        return not self._patterns.match(name) and is_printable(name) and described_by(name) is None

    def _strangers(self, place: Place, pair: Pair, known: frozenset[Place]) -> Iterator[Stranger]:
        """One thing without a row; or the files in it that have none, where each is a message by itself."""
        status = self._reach.look(place)
        if status is None:
            return
        if not stat.S_ISDIR(status.st_mode):
            yield _stranger(place, pair, identity_of(status))
            return
        inside = self.inside(place)
        if not self._limits.splits:
            files = tuple(File(name=name, size=identity.size) for name, identity in inside.items())
            yield Stranger(place=place, pair=pair, name=name_of(place), files=files, is_folder=True)
            return
        for name, identity in inside.items():
            if within(place, name) not in known and self._may_be_strange(name):
                yield _stranger(within(place, name), pair, identity, batch=name_of(place))


def _stranger(place: Place, pair: Pair, identity: Identity, *, batch: str | None = None) -> Stranger:
    file = File(name=name_of(place), size=identity.size)
    return Stranger(place=place, pair=pair, name=file.name, files=(file,), batch=batch)


def _read_small(name: str, *, dir_fd: int) -> bytes:
    with os.fdopen(open_file(name, dir_fd=dir_fd), "rb") as stream:
        content = stream.read(STATUS_FILE_BYTES + 1)
    return content if len(content) <= STATUS_FILE_BYTES else b""
