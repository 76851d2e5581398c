"""What a person does to a message: today, decide on a held one."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, tzinfo

from syncd.core import events as ev
from syncd.core.events import Event
from syncd.core.machine import advance, never_left, verdicts
from syncd.core.model import Answer, Direction, Folder, Message, MessageId, Place, State
from syncd.errors import NotFound, NotThere, UsageError
from syncd.operations.comes_next import comes_next
from syncd.ports import Change, Gateway, Inbox, Journal, Outbox, Records

SEEN_TO = "done"
"""What is said of a message that was sent, when a person has seen to its acknowledgement."""
FOLDER_AFTER = {"sent": Folder.SENT, "resend": Folder.QUEUED, "fail": Folder.FAILED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The doors that an action needs; `observe` is told of each committed change, as by the flows."""

    journal: Journal
    gateway: Gateway
    inbox: Inbox
    outbox: Outbox
    now: datetime
    zone: tzinfo
    observe: Callable[[Change], None]


def named(records: Records, message_id: MessageId) -> Message:
    """The message as it is now. Raises: NotFound."""
    row = records.get(message_id)
    if row is None:
        raise NotFound(f"there is no message {message_id}", "`syncd list` shows what there is.")
    return row


def held_message(records: Records, message_id: MessageId, verdict: str) -> Message:
    """The held message, if the verdict fits it; or one that was sent and whose documents were not accepted.

    Raises: NotFound; UsageError naming what fits.
    """
    row = named(records, message_id)
    if verdict == SEEN_TO and may_be_seen_to(row):
        return row
    if row.state is not State.HELD:
        raise UsageError(f"message {row.id} is {row.state}, not held", _what_fits(row))
    fitting = verdicts(row)
    if verdict not in fitting:
        words = " or ".join(f"`syncd resolve {row.id} {word}`" for word in fitting)
        what = f"{verdict} does not fit an {row.direction} message"
        if never_left(row):
            what = f"{verdict} does not fit message {row.id}: the gate holds it here, it was never sent"
        raise UsageError(what, f"Use {words}.")
    return row


def may_be_seen_to(row: Message) -> bool:
    """Whether documents in it were rejected, or are not acknowledged yet though that is waited for."""
    if row.state is not State.SENT:
        return False
    if row.acknowledged is None:
        return row.acknowledge_by is not None
    return row.acknowledged in {Answer.REJECTED, Answer.PARTLY}


def _what_fits(row: Message) -> str:
    if may_be_seen_to(row):
        return f"When you have seen to its acknowledgement: `syncd resolve {row.id} {SEEN_TO}`."
    if row.state is State.FAILED:
        return comes_next(row)
    return f"Nothing is to be decided: `syncd show {row.id}` tells how it stands."


def resolve(desk: Desk, row: Message, verdict: str, *, by: str) -> Message:
    """Carry out a person's decision and record who made it; the caller lets the file follow.

    An inbound message is confirmed at the gateway first, so that it does not come again.
    Raises: GatewayError; UsageError when the file is needed and not there.
    """
    if row.state is State.SENT:
        return record(desk, row, ev.Excused(by=by))
    if row.direction is Direction.INBOUND:
        return _settle_inbound(desk, row, by)
    place = _place_after(desk, row, verdict)
    return record(desk, row, ev.Resolved(verdict=verdict, place=place, by=by))


def _place_after(desk: Desk, row: Message, verdict: str) -> Place | None:
    there = row.place is not None and desk.outbox.identity(row.place) is not None
    if not there and verdict == "resend":
        raise UsageError(
            f"the file of message {row.id} was taken out of held/",
            f"Drop it into the outbox again instead, and settle this one: `syncd resolve {row.id} fail`.",
        )
    now = desk.now.astimezone(desk.zone)
    return desk.outbox.free_place(FOLDER_AFTER[verdict], row.pair, row.name, now=now, batch=row.batch)


def _settle_inbound(desk: Desk, row: Message, by: str) -> Message:
    if row.message_id is not None:
        with suppress(NotThere):  # it is gone there: nothing is left to confirm
            desk.gateway.confirm(row.message_id)
    after = record(desk, row, ev.Resolved(verdict="done", by=by), ev.Confirmed(answered_at=desk.now))
    desk.inbox.write_alone(row.pair, row.id, None)
    desk.inbox.discard(row.id)
    return after


def record(desk: Desk, row: Message, *events: Event) -> Message:
    """Advance the message and store that, in one transaction, then tell it; returns it as it is after."""
    changes: list[Change] = []
    for event in events:
        before, row = row, advance(row, event, now=desk.now)
        changes.append(Change(event=event, after=row, before=before))
    desk.journal.write(changes)
    for change in changes:
        desk.observe(change)
    return row
