"""What an event carries besides the move: files, places, reasons, times, applied to the message.

Pure, and called by `machine.advance` alone, after the table has allowed the move.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from syncd.core import events as ev
from syncd.core.filed import filed, kinds
from syncd.core.model import Answer, Attempt, Direction, Message, Place, Progress

KEPT_ATTEMPTS = 50
"""Older attempts are in the history only."""


def _tried(message: Message, now: datetime, outcome: str, detail: str) -> Message:
    attempt = Attempt(at=message.progress.submitted_at or now, outcome=outcome, detail=detail)
    return replace(message, attempts=(*message.attempts, attempt)[-KEPT_ATTEMPTS:])


def _to(message: Message, place: Place | None) -> Message:
    if place is None or place == message.place:
        return message
    return replace(message, place=place, moving_from=message.moving_from or message.place)


def _postponed(message: Message, event: ev.Postponed, now: datetime) -> Message:
    progress = replace(
        message.progress,
        tries=message.progress.tries + 1,
        trouble_since=message.progress.trouble_since or now,
        by_index=message.progress.by_index or event.by_index,
    )
    return replace(message, reason=event.reason, next_at=event.next_at, progress=progress)


def _staged(message: Message, event: ev.Staged, now: datetime) -> Message:
    del now
    progress = replace(message.progress, tries=0, trouble_since=None, by_index=False)
    return replace(
        message,
        files=event.files,
        place=event.place,
        is_folder=event.is_folder,
        reason=None,
        next_at=None,
        progress=progress,
        kinds=kinds(filed(event.readings)),
    )


def _relocated(message: Message, event: ev.Relocated, now: datetime) -> Message:
    del now
    return replace(message, files=event.files, place=event.place)


def _unstaged(message: Message, event: ev.Unstaged, now: datetime) -> Message:
    del now
    files = tuple(replace(file, place=None) for file in message.files)
    return replace(message, files=files, place=None, reason=event.reason)


def _published(message: Message, event: ev.Published, now: datetime) -> Message:
    del event
    return replace(message, reason=None, accepted_at=now, progress=_arrived(message))


def _arrived(message: Message) -> Progress:
    return replace(message.progress, confirmations=0, wanted=False)


def _confirmed(message: Message, event: ev.Confirmed, now: datetime) -> Message:
    del now
    progress = replace(
        message.progress,
        confirmed_at=event.answered_at,
        confirmations=message.progress.confirmations + 1,
    )
    return replace(message, progress=progress)


def _recognised(message: Message, event: ev.Recognised, now: datetime) -> Message:
    del now
    reason = f"the partner sent {event.original} once more, with the same content: not delivered again"
    progress = replace(message.progress, wanted=False)
    return replace(message, files=event.files, reason=reason, next_at=None, progress=progress)


def _returned(message: Message, event: ev.Returned, now: datetime) -> Message:
    del event, now
    files = tuple(replace(file, place=None) for file in message.files)
    progress = replace(
        message.progress,
        confirmations=0,
        confirmed_at=None,
        tries=0,
        trouble_since=None,
        retransmission_of=None,  # a person wants this one, whatever it repeats
        deleted_at=None,
    )
    return replace(message, files=files, place=None, progress=progress)


def _requested(message: Message, event: ev.Requested, now: datetime) -> Message:
    """As one that was marked unread; it keeps what is known of its content, to be compared with."""
    begun = _returned(message, ev.Returned(), now)
    progress = replace(begun.progress, wanted=True, by_index=False)
    return replace(begun, files=begun.files or event.files, reason=None, progress=progress)


def _because(message: Message, event: ev.Vanished | ev.Withdrawn, now: datetime) -> Message:
    del now
    return replace(message, reason=event.reason, place=None, moving_from=None)


def _unsettled(message: Message, event: ev.Unsettled, now: datetime) -> Message:
    del now
    files = event.files or message.files
    progress = replace(message.progress, identity=event.identity or message.progress.identity)
    return replace(
        message,
        reason=event.reason,
        next_at=event.next_at,
        files=files,
        moving_from=None,
        progress=progress,
    )


def _deferred(message: Message, event: ev.Deferred, now: datetime) -> Message:
    if event.attempted:
        message = _tried(message, now, "later", event.reason)
        message = replace(message, progress=replace(message.progress, tries=message.progress.tries + 1))
    return replace(message, reason=event.reason or None, next_at=event.next_at, moving_from=None)


def _submitting(message: Message, event: ev.Submitting, now: datetime) -> Message:
    within = event.acknowledged_within
    return replace(
        message,
        files=event.files,
        subject=event.subject,
        resend_of=event.resend_of or message.resend_of,
        moving_from=None,
        reason=None,
        next_at=None,
        progress=replace(
            message.progress,
            submitted_at=now,
            acknowledged_within_s=None if within is None else int(within.total_seconds()),
        ),
        kinds=kinds(filed(event.readings)),
    )


def _accepted(message: Message, event: ev.Accepted | ev.Adopted, now: datetime) -> Message:
    message = _tried(message, now, "accepted", f"as {event.message_id}")
    progress = replace(message.progress, tries=0, lookups_absent=0)
    return replace(
        message,
        message_id=event.message_id,
        accepted_at=event.at,
        reason=None,
        next_at=None,
        progress=progress,
    )


def _doubted(message: Message, event: ev.Doubted, now: datetime) -> Message:
    message = _tried(message, now, "in_doubt", event.reason)
    progress = replace(
        message.progress, ever_in_doubt=True, lookups_absent=0, tries=message.progress.tries + 1
    )
    return replace(message, reason=event.reason, next_at=event.next_at, progress=progress)


def _looked_up(message: Message, event: ev.LookedUp, now: datetime) -> Message:
    del now
    counts = {True: message.progress.lookups_absent + 1, False: 0, None: message.progress.lookups_absent}
    progress = replace(message.progress, lookups_absent=counts[event.absent])
    return replace(message, reason=event.reason, next_at=event.next_at, progress=progress)


def _absent(message: Message, event: ev.Absent, now: datetime) -> Message:
    message = _tried(message, now, "absent", event.reason)
    return replace(
        message, reason=event.reason, next_at=None, progress=replace(message.progress, lookups_absent=0)
    )


def _refused(message: Message, event: ev.Refused, now: datetime) -> Message:
    if message.progress.submitted_at is not None:
        message = _tried(message, now, "refused", event.reason)
    return _to(replace(message, reason=event.reason, next_at=None, moving_from=None), event.place)


def _transmitted(message: Message, event: ev.Transmitted, now: datetime) -> Message:
    progress = replace(_found(message), transmitted_at=message.progress.transmitted_at or now)
    return _to(replace(message, mdn=event.mdn, reason=None, next_at=None, progress=progress), event.place)


def _delivered(message: Message, event: ev.Delivered, now: datetime) -> Message:
    progress = replace(_found(message), transmitted_at=message.progress.transmitted_at or now)
    return _to(replace(message, mdn=event.mdn, reason=None, next_at=None, progress=progress), event.place)


def _bounced(message: Message, event: ev.Bounced, now: datetime) -> Message:
    message = _tried(message, now, "failed", event.reason)
    return _to(
        replace(message, mdn=event.mdn or message.mdn, reason=event.reason, progress=_anew(message)),
        event.place,
    )


def _revived(message: Message, event: ev.Revived, now: datetime) -> Message:
    del now
    return _to(replace(message, reason=None, next_at=None, progress=_found(message)), event.place)


def _stopped(message: Message, event: ev.Stopped, now: datetime) -> Message:
    del now
    reason = "the gateway's tries are stopped" + (f" by {event.by}" if event.by else "")
    return replace(message, reason=reason, progress=_found(message))


def _restarted(message: Message, event: ev.Restarted, now: datetime) -> Message:
    del event, now
    return replace(message, reason=None, progress=_found(message))


def _found(message: Message) -> Progress:
    return replace(message.progress, failed_since=None, failed_seen=None, nowhere_since=None)


def _anew(message: Message) -> Progress:
    """The wait for an MDN is over: another attempt begins its own."""
    return replace(_found(message), transmitted_at=None, mdn_asked_at=None)


def _taken_away(message: Message, event: ev.TakenAway, now: datetime) -> Message:
    progress = replace(message.progress, file_gone=True, file_gone_at=now, resent_as=event.resent_as)
    return replace(message, moving_from=None, progress=progress)


def _deleted(message: Message, event: ev.Deleted, now: datetime) -> Message:
    message = replace(message, progress=replace(_found(message), deleted_at=now))
    if not event.ends:
        return message
    who = f" by {event.by}" if event.by else ""
    return _to(replace(message, reason=f"deleted at the gateway{who}", next_at=None), event.place)


def _pruned(message: Message, event: ev.Pruned, now: datetime) -> Message:
    del event
    progress = replace(message.progress, file_gone=True, file_gone_at=now, pruned=True)
    return replace(message, progress=progress)


def _removed(message: Message, event: ev.Removed, now: datetime) -> Message:
    del event, now
    return replace(message, place=None)


def _held(message: Message, event: ev.Held, now: datetime) -> Message:
    if message.direction is Direction.INBOUND:
        progress = replace(message.progress, trouble_since=message.progress.trouble_since or now)
        return replace(
            message, reason=event.reason, next_at=event.next_at, place=event.place, progress=progress
        )
    message = replace(message, reason=event.reason, next_at=event.next_at)
    return _to(_judged(message) if event.is_judged else message, event.place)


def _judged(message: Message) -> Message:
    """The gate read the file where it stands, so the claim's rename is done."""
    return replace(message, moving_from=None, progress=replace(message.progress, is_judged=True))


def _resolved(message: Message, event: ev.Resolved, now: datetime) -> Message:
    del now
    who = f" by {event.by}" if event.by else ""
    before = f": {message.reason}" if message.reason else ""
    words = {
        "sent": f"settled as sent{who}{before}",
        "fail": f"given up{who}{before}",
        "done": f"settled without a file{who}{before}",
    }
    progress = replace(_found(message), lookups_absent=0)
    if message.direction is Direction.INBOUND:
        return replace(message, reason=words[event.verdict], place=None, next_at=None, progress=progress)
    if event.verdict == "resend":
        message, progress = replace(message, mdn=None), replace(_anew(message), lookups_absent=0)
    return _to(
        replace(message, reason=words.get(event.verdict), next_at=None, progress=progress), event.place
    )


def _rehoused(message: Message, event: ev.Rehoused, now: datetime) -> Message:
    del now
    return replace(message, place=event.place)


def _acknowledged(message: Message, event: ev.Acknowledged, now: datetime) -> Message:
    del now
    is_no_news = event.answer is not Answer.ACCEPTED and not event.is_worse
    keeps = message.acknowledged is Answer.SETTLED and is_no_news
    return message if keeps else replace(message, acknowledged=event.answer)


def _excused(message: Message, event: ev.Excused, now: datetime) -> Message:
    del event, now
    return replace(message, acknowledged=Answer.SETTLED)


def _moved(message: Message, event: ev.Moved, now: datetime) -> Message:
    del event, now
    return replace(message, moving_from=None)


def _remembered(message: Message, event: ev.Remembered, now: datetime) -> Message:
    del now
    return replace(
        message,
        progress=event.progress,
        next_at=event.next_at if event.next_at is not None else message.next_at,
        mdn=event.mdn or message.mdn,
    )


APPLY: Mapping[type[ev.Event], Callable[..., Message]] = {
    ev.Postponed: _postponed,
    ev.Staged: _staged,
    ev.Relocated: _relocated,
    ev.Unstaged: _unstaged,
    ev.Published: _published,
    ev.Confirmed: _confirmed,
    ev.Recognised: _recognised,
    ev.Returned: _returned,
    ev.Requested: _requested,
    ev.Vanished: _because,
    ev.Withdrawn: _because,
    ev.Unsettled: _unsettled,
    ev.Deferred: _deferred,
    ev.Submitting: _submitting,
    ev.Accepted: _accepted,
    ev.Adopted: _accepted,
    ev.Doubted: _doubted,
    ev.LookedUp: _looked_up,
    ev.Absent: _absent,
    ev.Refused: _refused,
    ev.Transmitted: _transmitted,
    ev.Delivered: _delivered,
    ev.Bounced: _bounced,
    ev.Revived: _revived,
    ev.Stopped: _stopped,
    ev.Restarted: _restarted,
    ev.TakenAway: _taken_away,
    ev.Deleted: _deleted,
    ev.Pruned: _pruned,
    ev.Removed: _removed,
    ev.Held: _held,
    ev.Resolved: _resolved,
    ev.Rehoused: _rehoused,
    ev.Acknowledged: _acknowledged,
    ev.Excused: _excused,
    ev.Moved: _moved,
    ev.Remembered: _remembered,
}
