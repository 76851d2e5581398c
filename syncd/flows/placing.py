"""Bring files to the place of their state: the status file first, then the rename.

The database decides, the folder follows. Every move is safe to repeat: after a crash the row still says
where the file was and where it has to be.
"""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from syncd.core import events as ev
from syncd.core import status_file
from syncd.core.layout import parent
from syncd.core.machine import may
from syncd.core.model import Folder, Message, Place, State
from syncd.core.naming import status_name
from syncd.errors import FileGone, FolderError, NameTaken
from syncd.flows.bridge import Bridge, Step

log = structlog.get_logger(__name__)

FOLDER_OF = {State.SENT: Folder.SENT, State.FAILED: Folder.FAILED, State.HELD: Folder.HELD}
MOST_NAMES = 20


def place_for(bridge: Bridge, row: Message, folder: Folder) -> Place | None:
    """A free place for the row's file in the folder of a state; None when a person took the file."""
    if row.place is None or row.progress.file_gone:
        return row.place
    return _free(bridge, row, folder)


def _free(bridge: Bridge, row: Message, folder: Folder) -> Place:
    """What was dropped in a folder with others stays in a folder of that name."""
    now = bridge.local_now()
    return bridge.outbox.free_place(folder, row.pair, row.name, now=now, batch=row.batch)


def settle(bridge: Bridge, rows: Sequence[Message]) -> None:
    """Move what is not yet where its row says, then note all finished moves in one transaction.

    A file that a person took away is noted once. Trouble with one file never stops the next.
    """
    steps: list[Step] = []
    for row in rows:
        try:
            steps.extend(_settle_one(bridge, row))
        except FolderError as error:
            log.warning("file.not_moved", message=row.id, place=row.place, error=str(error))
    bridge.record(steps)


def _settle_one(bridge: Bridge, row: Message) -> list[Step]:
    if row.place is None:
        return []
    if row.progress.file_gone:
        return _settle_without(bridge, row)
    if row.moving_from is None or row.moving_from == row.place:
        write_status(bridge, row)
        return [(row, ev.Moved())] if row.moving_from else []
    steps = _follow(bridge, row, row.moving_from, row.place)
    if row.batch is not None:
        bridge.outbox.close_folder(parent(row.moving_from), to=parent(row.place))
    return steps


def _settle_without(bridge: Bridge, row: Message) -> list[Step]:
    """The file was taken away before: only its status file follows, and what it said elsewhere goes.

    Its old place may be another's by now: a status file that tells of another stays.
    """
    write_status(bridge, row)
    old = row.moving_from
    if old is None:
        return []
    told = bridge.outbox.read_status(Place(status_name(old))) if old != row.place else None
    if told is not None and told.get("id") == row.id:
        bridge.outbox.write_status(old, None)
    return [(row, ev.Moved())]


def _follow(bridge: Bridge, row: Message, source: Place, place: Place) -> list[Step]:
    try:
        write_status(bridge, row)
        bridge.outbox.move(source, place)
    except FileGone:
        if bridge.outbox.identity(source) is not None:
            raise  # it is a folder that went, in this very moment
        if bridge.outbox.identity(place) is None:
            bridge.tree.check()  # where the whole root is gone, nothing is concluded
            bridge.outbox.write_status(source, None)
            return [(row, ev.TakenAway())] if may(row, ev.TakenAway) else []
    except NameTaken:
        return _settle_elsewhere(bridge, row)
    bridge.outbox.write_status(source, None)
    return [(row, ev.Moved())]


def _settle_elsewhere(bridge: Bridge, row: Message) -> list[Step]:
    """Another file stands at the place: choose a name anew, note it, and move there."""
    if row.moving_from is None or bridge.outbox.identity(row.moving_from) is None:
        return [(row, ev.Moved())]
    folder = FOLDER_OF.get(row.state, Folder.QUEUED)
    for _ in range(MOST_NAMES):
        place = _free(bridge, row, folder)
        row = bridge.record_one(row, ev.Rehoused(place=place))
        try:
            write_status(bridge, row)
            bridge.outbox.move(row.moving_from or place, place)
        except NameTaken:
            continue
        return [(row, ev.Moved())]
    raise FolderError(f"no free name for {row.name} in {folder}/", "Clear the folder.")


def write_status(bridge: Bridge, row: Message) -> None:
    """Write or renew the status file of a message in sent/, failed/ or held/.

    Raises: FolderError, DiskFull too: a file does not go where its status file cannot.
    """
    if row.place is not None and row.state in FOLDER_OF:
        bridge.outbox.write_status(row.place, status_file.render(row))


def record_and_settle(bridge: Bridge, steps: Sequence[Step]) -> list[Message]:
    """Record events of outbound messages in one transaction, then let their files follow."""
    rows = bridge.record(steps)
    settle(bridge, [row for row in rows if row.moving_from or row.state in FOLDER_OF])
    return rows
