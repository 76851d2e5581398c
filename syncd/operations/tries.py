"""The tries of a message, at a person's word: `stop`, `retry`, `resend` and `refetch`.

The gateway is told first and the row follows. A crash between leaves a stopped message that is still
tracked as tried, and ends as held; one that is tried again is found by the next `retry` or by its delivery.
"""

from __future__ import annotations

from syncd.core import events as ev
from syncd.core.machine import (
    ACCEPTED,
    CONFIRMED,
    FETCH_LATER,
    GONE,
    STOPPED,
    WAITING,
    spot,
)
from syncd.core.model import Direction, GatewayId, Message, State
from syncd.errors import NotThere, UsageError
from syncd.operations.actions import Desk, record
from syncd.operations.comes_next import comes_next, went


def stop(desk: Desk, row: Message, *, by: str) -> Message:
    """End the gateway's own tries of a message that it has accepted and not sent yet.

    Raises: UsageError when there is nothing to stop; GatewayError.
    """
    if spot(row) != ACCEPTED or row.message_id is None:
        raise UsageError(f"message {row.id} is {_how(row)}: the gateway does not try it", comes_next(row))
    if not desk.gateway.capabilities.can_retry:
        kind = desk.gateway.capabilities.kind
        raise UsageError(f"the tries of {kind} cannot be stopped", f"`syncd show {row.id}` tells its story.")
    try:
        desk.gateway.stop(row.message_id)
    except NotThere as error:
        what = f"message {row.id} is not in the gateway's queue: on its way to the partner, or settled there"
        raise UsageError(what, "The next look at the gateway tells: syncd once --only track") from error
    return record(desk, row, ev.Stopped(by=by))


def retry(desk: Desk, row: Message, *, by: str) -> Message:
    """Try again what was stopped at the gateway, or at once what waits here for its next try.

    Raises: UsageError when nothing waits; GatewayError.
    """
    if spot(row) == STOPPED and row.message_id is not None:
        return _restart(desk, row, row.message_id, by)
    if spot(row) in (WAITING, FETCH_LATER):
        return _hasten(desk, row, by)
    if row.direction is Direction.INBOUND and row.state is State.HELD:
        return _hasten(desk, row, by)
    raise UsageError(f"message {row.id} is {_how(row)}: it waits for no other try", comes_next(row))


def to_resend(row: Message) -> Message:
    """The message, if its file may be sent again as a new one. Raises: UsageError."""
    if row.direction is Direction.INBOUND or row.state not in (State.FAILED, State.SENT):
        raise UsageError(f"message {row.id} is {_how(row)}, not failed or sent", comes_next(row))
    gone = went(row)
    if row.state is State.FAILED and gone:
        raise UsageError(f"message {row.id} cannot be sent again: {gone}", comes_next(row))
    if row.state is State.SENT and not all(file.sha256 for file in row.files):
        what = f"message {row.id} was not sent by this syncd: it cannot tell whether its file is the same"
        raise UsageError(what, "To send it once more, copy its file from sent/ into outbox/.")
    if row.state is State.FAILED and row.progress.submitted_at is None:
        what = f"message {row.id} was refused before it was sent: {row.reason or 'it cannot be sent'}"
        raise UsageError(what, "Put that right, then move its file from failed/ back into outbox/.")
    return row


def to_refetch(row: Message) -> Message:
    """The message, if it may be fetched and delivered once more. Raises: UsageError."""
    if row.direction is Direction.OUTBOUND:
        raise UsageError(f"message {row.id} goes out: there is nothing to fetch", comes_next(row))
    if row.progress.deleted_at is not None:
        what = f"message {row.id} was deleted at the gateway: there is nothing to fetch"
        raise UsageError(what, "Ask the partner to send it once more.")
    if spot(row) in (CONFIRMED, GONE):
        return row
    if spot(row) == FETCH_LATER or row.state is State.HELD:
        what = f"message {row.id} is {_how(row)}: it was not delivered yet"
        raise UsageError(what, f"To fetch it now: `syncd retry {row.id}`.")
    what = f"message {row.id} is {_how(row)}: its delivery is under way"
    raise UsageError(what, "To finish it now: `syncd once --only pull`.")


def _restart(desk: Desk, row: Message, there: GatewayId, by: str) -> Message:
    """One that is not stopped at the gateway any more is followed again: what became of it shows itself."""
    note = ""
    try:
        desk.gateway.retry(there)
    except NotThere:
        note = "it was not among the stopped ones there"
    return record(desk, row, ev.Restarted(by=by, note=note))


def _hasten(desk: Desk, row: Message, by: str) -> Message:
    words = "to be fetched" if row.direction is Direction.INBOUND else "to be sent"
    event = ev.Remembered(progress=row.progress, next_at=desk.now, by=by, note=f"{words} now")
    return record(desk, row, event)


def _how(row: Message) -> str:
    return f"{row.state}, {row.phase}" if row.phase else str(row.state)
