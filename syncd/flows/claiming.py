"""Take dropped files over: a row first, then the rename into `queued/`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import structlog

from syncd.core import events as ev
from syncd.core.model import (
    Direction,
    File,
    Folder,
    Message,
    MessageId,
    Phase,
    Place,
    Progress,
    State,
)
from syncd.core.shown import Dropped, Outlook
from syncd.errors import DiskFull, FileGone, FolderError, NameTaken, RootUnusable
from syncd.flows.bridge import Bridge, Step, Trouble
from syncd.flows.placing import settle
from syncd.ports import Draft

log = structlog.get_logger(__name__)

TOGETHER = 100
"""Files whose rows are written in one transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What became of a scan: messages that may be sent now, and ids whose file could not be renamed."""

    taken: tuple[Message, ...] = ()
    stuck: frozenset[MessageId] = frozenset()


def claim_all(bridge: Bridge, outlook: Outlook) -> Claims:
    """Claim everything that is ready, oldest first.

    What is refused here, because it is local and certain, ends in `failed/` with its reason. A file whose
    claim is not finished yet is passed over.
    """
    moving = {row.moving_from for row in bridge.records.moving(bridge.account.name)}
    ready = [drop for drop in outlook.ready if drop.place not in moving]
    refused = [drop for drop in ready if drop.refusal is not None]
    wanted = [drop for drop in ready if drop.refusal is None]
    taken: list[Message] = []
    stuck: list[MessageId] = []
    for start in range(0, len(refused), TOGETHER):
        _refuse(bridge, refused[start : start + TOGETHER])
    for start in range(0, len(wanted), TOGETHER):
        claims = _claim(bridge, wanted[start : start + TOGETHER])
        taken.extend(claims.taken)
        stuck.extend(claims.stuck)
    return Claims(taken=tuple(taken), stuck=frozenset(stuck))


def _refuse(bridge: Bridge, dropped: Sequence[Dropped]) -> None:
    """Straight to `failed/`: the row says so before the file moves, so a crash sends nothing."""
    drafts = [_refused(bridge, drop) for drop in dropped]
    settle(bridge, bridge.open(drafts))
    for drop in dropped:
        _take_status_along(bridge, drop.status_place)


def _refused(bridge: Bridge, drop: Dropped) -> Draft:
    claimed = _draft(bridge, drop, None, Folder.FAILED).message
    reason = drop.refusal or "refused"
    row = replace(claimed, state=State.FAILED, phase=None, reason=reason, settled_at=claimed.created)
    return Draft(event=ev.Refused(reason=reason, place=row.place), message=row)


def _claim(bridge: Bridge, dropped: Sequence[Dropped]) -> Claims:
    returned = {drop.place: _status_of(bridge, drop) for drop in dropped if drop.status_place}
    rows = bridge.open([_draft(bridge, drop, returned.get(drop.place), Folder.QUEUED) for drop in dropped])
    steps: list[Step] = []
    taken: list[Message] = []
    stuck: list[MessageId] = []
    for row, drop in zip(rows, dropped, strict=True):
        try:
            moved = take(bridge, row)
        except FolderError as error:
            stuck.append(row.id)
            complain(bridge, row, error)
            continue
        if isinstance(moved, ev.Withdrawn):
            steps.append((row, moved))
            continue
        taken.append(moved)
        _take_status_along(bridge, drop.status_place)
    bridge.record(steps)
    return Claims(taken=tuple(taken), stuck=frozenset(stuck))


def complain(bridge: Bridge, row: Message, error: FolderError) -> None:
    """One file that cannot be renamed stops nothing else; it is tried again by the next pass.

    Raises: RootUnusable, DiskFull: nothing else could be renamed either.
    """
    if isinstance(error, (RootUnusable, DiskFull)):
        raise error
    what = f"{row.moving_from} cannot be taken over: {error.what}"
    name = bridge.account.name
    bridge.complain(Trouble(account=name, job="send", what=what, remedy=error.remedy, needs_person=True))


def _take_status_along(bridge: Bridge, status_place: Place | None) -> None:
    """A status file that came back with its file has done its work."""
    if status_place is None:
        return
    try:
        bridge.outbox.write_status(Place(status_place.removesuffix(".syncd.json")), None)
    except FolderError as error:
        log.warning("status_file.not_removed", place=status_place, error=str(error))


def take(bridge: Bridge, row: Message) -> Message | ev.Withdrawn:
    """Rename a claimed file into its place in `queued/`; safe to repeat. The row in hand then says so.

    Raises: FolderError.
    """
    if row.place is None or row.moving_from is None:
        return row
    try:
        bridge.outbox.move(row.moving_from, row.place)
    except FileGone:
        if bridge.outbox.identity(row.place) is None:
            bridge.tree.check()  # where the whole root is gone, nothing is concluded
            return ev.Withdrawn(reason="taken out of the outbox as it was being claimed")
    except NameTaken:
        place = bridge.outbox.free_place(Folder.QUEUED, row.pair, row.name, now=bridge.local_now())
        return take(bridge, bridge.record_one(row, ev.Rehoused(place=place)))
    return replace(row, moving_from=None)


def _draft(bridge: Bridge, dropped: Dropped, old: Message | None, folder: Folder) -> Draft:
    now = bridge.clock.now()
    files = _original_names(dropped, old)
    row = Message(
        id=MessageId(""),
        account=bridge.account.name,
        gateway=bridge.account.gateway,
        direction=Direction.OUTBOUND,
        state=State.QUEUED,
        phase=Phase.CLAIMED,
        pair=dropped.pair,
        name=_original_name(dropped, old),
        is_folder=dropped.is_folder,
        files=files,
        place=bridge.outbox.free_place(folder, dropped.pair, dropped.name, now=bridge.local_now()),
        moving_from=dropped.place,
        created=now,
        updated=now,
        resend_of=old.id if old else None,
        progress=Progress(identity=dropped.identity),
    )
    return Draft(event=ev.Claimed(note=f"a resend of {old.id}" if old else ""), message=row)


def _status_of(bridge: Bridge, dropped: Dropped) -> Message | None:
    """The message that a status file, dropped with its file, tells of; only if it is one of ours."""
    if dropped.status_place is None:
        return None
    try:
        words: Mapping[str, object] | None = bridge.outbox.read_status(dropped.status_place)
    except FolderError as error:
        log.warning("status_file.not_read", place=dropped.status_place, error=str(error))
        return None
    old = bridge.records.get(MessageId(str(words.get("id")))) if words else None
    ours = old is not None and old.account == bridge.account.name and old.direction is Direction.OUTBOUND
    return old if ours else None


def _original_name(dropped: Dropped, old: Message | None) -> str:
    return old.name if old and old.is_folder == dropped.is_folder else dropped.name


def _original_names(dropped: Dropped, old: Message | None) -> tuple[File, ...]:
    """A file put back under the name that it had in `failed/` still goes out under its first one."""
    if old is None or dropped.is_folder or len(old.files) != 1 or len(dropped.files) != 1:
        return dropped.files
    return (replace(dropped.files[0], name=old.files[0].name),)
