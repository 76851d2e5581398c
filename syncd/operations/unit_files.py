"""What systemd reads of a unit: its file and the drop-ins, put together as systemd.unit(5) says.

Only `[Service]` is kept. Paths are taken as they are written, specifiers of the system's folders included.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from syncd.errors import CannotAct

UNIT = "syncd.service"
UNIT_FOLDERS = tuple(
    Path(folder)
    for folder in (
        "/etc/systemd/system",
        "/run/systemd/system",
        "/usr/local/lib/systemd/system",
        "/usr/lib/systemd/system",
        "/lib/systemd/system",
    )
)
"""Where units stand; what comes first hides a file of the same name in the others."""

TRUE = {"1", "yes", "y", "true", "t", "on"}
_SPECIFIERS = {
    "%": "%",
    "C": "/var/cache",
    "E": "/etc",
    "L": "/var/log",
    "N": "syncd",
    "S": "/var/lib",
    "T": "/tmp",  # noqa: S108 - what %T means
    "V": "/var/tmp",  # noqa: S108 - what %V means
    "p": "syncd",
    "t": "/run",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """The settings of a service."""

    values: Mapping[str, tuple[str, ...]]
    """All that was assigned to a key since it was assigned nothing; a key never named is not in here."""

    def one(self, key: str, default: str = "") -> str:
        """The value that counts, of a key that has one."""
        assigned = self.values.get(key) or (default,)
        return assigned[-1]

    def is_on(self, key: str) -> bool:
        """Whether a truth is set; unset is no."""
        return self.one(key).lower() in TRUE

    def words(self, key: str) -> tuple[str, ...]:
        """All words of a key that is a list, without quotes and specifiers."""
        return tuple(_expanded(word) for value in self.values.get(key, ()) for word in _split(value))


def read_unit(folders: Sequence[Path] = UNIT_FOLDERS, name: str = UNIT) -> Unit | None:
    """The unit with its drop-ins; None when no folder has it. Raises: CannotAct."""
    file = next((folder / name for folder in folders if (folder / name).exists()), None)
    if file is None:
        return None
    drop_ins: dict[str, Path] = {}
    for folder in reversed(folders):
        drop_ins |= {each.name: each for each in (folder / f"{name}.d").glob("*.conf")}
    files = [file, *(drop_ins[key] for key in sorted(drop_ins))]
    try:
        return parse_unit(*(each.read_text(encoding="utf-8", errors="replace") for each in files))
    except OSError as error:
        what = f"{error.filename} cannot be read: {error.strerror}"
        raise CannotAct(what, "Run it as a user who may read the unit.") from error


def parse_unit(*texts: str) -> Unit:
    """The texts of a unit and its drop-ins, in the order in which they count."""
    values: dict[str, list[str]] = {}
    for text in texts:
        for key, value in _assignments(text):
            if value:
                values.setdefault(key, []).append(value)
            else:
                values[key] = []
    return Unit(values={key: tuple(assigned) for key, assigned in values.items()})


def _assignments(text: str) -> Iterator[tuple[str, str]]:
    section = ""
    for line in _lines(text):
        if line.startswith("["):
            section = line
        elif section == "[Service]":
            key, equals, value = line.partition("=")
            if equals:
                yield key.strip(), value.strip()


def _lines(text: str) -> Iterator[str]:
    """Whole lines: a backslash at the end goes on in the next one; comments are left out, also in between."""
    begun = ""
    for raw in text.splitlines():
        line = raw.strip()
        if line.startswith(("#", ";")):
            continue
        if line.endswith("\\"):
            begun += line[:-1] + " "
            continue
        if begun or line:
            yield begun + line
        begun = ""
    if begun:
        yield begun


def _split(value: str) -> list[str]:
    try:
        return shlex.split(value)
    except ValueError:  # a quote without its end
        return value.split()


def _expanded(word: str) -> str:
    return re.sub("%(.)", lambda found: _SPECIFIERS.get(found[1], found[0]), word)
