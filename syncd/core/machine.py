"""One table of legal moves.

Rule 1: a message changes by an event, and by nothing else.
Rule 2: the table below says in which state and phase an event may happen and where it leads; an event
that is not in the row of its message raises `IllegalMove` and changes nothing.

What an event carries besides (files, reasons, times) is applied by `changes`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from syncd.core import events as ev
from syncd.core.changes import APPLY
from syncd.core.model import Answer, Direction, MdnStatus, Message, Phase, State


class IllegalMove(Exception):
    """An event that cannot happen to a message in that state: a mistake in this program."""

    def __init__(self, message: Message, event: ev.Event) -> None:
        where = f"{message.state}/{message.phase}" if message.phase else str(message.state)
        super().__init__(f"{event.kind} cannot happen to message {message.id} in {where}")


Spot = tuple[State, Phase | None]

LISTED: Spot = (State.ARRIVING, Phase.LISTED)
FETCH_LATER: Spot = (State.ARRIVING, Phase.WAITING)
STAGED: Spot = (State.ARRIVING, Phase.STAGED)
PUBLISHED: Spot = (State.RECEIVED, Phase.PUBLISHED)
CONFIRMED: Spot = (State.RECEIVED, Phase.CONFIRMED)
GONE: Spot = (State.GONE, None)

CLAIMED: Spot = (State.QUEUED, Phase.CLAIMED)
WAITING: Spot = (State.QUEUED, Phase.WAITING)
SUBMITTING: Spot = (State.QUEUED, Phase.SUBMITTING)
IN_DOUBT: Spot = (State.QUEUED, Phase.IN_DOUBT)
ACCEPTED: Spot = (State.QUEUED, Phase.ACCEPTED)
AWAITING_MDN: Spot = (State.QUEUED, Phase.AWAITING_MDN)
STOPPED: Spot = (State.QUEUED, Phase.STOPPED)
SENT: Spot = (State.SENT, None)
FAILED: Spot = (State.FAILED, None)
HELD: Spot = (State.HELD, None)
WITHDRAWN: Spot = (State.WITHDRAWN, None)

Moves = dict[Spot, Spot]

INBOUND: dict[type[ev.Event], Moves] = {
    ev.Listed: {LISTED: LISTED},
    ev.Postponed: {LISTED: FETCH_LATER, FETCH_LATER: FETCH_LATER, HELD: HELD},
    ev.Staged: {LISTED: STAGED, FETCH_LATER: STAGED, HELD: STAGED},
    ev.Relocated: {STAGED: STAGED},
    ev.Unstaged: {STAGED: LISTED},
    ev.Published: {STAGED: PUBLISHED},
    ev.Confirmed: {PUBLISHED: CONFIRMED, CONFIRMED: CONFIRMED, GONE: GONE},
    ev.Recognised: {LISTED: PUBLISHED, FETCH_LATER: PUBLISHED, HELD: PUBLISHED},
    ev.Returned: {CONFIRMED: LISTED, GONE: LISTED},
    ev.Requested: {CONFIRMED: LISTED, GONE: LISTED},
    ev.Vanished: {LISTED: GONE, FETCH_LATER: GONE, HELD: GONE},
    ev.Deleted: {CONFIRMED: CONFIRMED, GONE: GONE, HELD: GONE},
    ev.Held: dict.fromkeys((LISTED, FETCH_LATER, STAGED, CONFIRMED, GONE, HELD), HELD),
    ev.Resolved: {HELD: HELD},  # the verdict tells where to
    ev.Remembered: {spot: spot for spot in (LISTED, FETCH_LATER, STAGED, PUBLISHED, CONFIRMED, GONE, HELD)},
}

ON_ITS_WAY = (ACCEPTED, AWAITING_MDN, STOPPED)
TAKEN_OVER = (CLAIMED, WAITING, SUBMITTING, IN_DOUBT, *ON_ITS_WAY)
WITH_A_FILE = (*TAKEN_OVER, SENT, FAILED, HELD)

OUTBOUND: dict[type[ev.Event], Moves] = {
    ev.Claimed: {CLAIMED: CLAIMED},
    ev.Unsettled: {CLAIMED: CLAIMED, WAITING: CLAIMED},
    ev.Deferred: {CLAIMED: WAITING, WAITING: WAITING, SUBMITTING: WAITING},
    ev.Submitting: {CLAIMED: SUBMITTING, WAITING: SUBMITTING},
    ev.Accepted: {SUBMITTING: ACCEPTED},
    ev.Doubted: {SUBMITTING: IN_DOUBT},
    ev.LookedUp: {IN_DOUBT: IN_DOUBT},
    ev.Adopted: {IN_DOUBT: ACCEPTED},
    ev.Absent: {IN_DOUBT: WAITING},
    ev.Refused: {CLAIMED: FAILED, WAITING: FAILED, SUBMITTING: FAILED},
    ev.Transmitted: dict.fromkeys((*ON_ITS_WAY, FAILED), AWAITING_MDN),
    ev.Delivered: dict.fromkeys((*ON_ITS_WAY, SENT, FAILED), SENT),
    ev.Bounced: dict.fromkeys((*ON_ITS_WAY, SENT), FAILED),
    ev.Revived: {FAILED: ACCEPTED},
    ev.Stopped: {ACCEPTED: STOPPED},
    ev.Restarted: {STOPPED: ACCEPTED},
    ev.Deleted: {SENT: SENT, FAILED: FAILED, STOPPED: FAILED},
    ev.Acknowledged: {spot: spot for spot in (*WITH_A_FILE, WITHDRAWN)},
    ev.Excused: {SENT: SENT},
    ev.Withdrawn: {CLAIMED: WITHDRAWN, WAITING: WITHDRAWN},
    ev.TakenAway: {spot: spot for spot in WITH_A_FILE},
    ev.Pruned: {SENT: SENT, FAILED: FAILED},
    ev.Removed: {SENT: SENT, FAILED: FAILED},
    ev.Held: dict.fromkeys((*TAKEN_OVER, HELD), HELD),
    ev.Resolved: {HELD: HELD},
    ev.Rehoused: {spot: spot for spot in WITH_A_FILE},
    ev.Moved: {spot: spot for spot in WITH_A_FILE},
    ev.Remembered: {spot: spot for spot in WITH_A_FILE},
}

VERDICTS: dict[Direction, dict[str, Spot]] = {
    Direction.INBOUND: {"done": GONE},
    Direction.OUTBOUND: {"sent": SENT, "resend": WAITING, "fail": FAILED},
}
"""What a person may decide about a held message, and where that leads."""

RESTING = frozenset({CONFIRMED, GONE, SENT, FAILED, WITHDRAWN})
"""Nothing is done by itself any more, but for what the gateway may still change."""


def spot(message: Message) -> Spot:
    """State and phase together."""
    return (message.state, message.phase)


def is_unfinished(message: Message) -> bool:
    """Whether a flow still has something to do with the message, or a person has.

    A message that counts as sent before its MDN has come is still asked for it.
    """
    awaits_mdn = message.mdn is not None and message.mdn.status is MdnStatus.PENDING
    return spot(message) not in RESTING or (message.state is State.SENT and awaits_mdn)


def needs_person(message: Message) -> bool:
    """Whether somebody has to look at the message: it is held, or it failed and its file is still there.

    So it is when documents in it were rejected, until a person says that this was seen to. A failed file
    that was put back, deleted or filed away by a person has been seen; one that retention removed was not,
    in all the time that a person gave it.
    """
    if message.state is State.SENT:
        return message.acknowledged in {Answer.REJECTED, Answer.PARTLY}
    return message.state is State.HELD or (message.state is State.FAILED and not message.progress.file_gone)


def never_left(message: Message) -> bool:
    """Whether the gate keeps it here: it was never sent, so the partner cannot have it."""
    is_kept = message.progress.is_judged and message.progress.submitted_at is None
    return message.state is State.HELD and is_kept


def verdicts(message: Message) -> tuple[str, ...]:
    """What a person may decide about a held message: that it was sent only of one that may have been."""
    known = tuple(VERDICTS[message.direction])
    return tuple(word for word in known if word != "sent") if never_left(message) else known


def may(message: Message, kind: type[ev.Event]) -> bool:
    """Whether an event of this kind can happen to the message now."""
    return spot(message) in _table(message).get(kind, {})


def advance(message: Message, event: ev.Event, *, now: datetime) -> Message:
    """The message after the event. Pure.

    Raises: IllegalMove; the message is then as it was.
    """
    state, phase = _target(message, event)
    moved = replace(message, state=state, phase=phase, updated=now)
    if (state, phase) in RESTING:
        unmoved = spot(message) == (state, phase)
        moved = replace(moved, settled_at=message.settled_at if unmoved else now, next_at=None)
    elif message.settled_at is not None:
        moved = replace(moved, settled_at=None)
    apply = APPLY.get(type(event))
    after = apply(moved, event, now) if apply else moved
    is_as_sent_as_before = (after.state is State.SENT) is (message.state is State.SENT)
    return after if is_as_sent_as_before else replace(after, acknowledge_by=_acknowledge_by(after, now))


def _acknowledge_by(message: Message, now: datetime) -> datetime | None:
    """Until when it is waited for, of a message that has just become sent; nobody waits for others."""
    within_s = message.progress.acknowledged_within_s
    if message.state is not State.SENT or within_s is None:
        return None
    return now + timedelta(seconds=within_s)


def _table(message: Message) -> dict[type[ev.Event], Moves]:
    return INBOUND if message.direction is Direction.INBOUND else OUTBOUND


def _target(message: Message, event: ev.Event) -> Spot:
    here = spot(message)
    if isinstance(event, ev.Resolved):
        if here != HELD or event.verdict not in verdicts(message):
            raise IllegalMove(message, event)
        return VERDICTS[message.direction][event.verdict]
    target = _table(message).get(type(event), {}).get(here)
    if target is None:
        raise IllegalMove(message, event)
    if isinstance(event, ev.Transmitted) and event.done:
        return SENT
    return target
