"""An outbox in memory. It knows settling, open writers, empty files, limits and pairs; no links or leases."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta, tzinfo

from syncd.core.layout import PRIVATE, name_of, within
from syncd.core.limits import Limits, too_many_together
from syncd.core.model import File, Folder, Identity, Message, Pair, Place
from syncd.core.naming import (
    STATUS_SUFFIX,
    IgnorePatterns,
    described_by,
    is_junk,
    numbered,
    status_name,
)
from syncd.core.shown import Dropped, NotTaken, Outlook
from syncd.core.status_file import is_ours
from syncd.errors import FileChanged, FileGone, NameTaken
from syncd.ports.folders import Stranger
from syncd.ports.surroundings import Clock
from tests.fakes.disk import FakeFile, FakeNames
from tests.fakes.tree import FakeTree

_COPIES = within(PRIVATE, "copies")


class FakeOutbox:
    """Scans and moves on the fake disk of its tree."""

    def __init__(
        self, tree: FakeTree, *, clock: Clock, zone: tzinfo, files_per_message: int, bytes_per_message: int
    ) -> None:
        self._tree = tree
        self._disk = tree.disk
        self._clock = clock
        self._zone = zone
        self._limits = Limits(files=files_per_message, bytes=bytes_per_message)
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
            identity = self.identity(place)
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
        inside = self._inside(place) if is_folder else {name: self._disk.files[place]}
        described = described_by(name)
        if described is not None:
            alone = not self._disk.exists(place.removesuffix(STATUS_SUFFIX))  # type: ignore[arg-type]
            return NotTaken(place=place, reason="a status file without its file") if alone else None
        if glob := next(filter(None, map(self._patterns.which, (name, *inside))), ""):
            return NotTaken(place=place, reason=f"its name matches the ignore pattern {glob}")
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
        identity = self.identity(place)
        assert identity is not None
        status = Place(status_name(place))
        return Dropped(
            place=place,
            name=name_of(place),
            pair=found.pair,
            is_folder=is_folder,
            identity=identity,
            files=files,
            refusal=found.reason or self._refusal(files, is_folder=is_folder),
            status_place=status if status in self._disk.files else None,
        )

    def _refusal(self, files: tuple[File, ...], *, is_folder: bool) -> str | None:
        if is_folder and self._limits.splits:
            return too_many_together(len(files))
        return self._limits.objection(files)

    def free_place(
        self, folder: Folder, pair: Pair, name: str, *, now: datetime, batch: str | None = None
    ) -> Place:
        pair_folder = self._tree.book.folder(pair)
        around = self._tree.layout.dated(folder, pair_folder, now=now, zone=self._zone)
        if batch is not None:
            candidates = (batch, *(numbered(batch, number) for number in range(2, 100)))
            free = (within(around, name) for name in candidates)
            around = next(place for place in free if place not in self._disk.files)
        return self._names.choose(around, name, beside=(STATUS_SUFFIX,))

    def keep_free(self, places: Iterable[Place]) -> None:
        self._names.kept = frozenset(places)

    def identity(self, place: Place) -> Identity | None:
        inside = self.inside(place)
        if place in self._disk.files or not inside:
            return self._disk.identity(place)
        size, newest = sum(i.size for i in inside.values()), max(i.mtime_ns for i in inside.values())
        return Identity(device=1, inode=min(i.inode for i in inside.values()), size=size, mtime_ns=newest)

    def inside(self, folder: Place) -> Mapping[str, Identity]:
        found: dict[str, Identity] = {}
        for name in self._inside(folder):
            identity = self._disk.identity(within(folder, name))
            assert identity is not None
            found[name] = identity
        return found

    def _inside(self, folder: Place) -> dict[str, FakeFile]:
        """The files of a dropped folder, without junk and status files beside their files."""
        under = self._disk.under(folder)
        return {
            name: file
            for name, file in under.items()
            if not is_junk(name) and described_by(name) not in under
        }

    def close_folder(self, folder: Place, *, to: Place | None) -> None:
        standing = self._tree.layout.read(within(folder, "any"), friendly=self._tree.book.friendly)
        left = self._disk.under(folder)
        if to is None or standing is None or not standing.is_inside or not all(map(is_junk, left)):
            return
        for name in left:
            with contextlib.suppress(NameTaken):
                self._disk.move(within(folder, name), within(to, name))

    def together(self) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()

    def make_durable(self, source: Place, target: Place) -> None:
        """There is no disk that could forget."""

    def move(self, source: Place, target: Place) -> None:
        if Place(target.rpartition("/")[0]) in self._disk.files:
            raise NameTaken(f"{target}: a file has the name of its folder")
        self._disk.move(source, target)
        self._names.promised.discard(target)

    def copy(self, message: Message) -> Place:
        whole = dict(self.read(message))
        if {name: hashlib.sha256(content).hexdigest() for name, content in whole.items()} != {
            file.name: file.sha256 for file in message.files
        }:
            raise FileChanged(f"{message.place} is not what was sent")
        copy = self._names.choose(_COPIES, message.id)
        for name, content in whole.items():
            self._disk.write(within(copy, name) if message.is_folder else copy, content)
        return copy

    def clear_copies(self, known: frozenset[Place]) -> None:
        for place in list(self._disk.files):
            if place.startswith(f"{_COPIES}/") and not any(place.startswith(one) for one in known):
                self._disk.remove(place)

    def read(self, message: Message) -> tuple[tuple[str, bytes], ...]:
        place = message.place
        if place is None or not self._disk.exists(place):
            raise FileGone(f"{place} is not there")
        whole = {message.name: self._disk.files[place]} if not message.is_folder else self._inside(place)
        if any(file.writing for file in whole.values()):
            raise FileChanged(f"{place} is held open for writing")
        return tuple((name, file.content) for name, file in whole.items())

    def write_status(self, place: Place, content: bytes | None) -> None:
        beside = Place(status_name(place))
        if content is None:
            self._disk.remove(beside)
        elif Place(place.rpartition("/")[0]) in self._disk.files:
            raise NameTaken(f"{place}: a file has the name of its folder")
        else:
            self._disk.write(beside, content)

    def read_status(self, place: Place) -> Mapping[str, object] | None:
        file = self._disk.files.get(place)
        try:
            parsed = json.loads(file.content) if file else None
        except ValueError:
            return None
        return parsed if is_ours(parsed) else None

    def strangers(self, known: frozenset[Place]) -> Sequence[Stranger]:
        found: dict[Place, Stranger] = {}
        for place in sorted(self._disk.files):
            read = self._tree.layout.read(place, friendly=self._tree.book.friendly)
            if read is None or read.folder is not Folder.QUEUED or not read.rest or is_junk(name_of(place)):
                continue
            top = self._tree.layout.place(Folder.QUEUED, read.pair_folder, read.rest.split("/")[0])
            shown = place if self._limits.splits else top
            if known.isdisjoint({place, shown}) and described_by(name_of(place)) is None:
                pair = self._tree.book.lookup(read.pair_folder).pair
                found[shown] = self._stranger(shown, pair, batch=name_of(top) if shown != top else None)
        return list(found.values())

    def _stranger(self, place: Place, pair: Pair, *, batch: str | None) -> Stranger:
        is_folder = place not in self._disk.files
        inside = self._inside(place) if is_folder else {name_of(place): self._disk.files[place]}
        files = tuple(File(name=name, size=len(file.content)) for name, file in inside.items())
        return Stranger(
            place=place, pair=pair, name=name_of(place), files=files, is_folder=is_folder, batch=batch
        )
