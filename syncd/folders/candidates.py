"""What one scan has before it: an open pair folder, and what in it may be taken."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from syncd.core.layout import within
from syncd.core.model import File, Identity, Place
from syncd.core.pairs import Found


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One open pair folder: its descriptor, its names, and what it stands for."""

    place: Place
    fd: int
    names: Collection[str]
    """All but those that are ignored."""
    found: Found
    marker: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A file or folder that may be taken."""

    look: Look
    name: str
    identity: Identity
    files: tuple[File, ...]
    is_folder: bool
    still: timedelta
    changed_ns: int
    """The newest ctime of its files."""

    @property
    def place(self) -> Place:
        """Where it stands."""
        return within(self.look.place, self.name)
