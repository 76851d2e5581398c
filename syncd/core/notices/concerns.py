"""Concerns: the kinds there are, and what becomes of those that are known when somebody looks again."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from syncd.core.history import Channel
from syncd.core.machine import needs_person
from syncd.core.model import Direction, Message, MessageId, State

CHANNEL = Channel(name="notice", states=lambda _: frozenset({State.FAILED, State.HELD}))
"""Told of messages that need a person; that they need none any more is seen by looking."""


class Kind(StrEnum):
    """What a concern is about; scripts test it."""

    FAILED = "failed"
    HELD = "held"
    IN_DOUBT = "in_doubt"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    ROOT = "root"
    DISK = "disk"
    TROUBLE = "trouble"
    HOOK = "hook"
    PASSED_OVER = "passed_over"
    REJECTED = "rejected"
    NOT_COLLECTED = "not_collected"
    SILENT = "silent"
    UNACKNOWLEDGED = "unacknowledged"
    MDN_OVERDUE = "mdn_overdue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """How a kind is told: of one, of many ({n}), and that it is over."""

    one: str
    many: str
    over: str
    over_many: str
    is_urgent: bool = False
    """Told in quiet hours too: an account stands still, or something may be lost by waiting."""


KINDS: Mapping[Kind, Words] = {
    Kind.REFUSED: Words(
        one="the log-in is refused",
        many="{n} log-ins are refused",
        over="the log-in is accepted again",
        over_many="the log-in is accepted again",
        is_urgent=True,
    ),
    Kind.ROOT: Words(
        one="the root cannot be used",
        many="the root cannot be used",
        over="the root can be used again",
        over_many="the root can be used again",
        is_urgent=True,
    ),
    Kind.DISK: Words(
        one="the disk is full, or nearly",
        many="the disk is full, or nearly",
        over="there is room on the disk again",
        over_many="there is room on the disk again",
        is_urgent=True,
    ),
    Kind.IN_DOUBT: Words(
        one="1 message held: it may have been sent",
        many="{n} messages held: they may have been sent",
        over="1 message that may have been sent is settled",
        over_many="{n} messages that may have been sent are settled",
        is_urgent=True,
    ),
    Kind.UNREACHABLE: Words(
        one="the gateway does not answer",
        many="the gateway does not answer",
        over="the gateway answers again",
        over_many="the gateway answers again",
    ),
    Kind.TROUBLE: Words(
        one="1 trouble needs you",
        many="{n} troubles need you",
        over="1 trouble is over",
        over_many="{n} troubles are over",
    ),
    Kind.FAILED: Words(
        one="1 message failed",
        many="{n} messages failed",
        over="1 failed message is seen to",
        over_many="{n} failed messages are seen to",
    ),
    Kind.HELD: Words(
        one="1 message held",
        many="{n} messages held",
        over="1 held message is seen to",
        over_many="{n} held messages are seen to",
    ),
    Kind.REJECTED: Words(
        one="1 partner rejected documents",
        many="{n} partners rejected documents",
        over="the rejected documents of 1 partner are seen to",
        over_many="the rejected documents of {n} partners are seen to",
    ),
    Kind.PASSED_OVER: Words(
        one="older unread messages stay at the gateway",
        many="older unread messages stay at the gateway",
        over="no older unread messages are left at the gateway",
        over_many="no older unread messages are left at the gateway",
    ),
    Kind.HOOK: Words(
        one="a hook was given up",
        many="{n} hooks were given up",
        over="a hook does its work again",
        over_many="{n} hooks do their work again",
    ),
    Kind.MDN_OVERDUE: Words(
        one="1 partner's MDN is overdue",
        many="the MDNs of {n} partners are overdue",
        over="no MDN of 1 partner is overdue any more",
        over_many="no MDNs of {n} partners are overdue any more",
    ),
    Kind.UNACKNOWLEDGED: Words(
        one="1 partner's acknowledgement is overdue",
        many="the acknowledgements of {n} partners are overdue",
        over="no acknowledgement of 1 partner is overdue any more",
        over_many="no acknowledgements of {n} partners are overdue any more",
    ),
    Kind.NOT_COLLECTED: Words(
        one="the files of 1 partner are not collected",
        many="the files of {n} partners are not collected",
        over="the files of 1 partner are collected",
        over_many="the files of {n} partners are collected",
    ),
    Kind.SILENT: Words(
        one="nothing came from 1 partner",
        many="nothing came from {n} partners",
        over="something came from 1 partner again",
        over_many="something came from {n} partners again",
    ),
}
"""In the order in which they are told."""


class Status(StrEnum):
    """How far a concern is told."""

    NEW = "new"
    TOLD = "told"
    OVER = "over"
    """Told, and at an end, which is not told yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Concern:
    """One trouble that a person is to hear of. The key says which; times are by this machine's clock."""

    key: str
    account: str
    kind: Kind
    since: datetime
    what: str
    remedy: str = ""
    station: str = ""
    partner: str = ""
    file: str = ""
    is_inbound: bool = False
    message: MessageId | None = None
    """A concern about one message goes with it."""
    status: Status = Status.NEW
    changed: datetime
    """When it got its status."""

    @property
    def is_urgent(self) -> bool:
        """Whether it is told in quiet hours; its end never is."""
        return KINDS[self.kind].is_urgent and self.status is Status.NEW


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What a look at the world changes in what is known."""

    kept: tuple[Concern, ...] = ()
    gone: tuple[str, ...] = ()
    """Keys of those that ended before anybody heard of them."""


def of_message(message: Message, kind: str, *, at: datetime, now: datetime) -> Concern | None:
    """What is to be told of a message that has failed or is held; None: that is over already."""
    if message.state != kind or not needs_person(message):
        return None
    in_doubt = message.state is State.HELD and message.progress.ever_in_doubt
    return Concern(
        key=f"message/{message.id}",
        account=message.account,
        kind=Kind.IN_DOUBT if in_doubt else Kind(kind),
        since=at,
        what=message.reason or "without a reason",
        remedy=f"syncd show {message.id}",
        station=message.pair.station,
        partner=message.pair.partner,
        file=message.name or ", ".join(file.name for file in message.files[:3]),
        is_inbound=message.direction is Direction.INBOUND,
        message=message.id,
        changed=now,
    )


def ended(concerns: Sequence[Concern], *, now: datetime) -> Changes:
    """These are over: what nobody heard of is forgotten, of the others the end is to be told."""
    told = [each for each in concerns if each.status is Status.TOLD]
    return Changes(
        kept=tuple(replace(each, status=Status.OVER, changed=now) for each in told),
        gone=tuple(each.key for each in concerns if each.status is Status.NEW),
    )


def compared(
    known: Sequence[Concern],
    found: Sequence[Concern],
    *,
    judged: Collection[Kind],
    now: datetime,
) -> Changes:
    """What is new, and what is over: of those known of the kinds that were judged, what was not found.

    What begins anew before its end was told goes on as if it had never ended.
    """
    by_key = {each.key: each for each in known}
    present = {each.key for each in found}
    fresh = [each for each in found if each.key not in by_key]
    again = [by_key[key] for key in present & by_key.keys() if by_key[key].status is Status.OVER]
    over = ended([each for each in known if each.key not in present and each.kind in judged], now=now)
    back = [replace(each, status=Status.TOLD, changed=now) for each in again]
    return Changes(kept=(*fresh, *back, *over.kept), gone=over.gone)
