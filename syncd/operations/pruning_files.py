"""What stands at the place of a message: its own file, nothing, or another's."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from itertools import islice

from syncd.core.layout import name_of, within
from syncd.core.model import Identity, Message, Place
from syncd.core.naming import described_by, is_junk
from syncd.errors import FolderError, RootUnusable
from syncd.operations.pruning_desk import Desk

MOST_NAMESAKES = 1000
MOST_STRANGERS = 20
"""Of one folder; `syncd verify` names them all."""


class There(Enum):
    """What stands there."""

    OURS = "the message's own file"
    NOTHING = "nothing of the message"
    ANOTHER = "something else"


def judge(desk: Desk, row: Message) -> There:
    """Look at a row's place. Raises: FolderError."""
    if row.place is None or (row.progress.file_gone and not row.progress.pruned):
        return There.NOTHING
    there = desk.outbox.identity(row.place)
    if there is None:
        return There.NOTHING
    if row.progress.pruned and row.is_folder and _is_left(there, row.progress.identity):
        return There.OURS
    if there.is_as(row.progress.identity) or _has_its_bytes(desk, row, row.place, there):
        return There.OURS
    return There.ANOTHER


def is_taken(desk: Desk, row: Message) -> bool:
    """Whether a person took the file away; what stands there is not looked at. Raises: RootUnusable."""
    if row.place is None or row.progress.pruned:
        return False
    try:
        return row.progress.file_gone or desk.outbox.identity(row.place) is None
    except RootUnusable:
        raise
    except FolderError:
        return False


def _is_left(there: Identity, claimed: Identity | None) -> bool:
    """A folder of ours of which some files were removed already."""
    return claimed is not None and there.inode == claimed.inode


def _has_its_bytes(desk: Desk, row: Message, place: Place, there: Identity) -> bool:
    """As after a restored backup: another inode, and the very same content."""
    if there.size != row.size or not row.files or not all(file.sha256 for file in row.files):
        return False
    if not row.is_folder:
        return desk.survey.digest(place) == row.files[0].sha256
    if {file.name for file in row.files} != set(desk.outbox.inside(place)):
        return False
    return all(desk.survey.digest(within(place, file.name)) == file.sha256 for file in row.files)


def strangers(desk: Desk, folder: Place) -> Sequence[Place]:
    """What stands in a folder of messages and belongs to none. Raises: FolderError."""
    names = {entry.name for entry in desk.survey.entries(folder)}
    wanted = [name for name in sorted(names) if not is_junk(name) and described_by(name) not in names]
    unknown = (within(folder, name) for name in wanted if not _is_known(desk, within(folder, name)))
    return list(islice(unknown, MOST_STRANGERS))


def _is_known(desk: Desk, place: Place) -> bool:
    rows = desk.records.find(name_of(place), account=desk.account.name, limit=MOST_NAMESAKES)
    return any(row.place == place for row in rows)
