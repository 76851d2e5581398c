"""A file system in memory: files by place, with inodes and times, and a switch for each kind of trouble."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from itertools import count

from syncd.core.layout import within
from syncd.core.model import Identity, Place
from syncd.core.naming import numbered, shortened
from syncd.errors import DiskFull, FileGone, NameTaken


@dataclass
class FakeFile:
    """One file; `writing` says that somebody has it open for writing."""

    content: bytes
    inode: int
    mtime_ns: int
    writing: bool = False


class FakeDisk:
    """Files by place; a folder is there as long as something is in it. `full` refuses to write."""

    def __init__(self) -> None:
        self.files: dict[Place, FakeFile] = {}
        self.full = False
        self._inodes = count(1)

    def write(self, place: Place, content: bytes) -> None:
        """Make or replace a file."""
        if self.full:
            raise DiskFull(f"{place}: no space left")
        inode = next(self._inodes)
        self.files[place] = FakeFile(content=content, inode=inode, mtime_ns=inode)

    def under(self, place: Place) -> dict[str, FakeFile]:
        """Every file below a folder, by its path within."""
        prefix = f"{place}/" if place else ""
        inside = {path: file for path, file in self.files.items() if path.startswith(prefix)}
        return {path.removeprefix(prefix): inside[path] for path in sorted(inside)}

    def exists(self, place: Place) -> bool:
        """Whether a file or a folder stands there."""
        return place in self.files or bool(self.under(place))

    def move(self, source: Place, target: Place) -> None:
        """Rename a file or folder, never over anything."""
        if not self.exists(source):
            raise FileGone(f"{source} is not there")
        if self.exists(target):
            raise NameTaken(f"{target} is taken")
        if source in self.files:
            self.files[target] = self.files.pop(source)
            return
        for name in self.under(source):
            self.files[within(target, name)] = self.files.pop(within(source, name))

    def remove(self, place: Place) -> None:
        """Remove a file or folder, if it is there."""
        self.files.pop(place, None)
        for name in self.under(place):
            del self.files[within(place, name)]

    def identity(self, place: Place) -> Identity | None:
        """The identity of a file, or of a folder by all that is in it."""
        file = self.files.get(place)
        inside = [file] if file else list(self.under(place).values())
        if not inside:
            return None
        size, newest = sum(len(f.content) for f in inside), max(f.mtime_ns for f in inside)
        return Identity(device=1, inode=inside[0].inode, size=size, mtime_ns=newest)


class FakeNames:
    """Free names on a fake disk, with promises."""

    def __init__(self, disk: FakeDisk) -> None:
        self._disk = disk
        self.promised: set[Place] = set()
        self.kept: frozenset[Place] = frozenset()

    def choose(self, folder: Place, name: str, *, beside: Collection[str] = ()) -> Place:
        """A name that is neither there nor promised, and promised from now on."""
        fitting = shortened(name)
        place = within(folder, fitting)
        for number in count(2):
            on_disk = any(self._disk.exists(Place(place + suffix)) for suffix in ("", *beside))
            if not on_disk and place not in self.promised | self.kept:
                break
            place = within(folder, numbered(fitting, number))
        self.promised.add(place)
        return place
