"""Calls that go through whole accounts, or ask their gateways: few commands need their shapes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from syncd.control.calls import Call
from syncd.core.planning.span import Refetched, Span
from syncd.core.retention import Retention
from syncd.operations.deletions import Deletions
from syncd.operations.door import Job
from syncd.operations.elsewhere import Elsewhere
from syncd.operations.pruning_report import Pruned
from syncd.operations.reports import OnceReport
from syncd.operations.rows import Row
from syncd.operations.verifying_report import Verified


@dataclass(frozen=True, slots=True, kw_only=True)
class Once:
    """What `once` asks."""

    accounts: tuple[str, ...]
    only: Job | None
    wait: timedelta | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LookElsewhere:
    """What `show` asks about what is not known here."""

    text: str
    accounts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RefetchUnknown:
    """What `refetch` asks about what is not known here."""

    message_id: str
    account: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefetchSpan:
    """What `refetch --since` asks."""

    accounts: tuple[str, ...]
    span: Span
    only_look: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Delete:
    """What `delete` asks."""

    message_ids: tuple[str, ...]
    only_look: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Verify:
    """What `verify` asks."""

    accounts: tuple[str, ...]
    repair: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Prune:
    """What `prune` asks; `retention` is what the configuration that the command has read says."""

    accounts: tuple[str, ...]
    retention: Retention
    dry_run: bool


ONCE: Call[Once, OnceReport] = Call(
    name="once",
    takes=Once,
    gives=OnceReport,
    perform=lambda door, asked, _by: door.once(asked.accounts, only=asked.only, wait=asked.wait),
)
REFETCH_UNKNOWN: Call[RefetchUnknown, Row] = Call(
    name="refetch-unknown",
    takes=RefetchUnknown,
    gives=Row,
    perform=lambda door, asked, by: door.refetch_unknown(asked.message_id, account=asked.account, by=by),
)
REFETCH_SPAN: Call[RefetchSpan, tuple[Refetched, ...]] = Call(
    name="refetch-span",
    takes=RefetchSpan,
    gives=tuple[Refetched, ...],
    perform=lambda door, asked, by: door.refetch_span(
        asked.accounts, asked.span, only_look=asked.only_look, by=by
    ),
)
LOOK_ELSEWHERE: Call[LookElsewhere, Elsewhere] = Call(
    name="look-elsewhere",
    takes=LookElsewhere,
    gives=Elsewhere,
    perform=lambda door, asked, _by: door.look_elsewhere(asked.text, accounts=asked.accounts),
)
DELETE: Call[Delete, Deletions] = Call(
    name="delete",
    takes=Delete,
    gives=Deletions,
    perform=lambda door, asked, by: door.delete(asked.message_ids, only_look=asked.only_look, by=by),
)
VERIFY: Call[Verify, Verified] = Call(
    name="verify",
    takes=Verify,
    gives=Verified,
    perform=lambda door, asked, by: door.verify(asked.accounts, repair=asked.repair, by=by),
)
PRUNE: Call[Prune, Pruned] = Call(
    name="prune",
    takes=Prune,
    gives=Pruned,
    perform=lambda door, asked, by: door.prune(asked.accounts, asked.retention, dry_run=asked.dry_run, by=by),
)

WIDE_CALLS: tuple[Call[Any, Any], ...] = (
    *(ONCE, VERIFY, PRUNE, DELETE),
    *(REFETCH_UNKNOWN, REFETCH_SPAN, LOOK_ELSEWHERE),
)
