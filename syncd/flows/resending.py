"""Send a failed file again: it is claimed where it stands in `failed/`, as a new message linked to the old.

The row comes first, then the rename into `queued/`, as with a dropped file: the next pass finishes it
after a crash.
"""

from __future__ import annotations

from dataclasses import replace

from syncd.core import events as ev
from syncd.core.model import Folder, Message
from syncd.core.shown import Dropped
from syncd.errors import FolderError, UsageError
from syncd.flows.bridge import Bridge
from syncd.flows.claiming import keep_free, take
from syncd.flows.drafting import complain, draft


def resend(bridge: Bridge, old: Message, *, by: str) -> Message:
    """Claim the file of a failed message anew; returns the new message.

    Raises: UsageError when the file is not there any more; FolderError.
    """
    bridge.tree.check()
    identity = bridge.outbox.identity(old.place) if old.place and old.moving_from is None else None
    if old.place is None or identity is None:
        raise UsageError(
            f"the file of message {old.id} is not in failed/", "Drop it into the outbox again instead."
        )
    keep_free(bridge)
    found = Dropped(
        place=old.place,
        name=old.name,
        pair=old.pair,
        is_folder=old.is_folder,
        identity=identity,
        files=tuple(replace(file, sha256=None) for file in old.files),
    )
    place = bridge.outbox.free_place(Folder.QUEUED, old.pair, old.name, now=bridge.local_now())
    wanted = draft(bridge, found, old, place)
    (row,) = bridge.open([replace(wanted, event=replace(wanted.event, by=by))])
    try:
        moved = take(bridge, row)
    except FolderError as error:
        complain(bridge, row, error)
        return row
    if isinstance(moved, ev.Withdrawn):
        return bridge.record_one(row, moved)
    gone = ev.TakenAway(note=f"it is sent again as {row.id}", by=by)
    after, _ = bridge.record([(moved, ev.Moved()), (old, gone)])
    return after
