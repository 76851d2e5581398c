"""The row of a dropped file, as it is before anything is renamed, and what a status file says of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import structlog

from syncd.core import events as ev
from syncd.core.layout import parent
from syncd.core.model import (
    Direction,
    File,
    Message,
    MessageId,
    Phase,
    Place,
    Progress,
    State,
)
from syncd.core.naming import described_by
from syncd.core.shown import Dropped
from syncd.errors import DiskFull, FolderError, RootUnusable
from syncd.flows.bridge import Bridge, Trouble
from syncd.ports import Draft

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What became of a scan: messages that may be sent now, and ids whose file could not be renamed."""

    taken: tuple[Message, ...] = ()
    stuck: frozenset[MessageId] = frozenset()


def draft(
    bridge: Bridge, dropped: Dropped, old: Message | None, place: Place, *, batch: str | None = None
) -> Draft:
    """The claim of a dropped file that goes to `place`; `old` is the message that it was before."""
    now = bridge.clock.now()
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
        batch=batch,
        files=_original_names(dropped, old),
        place=place,
        moving_from=dropped.place,
        created=now,
        updated=now,
        resend_of=old.id if old else None,
        progress=Progress(identity=dropped.identity),
    )
    return Draft(event=ev.Claimed(note=f"a resend of {old.id}" if old else ""), message=row)


def _original_name(dropped: Dropped, old: Message | None) -> str:
    return old.name if old and old.is_folder == dropped.is_folder else dropped.name


def _original_names(dropped: Dropped, old: Message | None) -> tuple[File, ...]:
    """A file put back under the name that it had in `failed/` still goes out under its first one."""
    if old is None or dropped.is_folder or old.is_folder or len(old.files) != 1:
        return dropped.files
    return (replace(dropped.files[0], name=old.files[0].name),)


def told_by(bridge: Bridge, status_place: Place | None) -> Message | None:
    """The message that a status file, dropped with its file, tells of; only if it is one of ours."""
    if status_place is None:
        return None
    try:
        words: Mapping[str, object] | None = bridge.outbox.read_status(status_place)
    except FolderError as error:
        log.warning("status_file.not_read", place=status_place, error=str(error))
        return None
    old = bridge.records.get(MessageId(str(words.get("id")))) if words else None
    ours = old is not None and old.account == bridge.account.name and old.direction is Direction.OUTBOUND
    return old if ours else None


def take_status_along(bridge: Bridge, status_place: Place | None) -> None:
    """A status file that came back with its file has done its work."""
    described = described_by(status_place) if status_place else None
    if described is None:
        return
    try:
        bridge.outbox.write_status(Place(described), None)
    except FolderError as error:
        log.warning("status_file.not_removed", place=status_place, error=str(error))


def complain(bridge: Bridge, row: Message, error: FolderError) -> None:
    """What cannot be renamed stops nothing else; it is tried again by the next pass.

    Raises: RootUnusable, DiskFull: nothing else could be renamed either.
    """
    if isinstance(error, (RootUnusable, DiskFull)):
        raise error
    place = parent(row.moving_from) if row.batch and row.moving_from else row.moving_from
    what = f"{place} cannot be taken over: {error.what}"
    name = bridge.account.name
    bridge.complain(Trouble(account=name, job="send", what=what, remedy=error.remedy, needs_person=True))
