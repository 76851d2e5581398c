"""When what is new goes out: at once, with what follows soon after, or at the end of quiet hours."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from syncd.core.notices.concerns import Concern, Kind, Status
from syncd.core.notices.pace import Pace

Lane = tuple[str, bool]
"""An account, and whether what goes out is urgent: what is urgent waits for nothing that is not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What goes out together."""

    lane: Lane
    concerns: tuple[Concern, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What goes out now, and when there is more."""

    batches: tuple[Batch, ...]
    next_at: datetime | None


def plan(
    pending: Sequence[Concern],
    last: Mapping[Lane, datetime],
    pace: Pace,
    *,
    now: datetime,
    zone: tzinfo,
) -> Plan:
    """What is told now, of all that is new or over. `last`: when a lane was told something the last time."""
    lanes: dict[Lane, list[Concern]] = defaultdict(list)
    later: list[datetime] = []
    for concern in pending:
        ripe_at = _ripe_at(concern, pace, now)
        if ripe_at <= now:
            lanes[concern.account, concern.is_urgent].append(concern)
        else:
            later.append(ripe_at)
    batches: list[Batch] = []
    for lane, concerns in lanes.items():
        at = _goes_at(lane, concerns, last, pace, now=now, zone=zone)
        if at <= now:
            batches.append(Batch(lane=lane, concerns=tuple(concerns)))
        else:
            later.append(at)
    return Plan(batches=tuple(batches), next_at=min(later, default=None))


def _ripe_at(concern: Concern, pace: Pace, now: datetime) -> datetime:
    """When a concern may be told; one of the future, whose clock was set back, may be told now."""
    is_patient = concern.kind is Kind.UNREACHABLE and concern.status is Status.NEW
    return concern.since + pace.unreachable_after if is_patient and concern.since <= now else now


def _goes_at(
    lane: Lane,
    concerns: Sequence[Concern],
    last: Mapping[Lane, datetime],
    pace: Pace,
    *,
    now: datetime,
    zone: tzinfo,
) -> datetime:
    """The first is told at once; within `digest` of it, all that follows waits for its end.

    What is over waits for the urgent ones too, as it may begin again. Of messages that are seen to nobody
    has to hear at once: that waits for the others.
    """
    account, _ = lane
    is_over = all(each.status is Status.OVER for each in concerns)
    before = [last.get(each) for each in ({lane, (account, True)} if is_over else {lane})]
    at = now
    for each in before:
        if each is not None and each <= now:  # a clock that was set back proves nothing
            at = max(at, each + pace.digest)
    if all(_can_wait(each) for each in concerns):
        at = max(at, min(now, *(each.changed for each in concerns)) + pace.digest)
    if not lane[1] and pace.quiet and pace.quiet.holds(at, zone):
        at = pace.quiet.ends(at, zone)
    return at


def _can_wait(concern: Concern) -> bool:
    return concern.status is Status.OVER and concern.message is not None
