"""What became of the messages that the gateway accepted.

A row in the gateway's `failed` list is one failed try of up to ten: the message has failed only when every
look-up for a while found it there and in neither queued nor sent, without a gap. A message in none of the
three lists for an hour was deleted or stopped there. Lists are not read to their end, and an entry keeps the
time when the gateway took it over, so what is missing in them is asked for by its id before that is believed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from syncd.core.model import Mdn, MdnStatus, Message, Phase, Progress, bare
from syncd.core.planning.doubt import SEND_TIMEOUT_MARGIN, Seen
from syncd.core.shown import Box, Record

NOWHERE_FOR = timedelta(hours=1)
ASKED_BY_ID_AFTER = timedelta(minutes=5)
ASKED_OFTEN_FOR = timedelta(hours=1)
MOST_MDN_GAP = timedelta(hours=6)
LIST_MARGIN = timedelta(minutes=10)
LEAST_ASKED = 3
"""Entries that the list leaves open, asked for one by one in a pass; a fiftieth of them when that is more."""
REVIVABLE_FOR = timedelta(days=2)
REVIVAL_EVERY = timedelta(minutes=10)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Fate(StrEnum):
    """What a look-up says of one message."""

    DELIVERED = "delivered"
    TRANSMITTED = "transmitted"
    BOUNCED = "bounced"
    NOWHERE = "nowhere"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The fate of one message, the reason and the MDN that go with it, and what to remember.

    `to_verify`: it rests on an absence from lists that were not read to their end, so the sent and queued
    entries are to be asked for by id before it is believed.
    """

    fate: Fate
    reason: str = ""
    mdn: Mdn | None = None
    progress: Progress | None = None
    to_verify: bool = False


def read_sent(record: Record) -> Finding:
    """What a row of the `sent` list means (REST v1, §3.2); an entry that settles itself needs no MDN."""
    mdn = record.mdn
    if record.settled:
        return Finding(fate=Fate.DELIVERED, mdn=mdn)
    if mdn is not None and mdn.error:
        return Finding(fate=Fate.BOUNCED, reason=f"the partner's MDN says no: {mdn.content or '-'}", mdn=mdn)
    if record.delivered is False:
        status = f" (HTTP {record.transport_status})" if record.transport_status else ""
        words = mdn.content if mdn and mdn.content else f"the gateway could not deliver it{status}"
        return Finding(fate=Fate.BOUNCED, reason=words, mdn=mdn)
    if mdn is not None and mdn.status in (MdnStatus.OK, MdnStatus.NOT_REQUESTED):
        return Finding(fate=Fate.DELIVERED, mdn=mdn)
    return Finding(fate=Fate.TRANSMITTED, mdn=Mdn(status=MdnStatus.PENDING))


def by_box(seen: Seen) -> Mapping[Box, Mapping[str, Record]]:
    """The records of a look-up by list and bare id; the newest entry of an id wins."""
    boxes: dict[Box, dict[str, Record]] = {box: {} for box in Box}
    for record in seen.records:
        boxes[record.box].setdefault(bare(record.message_id), record)
    return boxes


def judge(
    message: Message,
    boxes: Mapping[Box, Mapping[str, Record]],
    *,
    complete: bool,
    grace: timedelta,
    at: datetime,
    failed_is_final: bool = False,
) -> Finding:
    """The fate of an accepted message, given the lists read at `at`.

    `grace` is how long it has to be seen in `failed` alone, unless that is the gateway's last word;
    `complete` tells whether absence means anything.
    """
    key = bare(message.message_id or "")
    progress = message.progress
    if key in boxes[Box.SENT]:
        return read_sent(boxes[Box.SENT][key])
    if failed_is_final and key in boxes[Box.FAILED]:
        return read_failed(boxes[Box.FAILED][key])
    if message.phase is not Phase.ACCEPTED:  # an entry of the sent list goes to no other
        return Finding(fate=Fate.UNCHANGED)
    if key in boxes[Box.QUEUED] or not complete:
        return Finding(fate=Fate.UNCHANGED, progress=_present(progress) if key in boxes[Box.QUEUED] else None)
    if key in boxes[Box.FAILED] or progress.failed_seen is not None:
        return _judge_failed(progress, boxes[Box.FAILED].get(key), grace=grace, at=at)
    return _judge_nowhere(message, at=at)


def _present(progress: Progress) -> Progress | None:
    if progress.failed_since is None and progress.nowhere_since is None:
        return None
    return replace(progress, failed_since=None, failed_seen=None, nowhere_since=None)


def _judge_failed(progress: Progress, record: Record | None, *, grace: timedelta, at: datetime) -> Finding:
    unbroken = progress.failed_seen is not None and at - progress.failed_seen <= grace / 3
    since = progress.failed_since if unbroken and progress.failed_since else at
    if at - since >= grace:
        mdn = record.mdn if record else None
        return Finding(fate=Fate.BOUNCED, reason=why_failed(record), mdn=mdn, to_verify=True)
    remembered = replace(progress, failed_since=since, failed_seen=at, nowhere_since=None)
    return Finding(fate=Fate.UNCHANGED, progress=remembered)


def read_failed(record: Record) -> Finding:
    """What an entry means that failed for good."""
    return Finding(fate=Fate.BOUNCED, reason=why_failed(record), mdn=record.mdn)


def why_failed(record: Record | None) -> str:
    """Why the gateway gave up, in the words of its last failed try."""
    if record and record.status:
        return f"the gateway gave up: {record.status}"
    if record and record.mdn and record.mdn.error:
        return f"the partner's MDN says no: {record.mdn.content or '-'}"
    if record and record.transport_status:
        return f"the gateway gave up: the partner answered HTTP {record.transport_status}"
    return "the gateway gave up: every try to reach the partner failed"


def _judge_nowhere(message: Message, *, at: datetime) -> Finding:
    progress = message.progress
    unbroken = progress.nowhere_seen is not None and at - progress.nowhere_seen <= NOWHERE_FOR / 3
    since = progress.nowhere_since if unbroken and progress.nowhere_since else at
    if at - since >= NOWHERE_FOR:
        reason = "deleted or stopped at the gateway: it is in none of its lists"
        return Finding(fate=Fate.NOWHERE, reason=reason, to_verify=True)
    remembered = replace(progress, failed_since=None, failed_seen=None, nowhere_since=since, nowhere_seen=at)
    return Finding(fate=Fate.UNCHANGED, progress=remembered)


def failed_grace(configured: timedelta, send_timeout_s: int | None, pace: timedelta | str) -> timedelta:
    """How long a message has to be seen failed before it is: longer than one try can take.

    And so long that looking at `pace` leaves no gap of more than a third of it.
    """
    timeout = timedelta(seconds=send_timeout_s) + SEND_TIMEOUT_MARGIN if send_timeout_s else timedelta()
    return max(configured, timeout, 4 * pace if isinstance(pace, timedelta) else timedelta())


@dataclass(frozen=True, slots=True, kw_only=True)
class Agenda:
    """What a track pass reads of one partner type."""

    lists: tuple[Box, ...]
    sent_back_to: datetime | None
    """Sent and failed lists are read newest first down to this time, the gateway's; None: whole.

    What is older was seen by the last complete pass; an entry that turns up below is found by its id.
    """
    listed: tuple[Message, ...]
    """Messages that what is read tells of."""
    singles: tuple[Message, ...]
    """Messages that are asked for one by one."""


def plan_agenda(
    rows: Sequence[Message],
    *,
    newest_seen: datetime | None,
    offset: timedelta = timedelta(),
    now: datetime,
    one_outbox: bool = False,
) -> Agenda:
    """What to read for the outstanding messages of one type (accepted, awaiting_mdn).

    `newest_seen` is the time of the newest `sent` row known from the last complete pass. `one_outbox`: all
    that was sent stands in one list, by the time when it was taken over.
    """
    if one_outbox:
        return _agenda_of_one_list(rows, offset=offset, now=now)
    on_the_way = [row for row in rows if row.phase is Phase.ACCEPTED]
    fresh = [row for row in rows if row.phase is not Phase.ACCEPTED and _is_fresh(row, now)]
    due = sorted((row for row in rows if not _is_listed(row, now) and is_due(row, now)), key=_asked)
    lists: tuple[Box, ...] = ()
    if on_the_way:
        lists = (Box.QUEUED, Box.FAILED, Box.SENT)
    elif fresh:
        lists = (Box.SENT,)
    most = max(1, len(rows) // 100)
    back_to = _back_to(on_the_way, fresh, newest_seen=newest_seen, offset=offset)
    singles = tuple(due[:most])
    asked = {row.id for row in singles}
    listed = tuple(row for row in rows if row.id not in asked)
    return Agenda(lists=lists, sent_back_to=back_to, listed=listed, singles=singles)


def _agenda_of_one_list(rows: Sequence[Message], *, offset: timedelta, now: datetime) -> Agenda:
    """The young ones by the list, which the oldest of them makes as long as it is; the others one by one."""
    fresh = [row for row in rows if _is_fresh(row, now)]
    due = sorted((row for row in rows if not _is_fresh(row, now) and is_due(row, now)), key=_asked)
    return Agenda(
        lists=(Box.OUTBOX,) if fresh else (),
        sent_back_to=_back_to([], fresh, newest_seen=None, offset=offset),
        listed=tuple(fresh),
        singles=tuple(due[: max(1, len(rows) // 100)]),
    )


def to_ask(
    rows: Sequence[Message], boxes: Mapping[Box, Mapping[str, Record]], *, now: datetime
) -> Sequence[Message]:
    """Messages whose entry in the list does not tell how it ends: those asked for longest ago, a few."""
    open_ids = {key for key, record in boxes[Box.QUEUED].items() if record.asks_more}
    wanted = [row for row in rows if bare(row.message_id or "") in open_ids and is_due(row, now)]
    return sorted(wanted, key=_asked)[: max(LEAST_ASKED, len(rows) // 50)]


def judge_single(message: Message, record: Record | None, *, at: datetime) -> Finding:
    """The fate of a message that was asked for by its id alone, in the lists that can settle it."""
    if record is not None:
        boxes = by_box(Seen(records=(record,), complete=False, at=at))
        return judge(message, boxes, complete=False, grace=NOWHERE_FOR, at=at, failed_is_final=True)
    if message.phase is not Phase.ACCEPTED:
        return Finding(fate=Fate.TRANSMITTED)
    since = message.progress.nowhere_since
    if since is not None and at - since >= NOWHERE_FOR:
        return Finding(fate=Fate.NOWHERE, reason="deleted at the gateway: it does not know it any more")
    progress = replace(message.progress, nowhere_since=since or at, nowhere_seen=at)
    return Finding(fate=Fate.UNCHANGED, progress=progress)


def _back_to(
    on_the_way: Sequence[Message],
    fresh: Sequence[Message],
    *,
    newest_seen: datetime | None,
    offset: timedelta,
) -> datetime | None:
    """As far back as the fresh ones stand; for what is on its way, not beyond what was seen already."""
    ends: list[datetime] = []
    if starts := [_taken_over(row) for row in on_the_way]:
        start = min(starts) + offset - LIST_MARGIN
        ends.append(max(start, newest_seen - LIST_MARGIN) if newest_seen else start)
    if starts := [_taken_over(row) for row in fresh]:
        ends.append(min(starts) + offset - LIST_MARGIN)
    return min(ends, default=None)


def _taken_over(row: Message) -> datetime:
    return row.accepted_at or row.created


def _is_fresh(row: Message, now: datetime) -> bool:
    """Taken over and sent a short while ago: its entry stands among the newest."""
    return now - _taken_over(row) < ASKED_OFTEN_FOR


def _is_listed(row: Message, now: datetime) -> bool:
    """Whether reading the newest entries is expected to find it."""
    if row.phase is Phase.ACCEPTED:
        nowhere = row.progress.nowhere_since
        return nowhere is None or now - nowhere < ASKED_BY_ID_AFTER
    return _is_fresh(row, now)


def is_due(row: Message, now: datetime) -> bool:
    """Whether an older message is asked for its MDN again: at gaps growing with its age, up to 6 h."""
    asked = row.progress.mdn_asked_at
    since = row.progress.transmitted_at or row.created
    return asked is None or now - asked >= min((now - since) / 12, MOST_MDN_GAP)


def _asked(row: Message) -> datetime:
    return row.progress.mdn_asked_at or row.created


def revivable_since(now: datetime) -> datetime:
    """Since when a message has to have failed to be looked for again; it moves on every ten minutes only.

    So the question is the same in many passes, and need not be asked anew.
    """
    return EPOCH + (now - REVIVABLE_FOR - EPOCH) // REVIVAL_EVERY * REVIVAL_EVERY


def gives_up_mdn(row: Message, *, after: timedelta, now: datetime) -> bool:
    """Whether the MDN has been waited for long enough."""
    since = row.progress.transmitted_at or row.accepted_at or row.created
    return now - since >= after
