"""How people see `status`: account by account, what is wrong in colour."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.text import Text

from syncd.cli.render import safe, sentences
from syncd.cli.standing import moment
from syncd.cli.views import STATES, grid, names
from syncd.core.planning.span import command
from syncd.operations.status import SHOWN

if TYPE_CHECKING:
    from syncd.operations.reports import Left
    from syncd.operations.rows import Row
    from syncd.operations.status import AccountStatus, JobStatus, Status, TroubleStatus

NO_DAEMON = "no daemon runs; start it: systemctl start syncd"
_OVERDUE = "syncd list --acknowledged overdue"
_NOT_ACCEPTED = "syncd show {0}; when it is seen to: syncd resolve {0} done"
_UNITS = ((86400, "d"), (3600, "h"), (60, "m"), (1, "s"))


def status(known: Status, zone: tzinfo, *, now: datetime) -> RenderableType:
    """The whole bridge, at that time."""
    parts: list[RenderableType] = [_head(known, zone)]
    if known.reload_error:
        parts.append(
            Text(safe_lines(f"the last reload changed nothing: {known.reload_error}"), style="bold red")
        )
    for account in known.accounts:
        parts += [Text(), _title(account), grid(("", "", "", ""), _lines(account, zone, now))]
    return Group(*parts)


def watched(known: Status, zone: tzinfo, *, now: datetime) -> RenderableType:
    """The whole bridge on a screen that may be too small for it: what needs a person comes first."""
    urgent = [f"{account.account}: {line}" for account in known.accounts for line in _needs(account)]
    lines = [Text(safe(line), style="bold red") for line in urgent]
    return Group(*lines, status(known, zone, now=now))


def verdict(known: Status) -> RenderableType:
    """A line for each thing that needs a person, else the one that says that all is well."""
    lines = [f"{account.account}: {line}" for account in known.accounts for line in _needs(account)]
    if known.reload_error:
        lines.insert(0, "the last reload changed nothing: " + " ".join(known.reload_error.split()))
    if known.pid is None:
        lines.append(NO_DAEMON)
    if not lines:
        lines.append(f"all is well: {', '.join(account.account for account in known.accounts)}")
    return Text("\n".join(map(safe, lines)))


def safe_lines(text: str) -> str:
    """The text line by line, without what would steer a terminal."""
    return "\n".join(safe(line) for line in text.splitlines())


def span(length: timedelta) -> str:
    """`42 s`, `5 m`, `3 h`, `2 d`: the largest unit that is full."""
    seconds = max(0, int(length.total_seconds()))
    for size, unit in _UNITS:
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return "0 s"


def _needs(account: AccountStatus) -> Iterator[str]:
    yield from map(_sentence, account.attention)
    if len(account.attention) >= SHOWN:
        yield "there may be more: syncd list --attention"
    if account.overdue:
        yield f"{_overdue(account)}: {_OVERDUE}"
    for left in account.not_taken:
        if left.needs_person:
            yield f"{left.path} is not taken: {left.reason}"
    for trouble in account.troubles:
        if trouble.needs_person:
            yield f"{trouble.job}: {sentences(trouble.what, trouble.remedy)}"


def _sentence(row: Row) -> str:
    if row.state == "sent":
        return f"{row.id} {names(row)} was not accepted by the partner: {_NOT_ACCEPTED.format(row.id)}"
    verb = "failed" if row.state == "failed" else f"is {row.state}"
    return f"{row.id} {names(row)} {verb}: {row.reason or 'it needs your decision'}"


def _overdue(account: AccountStatus) -> str:
    count = account.overdue
    were = "message was" if count == 1 else "messages were"
    return f"{count} sent {were} not acknowledged in time"


def _head(known: Status, zone: tzinfo) -> Text:
    if known.pid is None:
        return Text(f"syncd {known.version}: {NO_DAEMON}", style="bold yellow")
    return Text(
        f"syncd {known.version}, process {known.pid}, since {moment(known.since, zone)}", style="bold"
    )


def _title(account: AccountStatus) -> Text:
    watching = f", {account.watching}" if account.watching else ""
    return Text(safe(f"{account.account} ({account.gateway}) {account.root}{watching}"), style="bold")


def _lines(account: AccountStatus, zone: tzinfo, now: datetime) -> Iterator[Sequence[object]]:
    for job in account.jobs:
        yield _job(job, account.account, now)
    yield "  messages", _counts(account), "", ""
    for row in account.attention:
        style = "yellow" if row.state == "held" else "red"
        is_sent = row.state == "sent"
        yield (
            Text(f"  {row.acknowledged if is_sent else row.state}", style=style),
            f"{row.id} {names(row)}",
            _NOT_ACCEPTED.format(row.id) if is_sent else row.reason or "",
            _next_try(row, now),
        )
    if len(account.attention) >= SHOWN:
        yield "", "there may be more", "syncd list --attention", ""
    if account.overdue:
        yield Text("  overdue", style="yellow"), _overdue(account), _OVERDUE, ""
    for left in account.not_taken:
        yield _not_taken(left, now)
    for trouble in account.troubles:
        yield _trouble(trouble, zone, now)
    if account.passed_over:
        yield (
            "  passed over",
            f"{account.passed_over} older unread messages",
            f"they stay there; to have them: {_fetching_old(account)}",
            "",
        )


def _fetching_old(account: AccountStatus) -> str:
    if account.passed_over_from is None or account.passed_over_to is None:
        return f"syncd refetch --since TIME --account {account.account}"
    return command(account.account, account.passed_over_from, account.passed_over_to)


def _job(job: JobStatus, account: str, now: datetime) -> Sequence[object]:
    when = f"last success {span(now - job.last_success)} ago" if job.last_success else ""
    if job.is_paused:
        return (
            f"  {job.name}",
            Text("paused", style="yellow"),
            when,
            f"syncd resume {job.name} --account {account}",
        )
    if job.running_since:
        return f"  {job.name}", when, f"running for {span(now - job.running_since)}", ""
    return f"  {job.name}", when, f"next in {span(job.next - now)}" if job.next else "", ""


def _counts(account: AccountStatus) -> str:
    counted = [(state, account.counts.get(state, 0)) for state in STATES]
    return ", ".join(f"{count} {state}" for state, count in counted if count) or "none"


def _next_try(row: Row, now: datetime) -> str:
    return f"next try in {span(row.next - now)}" if row.next else ""


def _not_taken(left: Left, now: datetime) -> Sequence[object]:
    style = "yellow" if left.needs_person else ""
    since = f"for {span(now - left.since)}" if left.since else ""
    return Text("  not taken", style=style), left.path, left.reason, since


def _trouble(trouble: TroubleStatus, zone: tzinfo, now: datetime) -> Sequence[object]:
    style = "red" if trouble.needs_person else "yellow"
    since = f"since {moment(trouble.since, zone)} ({span(now - trouble.since)})"
    return Text(f"  {trouble.job} in trouble", style=style), trouble.what, trouble.remedy, since
