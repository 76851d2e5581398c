"""What a unit sees of the disk: which folders are writable, read-only or hidden, and which setting says so.

As systemd.exec(5) and its namespace.c have it: of two settings the one for the deeper path counts, of two
for one path the stricter. Below what is made inaccessible nothing can be opened again; into what is
covered by an empty folder, only BindPaths= leads.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from syncd.operations.unit_files import TRUE, Unit

HOMES = (Path("/home"), Path("/root"), Path("/run/user"))
TEMPORARY = (Path("/tmp"), Path("/var/tmp"))  # noqa: S108 - the folders that PrivateTmp= is about
_SYSTEM = (Path("/usr"), Path("/boot"), Path("/efi"))
_SYSTEMS = {"yes": _SYSTEM, "full": (*_SYSTEM, Path("/etc")), "strict": (Path("/"),)}
_OWN = {
    "StateDirectory": "/var/lib",
    "RuntimeDirectory": "/run",
    "CacheDirectory": "/var/cache",
    "LogsDirectory": "/var/log",
}


class Access(IntEnum):
    """How a folder is seen; the stricter one is less."""

    CLOSED = 0
    BOUND = 1
    BOUND_READ_ONLY = 2
    COVERED = 3
    READ_ONLY = 4
    WRITABLE = 5


_HOME_ACCESS = {"yes": Access.CLOSED, "tmpfs": Access.COVERED, "read-only": Access.READ_ONLY}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """How a folder and all below it is seen, and the setting that says so."""

    path: Path
    access: Access
    directive: str = ""

    @property
    def is_writable(self) -> bool:
        """Whether the unit can write there."""
        return self.access in {Access.WRITABLE, Access.BOUND}

    @property
    def is_hidden(self) -> bool:
        """Whether the unit cannot even read what is there."""
        return self.access in {Access.CLOSED, Access.COVERED}


def look(unit: Unit, path: Path) -> Sight:
    """How the unit sees the path."""
    target = _real(path)
    above = [each for each in _sights(unit) if target.is_relative_to(each.path)]
    # The deepest counts, so it comes last; of several for one path the strictest.
    above.sort(key=lambda each: (len(each.path.parts), -each.access))
    seen = Sight(path=Path("/"), access=Access.WRITABLE)
    for each in above:
        is_bind = each.access in {Access.BOUND, Access.BOUND_READ_ONLY}
        leads_in = not seen.is_hidden or (is_bind and seen.access is Access.COVERED)
        if leads_in or each.access is Access.CLOSED:
            seen = each
    return seen


def _sights(unit: Unit) -> Iterator[Sight]:
    dynamic = unit.is_on("DynamicUser")
    yield from _protect_system(unit.one("ProtectSystem", "strict" if dynamic else "no"))
    yield from _protect_home(unit.one("ProtectHome", "read-only" if dynamic else "no"))
    if unit.is_on("PrivateTmp") or dynamic or unit.one("PrivateTmp") == "disconnected":
        yield from _of(TEMPORARY, Access.COVERED, f"PrivateTmp={unit.one('PrivateTmp', 'yes')}")
    for key, access in (
        ("InaccessiblePaths", Access.CLOSED),
        ("ReadOnlyPaths", Access.READ_ONLY),
        ("ReadWritePaths", Access.WRITABLE),
    ):
        yield from _of((_path(word) for word in unit.words(key)), access, f"{key}=")
    yield from _mounts(unit)
    for key, parent in _OWN.items():
        own = (Path(parent, word.split(":")[0]) for word in unit.words(key))
        yield from _of(own, Access.WRITABLE, f"{key}=")


def _protect_system(value: str) -> Iterator[Sight]:
    paths = _SYSTEMS.get("yes" if value.lower() in TRUE else value.lower(), ())
    return _of(paths, Access.READ_ONLY, f"ProtectSystem={value}")


def _protect_home(value: str) -> Iterator[Sight]:
    access = _HOME_ACCESS.get("yes" if value.lower() in TRUE else value.lower(), Access.WRITABLE)
    if access is not Access.WRITABLE:
        yield from _of(HOMES, access, f"ProtectHome={value}")


def _mounts(unit: Unit) -> Iterator[Sight]:
    for key, access in (("BindPaths", Access.BOUND), ("BindReadOnlyPaths", Access.BOUND_READ_ONLY)):
        yield from _of((_mount_point(word) for word in unit.words(key)), access, f"{key}=")
    covers = (_path(word.partition(":")[0]) for word in unit.words("TemporaryFileSystem"))
    yield from _of(covers, Access.COVERED, "TemporaryFileSystem=")


def _mount_point(word: str) -> Path:
    """Of SOURCE, SOURCE:TARGET or SOURCE:TARGET:OPTIONS."""
    source, _, rest = word.partition(":")
    return _path(rest.partition(":")[0] or source)


def _of(paths: Iterable[Path], access: Access, directive: str) -> Iterator[Sight]:
    for path in paths:
        yield Sight(path=_real(path), access=access, directive=directive)


def _path(word: str) -> Path:
    """The path without the marks for "may be missing" and "below RootDirectory="."""
    return Path(word.lstrip("-+"))


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))
