"""Take dropped files over: a row first, then the rename into `queued/`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

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
from syncd.errors import FileGone, FolderError, NameTaken
from syncd.flows.bridge import Bridge, Step
from syncd.flows.placing import place_for, record_and_settle
from syncd.ports import Draft

log = structlog.get_logger(__name__)

TOGETHER = 100
"""Files whose rows are written in one transaction."""


def claim_all(bridge: Bridge, outlook: Outlook) -> list[Message]:
    """Claim everything that is ready, oldest first; returns the messages that are still to be sent.

    What is refused here, because it is local and certain, ends in `failed/` with its reason.
    """
    claimed: list[Message] = []
    for start in range(0, len(outlook.ready), TOGETHER):
        claimed.extend(_claim(bridge, outlook.ready[start : start + TOGETHER]))
    return claimed


def _claim(bridge: Bridge, dropped: Sequence[Dropped]) -> list[Message]:
    returned = {d.place: _status_of(bridge, d) for d in dropped if d.status_place}
    drafts = [_draft(bridge, d, returned.get(d.place)) for d in dropped]
    rows = bridge.open(drafts)
    steps: list[Step] = []
    taken: list[Message] = []
    for row, drop in zip(rows, dropped, strict=True):
        moved = take(bridge, row, drop.status_place)
        if isinstance(moved, ev.Withdrawn):
            steps.append((row, moved))
        elif drop.refusal is not None:
            place = place_for(bridge, moved, Folder.FAILED)
            steps.append((moved, ev.Refused(reason=drop.refusal, place=place)))
        else:
            taken.append(moved)
    record_and_settle(bridge, steps)
    return taken


def take(bridge: Bridge, row: Message, status_place: Place | None = None) -> Message | ev.Withdrawn:
    """Rename a claimed file into its place in `queued/`; safe to repeat. The row in hand then says so."""
    if row.place is None or row.moving_from is None:
        return row
    try:
        bridge.outbox.move(row.moving_from, row.place)
    except FileGone:
        if bridge.outbox.identity(row.place) is None:
            return ev.Withdrawn(reason="taken out of the outbox as it was being claimed")
    except NameTaken:
        place = bridge.outbox.free_place(Folder.QUEUED, row.pair, row.name, now=bridge.local_now())
        return take(bridge, bridge.record_one(row, ev.Rehoused(place=place)), status_place)
    if status_place is not None:
        bridge.outbox.write_status(Place(status_place.removesuffix(".syncd.json")), None)
    return replace(row, moving_from=None)


def _draft(bridge: Bridge, dropped: Dropped, old: Message | None) -> Draft:
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
        place=bridge.outbox.free_place(Folder.QUEUED, dropped.pair, dropped.name, now=bridge.local_now()),
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
