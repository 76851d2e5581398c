"""Compares the disk with the database: what stands in queued/, sent/, failed/, held/ and `.syncd/`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from syncd.core.layout import PRIVATE, name_of, parent, within
from syncd.core.model import Folder, Message, MessageId, Phase, Place
from syncd.core.naming import IgnorePatterns, described_by, is_junk
from syncd.errors import FolderError
from syncd.operations.verifying_desk import Desk, Heal, Step, Suspect, of_message, of_place
from syncd.operations.verifying_outbound import LoneStatus
from syncd.operations.verifying_report import Finding, Kind
from syncd.ports.survey import Entry, Stand

WALKED = (Folder.QUEUED, Folder.SENT, Folder.FAILED, Folder.HELD)
STAGING = within(PRIVATE, "staging")
MOST_NAMESAKES = 1000

_DATED = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(slots=True)
class Known:
    """Where the files of all messages stand: hashes, since there may be millions of places."""

    places: set[int] = field(default_factory=set)
    folders: set[int] = field(default_factory=set)

    def note(self, row: Message) -> None:
        """Take the places of an outbound message in."""
        for place in (_place(row), row.moving_from):
            if place is not None:
                self.places.add(hash(place))
                self.folders.add(hash(parent(place)))


def walk(desk: Desk, known: Known) -> Iterator[Suspect]:
    """Everything that stands where only messages belong, and that no message knows. Raises: FolderError."""
    patterns = IgnorePatterns(desk.account.ignore)
    for folder in WALKED:
        stands = desk.survey.pair_folders(folder)
        yield from (Unlisted(place) for place, _ in stands.troubles)
        for stand in stands.folders:
            yield from _Walk(desk, known, patterns, folder, stand).suspects(stand.place)
    for name in desk.survey.entries(STAGING):
        yield Leftover(within(STAGING, name.name))
    for place in desk.survey.leftovers():
        yield Leftover(place)


@dataclass(frozen=True, slots=True)
class _Walk:
    """The walk through one pair folder."""

    desk: Desk
    known: Known
    patterns: IgnorePatterns
    folder: Folder
    stand: Stand

    def suspects(self, place: Place) -> Iterator[Suspect]:
        """What is unknown in a folder, and in those within that hold messages."""
        entries = self._entries(place)
        if entries is None:
            yield Unlisted(place)
            return
        names = {entry.name for entry in entries}
        for entry in entries:
            here = within(place, entry.name)
            if entry.is_folder and self._holds_messages(here, entry, is_top=place == self.stand.place):
                yield from self.suspects(here)
            elif not self._is_none(entry, names, is_top=place == self.stand.place):
                yield from self._judge(here, entry, names)

    def _entries(self, place: Place) -> Sequence[Entry] | None:
        try:
            return self.desk.survey.entries(place)
        except FolderError:
            return None

    def _holds_messages(self, place: Place, entry: Entry, *, is_top: bool) -> bool:
        """A folder of one day, or one that was dropped where each of its files is a message of its own."""
        if hash(place) in self.known.places or (is_top and self.stand.is_loose):
            return False
        is_day = is_top and self.folder is Folder.SENT and _DATED.fullmatch(entry.name)
        return bool(is_day) or hash(place) in self.known.folders

    def _is_none(self, entry: Entry, names: set[str], *, is_top: bool) -> bool:
        """What is no message: another pair's folder, what file browsers leave, a done marker."""
        if is_top and self.stand.is_loose and entry.is_folder:
            return True
        marker = self.stand.marker
        is_marker = marker and entry.name.endswith(marker) and entry.name.removesuffix(marker) in names
        return bool(is_marker) or is_junk(entry.name) or self.patterns.match(entry.name)

    def _judge(self, place: Place, entry: Entry, names: set[str]) -> Iterator[Suspect]:
        described = described_by(entry.name)
        if described is not None and not entry.is_folder:
            if described not in names:
                yield LoneStatus(place)
        elif hash(place) not in self.known.places:
            yield Unknown(place, is_folder=entry.is_folder, is_queued=self.folder is Folder.QUEUED)


@dataclass(frozen=True, slots=True)
class Unlisted:
    """A folder that cannot be read: the error says why."""

    place: Place
    heal: None = None

    def look(self, desk: Desk) -> Finding | None:
        """Try once more. Raises: FolderError."""
        desk.survey.entries(self.place)
        return None

    def repair(self, desk: Desk) -> Sequence[Step]:
        """Nothing that syncd could do."""
        del desk
        return ()


@dataclass(frozen=True, slots=True)
class Unknown:
    """A file or folder that no message has put there."""

    place: Place
    is_folder: bool
    is_queued: bool

    @property
    def heal(self) -> Heal | None:
        """What stands in queued/ is held; a person's own file elsewhere is left alone."""
        return Heal.STRANGERS if self.is_queued else None

    def look(self, desk: Desk) -> Finding | None:
        """Look once more: a message may have come here meanwhile."""
        if desk.outbox.identity(self.place) is None or self._is_known(desk):
            return None
        if self.is_folder and not desk.survey.entries(self.place):
            return None
        if self.is_queued:
            what = "it stands in queued/, but no message knows it: it is never sent by itself"
            remedy = "--repair moves it to held/, where `syncd resolve` decides."
            return of_place(desk, Kind.STRANGER, self.place, what, remedy, repair=True)
        what = "no message knows it: somebody put it there"
        remedy = "Leave it, or move it elsewhere: syncd does not touch it."
        return of_place(desk, Kind.FILE_UNKNOWN, self.place, what, remedy, is_note=True)

    def _is_known(self, desk: Desk) -> bool:
        rows = desk.records.find(name_of(self.place), account=desk.account.name, limit=MOST_NAMESAKES)
        return any(_stands_at(row, self.place) for row in rows)

    def repair(self, desk: Desk) -> Sequence[Step]:
        """Nothing more than what the flows did."""
        del desk
        return ()


def _stands_at(row: Message, place: Place) -> bool:
    return place in (row.moving_from, _place(row))


def _place(row: Message) -> Place | None:
    """Where its file stands: what retention removes may stand there still."""
    is_taken = row.progress.file_gone and not row.progress.pruned
    return None if is_taken else row.place


@dataclass(frozen=True, slots=True)
class Leftover:
    """Something in staging or scratch. What a message knows is its witness, and never removed."""

    place: Place
    heal: None = None

    def look(self, desk: Desk) -> Finding | None:
        """Look once more: a pass may have used it."""
        if desk.outbox.identity(self.place) is None:
            return None
        if parent(self.place) != STAGING:
            what = "it was left behind when something stopped halfway"
            return of_place(desk, Kind.SCRATCH, self.place, what, "--repair removes it.", repair=True)
        row = desk.records.get(MessageId(name_of(self.place)))
        if row is None:
            what = "it is in staging, but belongs to no message"
            return of_place(desk, Kind.STAGING_FOREIGN, self.place, what, "--repair removes it.", repair=True)
        if row.phase is Phase.STAGED and row.account == desk.account.name:
            return None
        what = f"it is in staging, but message {row.id} is {row.state} and not staged"
        remedy = "It does no harm; the next start of syncd clears it."
        return of_message(desk, Kind.STAGING_FOREIGN, row, what, remedy, place=self.place, repair=False)

    def repair(self, desk: Desk) -> Sequence[Step]:
        """Remove it, unless a message knows it by now."""
        found = self.look(desk)
        if found is not None and found.can_repair:
            desk.survey.remove(self.place)
        return ()
