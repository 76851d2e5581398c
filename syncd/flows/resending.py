"""Send a file again: it is claimed as a new message linked to the old.

A failed one is claimed where it stands in `failed/`. The file of a sent one stays in `sent/`, and a copy of
it is claimed, which is durable before the row tells of it. The row comes first, then the rename into
`queued/`, as with a dropped file: the next pass finishes it after a crash. A copy without a row is removed.
"""

from __future__ import annotations

from dataclasses import replace

from syncd.core import events as ev
from syncd.core.layout import name_of
from syncd.core.model import Folder, Message, MessageId, Place, State
from syncd.core.shown import Dropped
from syncd.errors import DiskFull, FileChanged, FileGone, FolderError, UsageError
from syncd.flows.bridge import Bridge
from syncd.flows.claiming import places_in_use, take
from syncd.flows.drafting import complain, draft

MOST_NAMESAKES = 1000
DROP_IT = "Drop it into the outbox again instead."


def resend(bridge: Bridge, old: Message, *, by: str) -> Message:
    """Claim the file of a failed or sent message anew; returns the new message.

    Raises: UsageError when the file is not there any more, or is not what was sent; FolderError.
    """
    bridge.tree.check()
    if old.state is State.SENT:
        return _resend_sent(bridge, old, by)
    if old.place is None or old.moving_from is not None:
        raise _not_there(old)
    _need_own(bridge, old, old.place)
    row = _opened(bridge, old, old.place, by)
    moved = _taken(bridge, row)
    if moved.moving_from is None and moved.place is not None:
        bridge.record([(old, ev.TakenAway(resent_as=row.id, by=by))])
    return moved


def _need_own(bridge: Bridge, old: Message, place: Place) -> None:
    """What stands at its place is its own file, and nobody else's, who has the name or is about to take it.

    Raises: UsageError, which names the message that sends the file again.
    """
    rows = _namesakes(bridge, old, place)
    others = [row for row in rows if row.id != old.id and not row.progress.file_gone]
    taker = next((row for row in others if row.moving_from == place), None)
    if old.progress.file_gone or taker or any(row.place == place for row in others):
        newer = next((row for row in rows if row.resend_of == old.id), taker)
        raise _is_sent_as(old, newer) if newer else _not_there(old)


def _resend_sent(bridge: Bridge, old: Message, by: str) -> Message:
    copy = _copied(bridge, old)
    row = _opened(bridge, old, copy, by)
    bridge.record_one(old, ev.Remembered(progress=old.progress, note=_as(row), by=by))
    return _taken(bridge, row)


def _as(row: Message) -> str:
    return f"it is sent again as {row.id}"


def _copied(bridge: Bridge, old: Message) -> Place:
    least, root = bridge.account.min_free_bytes, bridge.account.root
    if bridge.tree.room() - old.size < least:
        raise DiskFull(f"the root {root} has less than min_free left: no copy is made", "Make room first.")
    if old.moving_from is not None or old.progress.file_gone:
        raise _not_there(old)
    try:
        return bridge.outbox.copy(old)
    except FileGone as error:
        raise _not_there(old) from error
    except FileChanged as error:
        remedy = "If it is right as it is, drop a copy of it into the outbox: that is a message of its own."
        raise UsageError(f"message {old.id} is not sent again: {error.what}", remedy) from error


def _opened(bridge: Bridge, old: Message, stands: Place, by: str) -> Message:
    """The row of the new message, whose file stands there and goes to `queued/`."""
    identity = bridge.outbox.identity(stands)
    if identity is None:
        raise _not_there(old)
    bridge.outbox.keep_free(places_in_use(bridge))
    found = Dropped(
        place=stands,
        name=old.name,
        pair=old.pair,
        is_folder=old.is_folder,
        identity=identity,
        files=tuple(replace(file, sha256=None) for file in old.files),
    )
    place = bridge.outbox.free_place(Folder.QUEUED, old.pair, old.name, now=bridge.local_now())
    wanted = draft(bridge, found, old, place)
    (row,) = bridge.open([replace(wanted, event=replace(wanted.event, by=by))])
    return row


def _taken(bridge: Bridge, row: Message) -> Message:
    """The new message once its file is in `queued/`; as it was, if that is for the next pass."""
    try:
        moved = take(bridge, row)
    except FolderError as error:
        complain(bridge, row, error)
        return row
    if isinstance(moved, ev.Withdrawn):
        return bridge.record_one(row, moved)
    return bridge.record_one(moved, ev.Moved())


def _namesakes(bridge: Bridge, old: Message, place: Place) -> list[Message]:
    """What ever had the name that was dropped, or that in `failed/`."""
    found: list[Message] = []
    for name in sorted({old.name, name_of(place)}):
        found += bridge.records.find(name, account=old.account, limit=MOST_NAMESAKES)
    return found


def taken_by(bridge: Bridge, old: Message) -> MessageId | None:
    """The message that sends the file of a failed one again, newest first; None: a person has it."""
    rows = _namesakes(bridge, old, old.place) if old.place else []
    return next((row.id for row in rows if row.resend_of == old.id), None)


def _is_sent_as(old: Message, newer: Message) -> UsageError:
    what = f"message {old.id} is sent again as {newer.id} already"
    return UsageError(what, f"`syncd show {newer.id}` tells how that one stands.")


def _not_there(old: Message) -> UsageError:
    return UsageError(f"the file of message {old.id} is not in {old.state}/", DROP_IT)
