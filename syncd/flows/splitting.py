"""A dropped folder that is as many messages as it has files: rows for all, one rename, then each for itself.

The rows are written in one transaction before the folder is renamed as a whole, so that what else lies in it
goes along. From then on each message has its file at a place of its own within the folder. What was put into
the folder after it was looked at goes back to the outbox: it has not been looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import structlog

from syncd.core import events as ev
from syncd.core.layout import name_of, parent, within
from syncd.core.model import File, Folder, Identity, Message, MessageId, Place
from syncd.core.naming import status_name
from syncd.core.shown import Dropped
from syncd.errors import FileGone, FolderError, NameTaken
from syncd.flows.bridge import Bridge, Step
from syncd.flows.drafting import Claims, complain, draft, take_status_along, told_by

log = structlog.get_logger(__name__)


def split(bridge: Bridge, dropped: Dropped) -> Claims:
    """Claim one dropped folder; nothing when it changed since the scan. Raises: RootUnusable, DiskFull."""
    found = bridge.outbox.inside(dropped.place)
    if not _is_as_scanned(dropped, found):
        return Claims()
    target = bridge.outbox.free_place(Folder.QUEUED, dropped.pair, dropped.name, now=bridge.local_now())
    whole = told_by(bridge, dropped.status_place)
    returned: list[str] = []
    drafts = []
    for name, identity in found.items():
        old = told_by(bridge, Place(status_name(within(dropped.place, name))))
        if old is not None:
            returned.append(name)
        place = within(target, name)
        drafts.append(draft(bridge, _part(dropped, name, identity), old or whole, place, batch=dropped.name))
    rows = bridge.open(drafts)
    try:
        taken = _take_together(bridge, rows)
    except FolderError as error:
        complain(bridge, rows[0], error)
        return Claims(stuck=frozenset(row.id for row in rows))
    _forget_status_files(bridge, dropped, taken, returned)
    return Claims(taken=tuple(taken))


def _is_as_scanned(dropped: Dropped, found: Mapping[str, Identity]) -> bool:
    """Whether a folder holds what the scan saw; else it has to keep still once more."""
    sizes = {name: identity.size for name, identity in found.items()}
    newest = max((identity.mtime_ns for identity in found.values()), default=None)
    return sizes == {file.name: file.size for file in dropped.files} and newest == dropped.identity.mtime_ns


def _part(dropped: Dropped, name: str, identity: Identity) -> Dropped:
    """One file of a dropped folder, as if it had been dropped alone."""
    return replace(
        dropped,
        place=within(dropped.place, name),
        name=name,
        is_folder=False,
        identity=identity,
        files=(File(name=name, size=identity.size),),
        status_place=None,
    )


def _take_together(bridge: Bridge, rows: Sequence[Message]) -> list[Message]:
    """Rename and note it; returns the messages that may be sent now. Raises: FolderError."""
    steps = _move_together(bridge, rows)
    moved = bridge.record(steps)
    return [row for row, (_, event) in zip(moved, steps, strict=True) if isinstance(event, ev.Moved)]


def _move_together(bridge: Bridge, rows: Sequence[Message]) -> list[Step]:
    """Rename the folder of these rows, once for all; safe to repeat. Raises: FolderError."""
    source, target = _way(rows[0])
    try:
        bridge.outbox.move(source, target)
    except FileGone:
        if bridge.outbox.identity(target) is None:
            return [(row, _withdrawn(bridge)) for row in rows]
        bridge.outbox.make_durable(source, target)
    except NameTaken:
        return _move_together(bridge, _rehoused(bridge, rows))
    _send_back(bridge, rows, source, target)
    return [(row, ev.Moved()) for row in rows]


def _way(row: Message) -> tuple[Place, Place]:
    """From which folder to which the file of a claimed row is on its way."""
    return parent(row.moving_from or Place("")), parent(row.place or Place(""))


def _withdrawn(bridge: Bridge) -> ev.Withdrawn:
    bridge.tree.check()  # where the whole root is gone, nothing is concluded
    return ev.Withdrawn(reason="taken out of the outbox as it was being claimed")


def _rehoused(bridge: Bridge, rows: Sequence[Message]) -> Sequence[Message]:
    """Another thing has the folder's name in `queued/`: all of them go to another folder."""
    first = rows[0]
    name = first.batch or name_of(_way(first)[0])
    target = bridge.outbox.free_place(Folder.QUEUED, first.pair, name, now=bridge.local_now())
    return bridge.record(
        [(row, ev.Rehoused(place=within(target, name_of(row.place or Place(""))))) for row in rows]
    )


def _send_back(bridge: Bridge, rows: Sequence[Message], source: Place, target: Place) -> None:
    """What has no row was put in after the folder was looked at: back to the outbox, to settle there."""
    known = {row.place for row in rows}
    for name in bridge.outbox.inside(target):
        if within(target, name) in known:
            continue
        try:
            bridge.outbox.move(within(target, name), within(source, name))
        except FolderError as error:
            log.warning("file.not_put_back", place=within(target, name), error=str(error))


def _forget_status_files(
    bridge: Bridge, dropped: Dropped, taken: Sequence[Message], returned: Iterable[str]
) -> None:
    if not taken:
        return
    target = parent(taken[0].place or Place(""))
    for name in returned:
        take_status_along(bridge, Place(status_name(within(target, name))))
    take_status_along(bridge, dropped.status_place)


# After a crash ------------------------------------------------------------------------------------


def finish_splits(bridge: Bridge, rows: Iterable[Message]) -> frozenset[MessageId]:
    """Finish the claims of folders; returns the messages whose folder cannot be renamed even now.

    Raises: RootUnusable, DiskFull.
    """
    together: dict[tuple[Place, Place], list[Message]] = {}
    for row in rows:
        together.setdefault(_way(row), []).append(row)
    stuck: set[MessageId] = set()
    for some in together.values():
        try:
            bridge.record(_finish(bridge, some))
        except FolderError as error:
            complain(bridge, some[0], error)
            stuck.update(row.id for row in some)
    return frozenset(stuck)


def _finish(bridge: Bridge, rows: Sequence[Message]) -> list[Step]:
    """Only the very files that were claimed are taken, not others of the same names."""
    outbox = bridge.outbox
    left = [row for row in rows if row.moving_from and _is_claimed(row, outbox.identity(row.moving_from))]
    waiting = {row.id for row in left}
    others = [row for row in rows if row.id not in waiting]
    there = {row.id for row in others if row.place and outbox.identity(row.place) is not None}
    if there:
        outbox.make_durable(*_way(rows[0]))
    steps: list[Step] = [(row, ev.Moved() if row.id in there else _withdrawn(bridge)) for row in others]
    return steps + (_move_together(bridge, left) if left else [])


def _is_claimed(row: Message, there: Identity | None) -> bool:
    return there is not None and there.is_as(row.progress.identity)
