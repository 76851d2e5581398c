"""An outbox in memory. It knows settling, open writers, empty files, limits and pairs; no links or leases."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, tzinfo

from syncd.core.layout import name_of, within
from syncd.core.model import File, Folder, Identity, Message, Pair, Place
from syncd.core.naming import STATUS_SUFFIX, IgnorePatterns, described_by, status_name
from syncd.core.shown import Dropped, NotTaken, Outlook
from syncd.core.status_file import is_ours
from syncd.errors import FileChanged, FileGone
from syncd.ports.surroundings import Clock
from tests.fakes.disk import FakeNames
from tests.fakes.tree import FakeTree


class FakeOutbox:
    """Scans and moves on the fake disk of its tree."""

    def __init__(
        self, tree: FakeTree, *, clock: Clock, zone: tzinfo, files_per_message: int, bytes_per_message: int
    ) -> None:
        self._tree = tree
        self._disk = tree.disk
        self._clock = clock
        self._zone = zone
        self._most_files = files_per_message
        self._most_bytes = bytes_per_message
        self._names = FakeNames(tree.disk)
        self._patterns = IgnorePatterns(tree.account.ignore)
        self._seen: dict[Place, tuple[Identity | None, float]] = {}
        self._due: float | None = None

    def scan(self) -> Outlook:
        now = self._clock.monotonic()
        before, self._seen, self._due = self._seen, {}, None
        ready: list[Dropped] = []
        not_taken: list[NotTaken] = []
        for place, pair_folder in self._standing().items():
            identity = self._disk.identity(place)
            last, since = before.get(place, (None, now))
            self._seen[place] = (identity, since if last == identity else now)
            judged = self._judge(place, pair_folder, now - self._seen[place][1])
            if isinstance(judged, Dropped):
                ready.append(judged)
            elif judged is not None:
                not_taken.append(judged)
        ready.sort(key=lambda dropped: (dropped.identity.mtime_ns, dropped.name))
        return Outlook(ready=tuple(ready), not_taken=tuple(not_taken))

    def next_settled(self) -> timedelta | None:
        if self._due is None:
            return None
        return timedelta(seconds=max(0.0, self._due - self._clock.monotonic()))

    def _standing(self) -> dict[Place, str]:
        """Every message's place with its pair folder."""
        standing: dict[Place, str] = {}
        for place in self._disk.files:
            read = self._tree.layout.read(place, friendly=self._tree.book.friendly)
            if read is None or read.folder is not Folder.OUTBOX:
                continue
            if not read.rest:
                standing[place] = read.pair_folder.rpartition("/")[0]
                continue
            name = read.rest.split("/")[0]
            standing[self._tree.layout.place(Folder.OUTBOX, read.pair_folder, name)] = read.pair_folder
        return standing

    def _judge(self, place: Place, pair_folder: str, still: float) -> Dropped | NotTaken | None:
        name, settle = name_of(place), self._tree.account.settle.total_seconds()
        is_folder = place not in self._disk.files
        inside = self._disk.under(place) if is_folder else {name: self._disk.files[place]}
        described = described_by(name)
        if described is not None:
            alone = not self._disk.exists(place.removesuffix(STATUS_SUFFIX))  # type: ignore[arg-type]
            return NotTaken(place=place, reason="a status file without its file") if alone else None
        if any(self._patterns.match(part) for part in (name, *inside)):
            return NotTaken(place=place, reason="its name matches an ignore pattern")
        needed = 2 * settle if is_folder else settle
        if still < needed:
            due = self._clock.monotonic() + needed - still
            self._due = due if self._due is None else min(due, self._due)
            return NotTaken(place=place, reason="it is settling")
        if any(file.writing for file in inside.values()):
            return NotTaken(place=place, reason="it is held open for writing")
        files = tuple(File(name=inner, size=len(file.content)) for inner, file in inside.items())
        if any(file.size == 0 for file in files) and still < min(60.0, 10 * settle):
            return NotTaken(place=place, reason="it is empty, so far")
        return self._dropped(place, pair_folder, files, is_folder=is_folder)

    def _dropped(
        self, place: Place, pair_folder: str, files: tuple[File, ...], *, is_folder: bool
    ) -> Dropped | NotTaken:
        if self._tree.book.is_empty:
            return NotTaken(place=place, reason="the gateway's stations and partners are not known yet")
        found = self._tree.book.lookup(pair_folder)
        identity = self._disk.identity(place)
        assert identity is not None
        status = Place(status_name(place))
        return Dropped(
            place=place,
            name=name_of(place),
            pair=found.pair,
            is_folder=is_folder,
            identity=identity,
            files=files,
            refusal=found.reason or self._refusal(files),
            status_place=status if status in self._disk.files else None,
        )

    def _refusal(self, files: tuple[File, ...]) -> str | None:
        if any(file.size == 0 for file in files):
            return "it is empty"
        if len(files) > self._most_files > 1:
            return f"it has {len(files)} files"
        if sum(file.size for file in files) > self._most_bytes:
            return "it has too many bytes"
        return None

    def free_place(self, folder: Folder, pair: Pair, name: str, *, now: datetime) -> Place:
        pair_folder = self._tree.book.folder(pair)
        inside = self._tree.layout.dated(folder, pair_folder, now=now, zone=self._zone)
        return self._names.choose(inside, name, beside=(STATUS_SUFFIX,))

    def identity(self, place: Place) -> Identity | None:
        return self._disk.identity(place)

    def move(self, source: Place, target: Place) -> None:
        self._disk.move(source, target)
        self._names.promised.discard(target)

    def read(self, message: Message) -> tuple[tuple[str, bytes], ...]:
        place = message.place
        if place is None or not self._disk.exists(place):
            raise FileGone(f"{place} is not there")
        whole = {message.name: self._disk.files[place]} if not message.is_folder else self._disk.under(place)
        if any(file.writing for file in whole.values()):
            raise FileChanged(f"{place} is held open for writing")
        return tuple((name, file.content) for name, file in whole.items())

    def write_status(self, place: Place, content: bytes | None) -> None:
        beside = Place(status_name(place))
        if content is None:
            self._disk.remove(beside)
        else:
            self._disk.write(beside, content)

    def read_status(self, place: Place) -> Mapping[str, object] | None:
        file = self._disk.files.get(place)
        try:
            parsed = json.loads(file.content) if file else None
        except ValueError:
            return None
        return parsed if is_ours(parsed) else None

    def strangers(self, known: frozenset[Place]) -> Sequence[tuple[Place, Pair, str]]:
        found: list[tuple[Place, Pair, str]] = []
        for place in self._disk.files:
            read = self._tree.layout.read(place, friendly=self._tree.book.friendly)
            if read is None or read.folder is not Folder.QUEUED or not read.rest:
                continue
            name = read.rest.split("/")[0]
            standing = self._tree.layout.place(Folder.QUEUED, read.pair_folder, name)
            known_inside = not known.isdisjoint({place, standing})
            if not known_inside and described_by(name) is None:
                pair = self._tree.book.lookup(read.pair_folder).pair
                found.append((within(Place(standing.rpartition("/")[0]), name), pair, name))
        return sorted(set(found))
