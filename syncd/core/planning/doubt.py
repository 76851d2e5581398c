"""A send in doubt: is it at the gateway, or not?

An entry at the gateway only moves from queued to failed or to sent, so complete lists read in the order
queued, failed, sent have it in one of them if it is there at all. An entry being sent at this moment is in
none, which is why absence counts only after `wait`, and only when it was seen three times.

A candidate is an entry of the same pair and type, not older than the attempt, and not ours already. Its
names and sizes rule it in or out, and for sent ones its content decides. An entry may lack its attachments:
it keeps the question open until it shows itself.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from syncd.core.model import AUTO, File, GatewayId, Message, Phase, State, bare
from syncd.core.planning.send import likeness
from syncd.core.shown import Box, Record

ENOUGH_LOOKUPS = 3
CLOCK_MARGIN = timedelta(minutes=2)
SEND_TIMEOUT_MARGIN = timedelta(seconds=60)
LEAST_WAIT = timedelta(seconds=1)
_SHARES = (0.1, 0.25, 0.5, 1.0)


def doubt_wait(configured: timedelta, send_timeout_s: int | None) -> timedelta:
    """How long after the attempt absence is believed: longer than a send can be under way there."""
    timeout = timedelta(seconds=send_timeout_s) + SEND_TIMEOUT_MARGIN if send_timeout_s else timedelta()
    return max(configured, timeout, LEAST_WAIT)


def next_lookup(submitted_at: datetime, wait: timedelta, *, now: datetime) -> datetime:
    """When to look next: at 1/10, 1/4, 1/2, 1 and then every 1 of the wait after the attempt.

    Never later than one wait from now, also where the clock was set back since the attempt.
    """
    if submitted_at > now:
        return now + wait * _SHARES[0]
    for share in _SHARES:
        if submitted_at + wait * share > now:
            return submitted_at + wait * share
    waits = (now - submitted_at) // wait
    return submitted_at + wait * (waits + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The three lists as one look-up read them; `complete` when nothing of them was cut short."""

    records: tuple[Record, ...]
    complete: bool
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """What a look-up found for one message.

    `certain` is ours by the subject's id or as the only failed one alike; `by_content` have the names and
    sizes and must be compared; `last_resort` is the only failed one alike, ours when each of those has other
    content; `open` keep the question open.
    """

    certain: GatewayId | None = None
    by_content: tuple[Record, ...] = ()
    last_resort: GatewayId | None = None
    open: tuple[Record, ...] = ()


def candidates(
    message: Message,
    seen: Seen,
    *,
    ours: Collection[str],
    rows: Sequence[Message],
    offset: timedelta = timedelta(),
    subject: str | None = None,
    by_content: bool = True,
) -> Candidates:
    """The entries that may be this message.

    `ours` are the bare ids already assigned, `rows` every unfinished outbound row, `offset` the gateway's
    clock minus that of our times, `subject` the message's subject when it carries our id. Not `by_content`:
    what was sent cannot be read there, so names and sizes have to do.
    """
    fitting = [r for r in seen.records if _fits(r, message, ours, offset)]
    if subject is not None:
        mine = next((r for r in fitting if r.subject == subject), None)
        if mine is not None:
            return Candidates(certain=mine.message_id)
        fitting = [r for r in fitting if r.subject is None]
    if not by_content:
        return _by_names(message, fitting, seen, rows)
    alike = [r for r in fitting if not r.files or _same_files(r, message)]
    sent = tuple(r for r in alike if r.box is Box.SENT and r.files)
    waiting = tuple(r for r in alike if r.box is Box.QUEUED or (r.box is Box.SENT and not r.files))
    failed = [r for r in alike if r.box is Box.FAILED and not _elsewhere(r, (*sent, *waiting))]
    ids = {bare(r.message_id) for r in failed}
    alone = len(ids) == 1 and not waiting and seen.complete
    if alone and failed[0].files and _is_only(message, rows):
        only = failed[0].message_id
        return Candidates(by_content=sent, last_resort=only) if sent else Candidates(certain=only)
    return Candidates(by_content=sent, open=(*waiting, *failed))


def _by_names(message: Message, fitting: Sequence[Record], seen: Seen, rows: Sequence[Message]) -> Candidates:
    """The only entry of the names and sizes is the message.

    What has its names with other sizes, which may count a wrapping, keeps the question open; so do two.
    """
    named = tuple(r for r in fitting if not r.files or _names(r.files) == _names(message.files))
    exact = {bare(r.message_id): r.message_id for r in named if r.files and _same_files(r, message)}
    if len(exact) == 1 and seen.complete and _is_only(message, rows, names_alone=True):
        return Candidates(certain=next(iter(exact.values())))
    return Candidates(open=named)


def _names(files: Sequence[File]) -> list[str]:
    return sorted(file.name for file in files)


def _fits(record: Record, message: Message, ours: Collection[str], offset: timedelta) -> bool:
    ends = _has_no_pair(record, message) or {record.sender, record.receiver} == {
        message.pair.station,
        message.pair.partner,
    }
    same_type = record.partner_type is message.pair.partner_type
    return ends and same_type and bare(record.message_id) not in ours and not _older(record, message, offset)


def _has_no_pair(record: Record, message: Message) -> bool:
    """Whether the pair tells nothing: the entry lacks an id, or the gateway chose the pair by itself."""
    chosen_there = message.pair.station == message.pair.partner == AUTO
    return chosen_there or not record.sender or not record.receiver


def _older(record: Record, message: Message, offset: timedelta) -> bool:
    began = message.progress.submitted_at
    if began is None or record.persisted_at is None:
        return False
    return record.persisted_at < began + offset - CLOCK_MARGIN


def _same_files(record: Record, message: Message) -> bool:
    return sorted((f.name, f.size) for f in record.files) == sorted((f.name, f.size) for f in message.files)


def _elsewhere(record: Record, others: Sequence[Record]) -> bool:
    return any(bare(other.message_id) == bare(record.message_id) for other in others)


def _is_only(message: Message, rows: Sequence[Message], *, names_alone: bool = False) -> bool:
    alike = partial(likeness, names_alone=names_alone)
    return not any(
        row.id != message.id and alike(row) == alike(message) and _may_be_there(row) for row in rows
    )


def _may_be_there(row: Message) -> bool:
    """Whether the gateway may have it without our knowing its id.

    What was never sent is not there. To count it would be a deadlock: it waits until its twin has an id.
    """
    if row.phase in (Phase.SUBMITTING, Phase.IN_DOUBT):
        return True
    return row.state is State.HELD and row.progress.ever_in_doubt and row.message_id is None


def is_absent_for_good(message: Message, *, wait: timedelta, looked_at: datetime) -> bool:
    """Whether one more complete look-up without a candidate, begun at `looked_at`, settles it."""
    began = message.progress.submitted_at
    enough = message.progress.lookups_absent + 1 >= ENOUGH_LOOKUPS
    return enough and began is not None and looked_at - began >= wait
