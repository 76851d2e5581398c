"""What stands in the outboxes under a name, looked for as the person who asks and without a daemon."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from syncd.core.account import Account
from syncd.core.layout import BY_PARTNER, Layout
from syncd.core.model import AUTO, Folder, Place
from syncd.core.naming import TEST_SUFFIX, described_by, is_junk


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Where was looked, what was found, and which folders could not be listed."""

    looked: tuple[Path, ...]
    found: tuple[Path, ...]
    closed: tuple[Path, ...]


def is_meant(path: Path, text: str) -> bool:
    """Whether a text means this path: all of it, its name, or its end."""
    wanted = Path(os.path.normpath(text))
    return path == wanted or (not wanted.is_absolute() and str(path).endswith(f"/{wanted}"))


def find_dropped(account: Account, text: str) -> Search:
    """Look through the outboxes of an account. Nothing is followed, opened or remembered.

    What is never a message is left out: pair folders, status files, what file browsers leave.
    """
    layout, friendly = Layout(account.layout), _friendly(account)
    tops = tuple(_outboxes(account))
    found: list[Path] = []
    closed: list[Path] = []
    for top in tops:
        for folder, folders, files in os.walk(top, onerror=lambda error: _note(error, closed)):
            for name in (*files, *folders):
                path = Path(folder, name)
                if not is_meant(path, text) or is_junk(name) or described_by(name) is not None:
                    continue
                place = Place(str(path.relative_to(account.root)))
                standing = layout.read(place, friendly=friendly)
                if name in files or (standing and standing.folder is Folder.OUTBOX and standing.rest):
                    found.append(path)
    return Search(looked=tops, found=tuple(sorted(set(found))), closed=tuple(closed))


def _friendly(account: Account) -> frozenset[str]:
    named = {table.rules.folder for table in account.partners if table.rules.folder}
    return frozenset(named | {name + TEST_SUFFIX for name in named} | {AUTO})


def _outboxes(account: Account) -> Iterator[Path]:
    if account.layout != BY_PARTNER:
        yield account.root / Folder.OUTBOX
        return
    friendly = _friendly(account)
    for first in _folders(account.root):
        if first.name in friendly:
            yield first / Folder.OUTBOX
            continue
        for second in _folders(first):
            yield second / Folder.OUTBOX


def _folders(top: Path) -> list[Path]:
    try:
        with os.scandir(top) as entries:
            names = [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
    except OSError:
        return []
    return [top / name for name in sorted(names) if name[0] not in ".~"]


def _note(error: OSError, closed: list[Path]) -> None:
    if not isinstance(error, FileNotFoundError):
        closed.append(Path(error.filename))
