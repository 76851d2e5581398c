"""Why something that stands in an outbox is not taken yet, from what the bridge says of itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from syncd.operations.reports import Left
from syncd.operations.status import AccountStatus, Status

SEND = "send"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A file or folder in an outbox: why it is not taken, since when, and what to do."""

    account: str
    path: Path
    reason: str
    remedy: str
    needs_person: bool
    since: datetime | None


def why_waiting(known: Status, found: Mapping[str, Sequence[Path]]) -> tuple[Waiting, ...]:
    """The reason for each path, by account; a path that its account does not name waits for its turn."""
    return tuple(
        _why(path, account, runs=known.pid is not None)
        for account in known.accounts
        for path in found.get(account.account, ())
    )


def _why(path: Path, account: AccountStatus, *, runs: bool) -> Waiting:
    causes = list(_causes(path, account, runs=runs))
    if not causes:
        causes = [_Cause(reason="its turn has not come yet", remedy="Ask again in a moment.")]
    return Waiting(
        account=account.account,
        path=path,
        reason="; ".join(cause.reason for cause in causes),
        remedy=" ".join(cause.remedy for cause in causes if cause.remedy),
        needs_person=any(cause.needs_person for cause in causes),
        since=next((cause.since for cause in causes if cause.since), None),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cause:
    reason: str
    remedy: str = ""
    needs_person: bool = False
    since: datetime | None = None


def _causes(path: Path, account: AccountStatus, *, runs: bool) -> Iterator[_Cause]:
    """What was seen of the file may be old when sending stands still, so that is said too."""
    left = _left(path, account.not_taken)
    if left:
        words = left.reason if left.path == path else f"{left.path}: {left.reason}"
        yield _Cause(reason=words, needs_person=left.needs_person, since=left.since)
    if not runs:
        remedy = "Start it: systemctl start syncd. Or make one pass: syncd once."
        yield _Cause(reason="no daemon runs", remedy=remedy, needs_person=True)
    if any(job.name == SEND and job.is_paused for job in account.jobs):
        remedy = f"Go on: syncd resume send --account {account.account}"
        yield _Cause(reason="sending is paused", remedy=remedy)
    for trouble in account.troubles:
        if SEND in trouble.job.split(", "):
            yield _Cause(
                reason=f"sending is in trouble: {trouble.what}",
                remedy=trouble.remedy,
                needs_person=trouble.needs_person,
                since=trouble.since,
            )


def _left(path: Path, not_taken: Sequence[Left]) -> Left | None:
    """The word on the path itself, else on the nearest folder around it."""
    named = {left.path: left for left in not_taken}
    return next((named[each] for each in (path, *path.parents) if each in named), None)
