"""How people see the values that commands return."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.text import Text

from syncd.cli import documents_view, standing
from syncd.cli.fitting import FirstThatFits, Fitting
from syncd.cli.render import safe, sentences
from syncd.cli.standing import moment
from syncd.core.layout import Layout
from syncd.core.model import Folder

if TYPE_CHECKING:
    from syncd.config.inforce import InForce
    from syncd.core.account import Account
    from syncd.core.shown import Partner, Station
    from syncd.operations.checks import CheckLine
    from syncd.operations.reports import AccountReport, OnceReport
    from syncd.operations.rows import Row, Whole

_LONGEST = 60
_MOST_KINDS = 3
_TIMES = "\N{MULTIPLICATION SIGN}"
_COLOURS = {"received": "green", "sent": "green", "failed": "red", "held": "yellow"}
STATES = ("received", "sent", "queued", "arriving", "gone", "withdrawn", "failed", "held")
"""In the order in which people want to see them."""


def grid(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> Fitting:
    """A table without lines, whose cells may be anything."""
    return Fitting(headings, [_cells(row) for row in rows])


def _cells(row: Sequence[object]) -> list[Text]:
    return [cell if isinstance(cell, Text) else Text(safe(cell)) for cell in row]


def _state(state: str, phase: str | None = None) -> Text:
    return Text(f"{state} ({phase})" if phase else state, style=_COLOURS.get(state, ""))


def names(row: Row) -> str:
    """The names of a message's files, as far as a table has room: one widens its column for all lines."""
    shown = [_shortened(f"{row.batch}/{file.name}" if row.batch else file.name) for file in row.files[:1]]
    if len(row.files) > 1:
        shown.append(f"{len(row.files) - 1} more")
    return " + ".join(shown)


def kinds(row: Row) -> str:
    """The kinds of documents in a message's files, and how many of each, as far as a table has room."""
    shown = [name if count == 1 else f"{name} {_TIMES}{count}" for name, count in row.kinds.items()]
    return ", ".join(shown[:_MOST_KINDS] + (["…"] if len(shown) > _MOST_KINDS else []))


def _shortened(name: str) -> str:
    """Both ends are kept: the one is what people look for, the other tells the kind."""
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 16]}…{name[-15:]}"


def messages(
    rows: Sequence[Row], zone: tzinfo, *, now: datetime | None = None, with_due: bool = False
) -> RenderableType:
    """`list` and `find`: one line a message; their documents where there are any.

    `now` tells what is overdue; `with_due`: what is waited for says until when.
    """
    if not rows:
        return Text("no messages")
    reasons = [standing.reason(row, zone, now=now, with_due=with_due) for row in rows]
    has_documents = any(row.kinds for row in rows)
    shown = [each for each in _COLUMNS if each != "DOCUMENTS" or has_documents]
    several = len({row.account for row in rows}) > 1
    tables = []
    for dropped in ("", *(["ACCOUNT"] if not several else []), *_DROPPED):
        shown = [_SHORTER.get(each, each) if each == dropped else each for each in shown]
        shown = [each for each in shown if each != dropped]
        lines = [_line(row, shown, zone, why) for row, why in zip(rows, reasons, strict=True)]
        tables.append(Fitting([each.strip() for each in shown], lines, last_below=True))
    return FirstThatFits(tables)


_COLUMNS = ("ID", "CREATED", "ACCOUNT", "STATE", "STATION", "PARTNER", "FILES", "DOCUMENTS", "REASON")
_SHORTER = {"CREATED": "CREATED ", "STATE": "STATE "}
"""What stands in a column's place when it is dropped: the date without seconds, the state without phase."""
_DROPPED = ("CREATED", "STATION", "STATE", "DOCUMENTS", "ACCOUNT")
"""On a narrow screen, one after the other; the account first where there is but one."""


def _line(row: Row, shown: Sequence[str], zone: tzinfo, why: str) -> list[Text]:
    created = moment(row.created, zone)
    cells: dict[str, object] = {
        "ID": row.id,
        "CREATED": created,
        "CREATED ": created[:-3],
        "ACCOUNT": row.account,
        "STATE": _state(row.state, row.phase),
        "STATE ": _state(row.state),
        "STATION": row.station,
        "PARTNER": row.partner,
        "FILES": names(row),
        "DOCUMENTS": kinds(row),
        "REASON": why,
    }
    return _cells([cells[each] for each in shown])


def message(whole: Whole, zone: tzinfo, *, now: datetime) -> RenderableType:
    """`show`: everything about one message, at that time."""
    parts: list[RenderableType] = [
        _facts(whole, zone, now=now),
        Text(f"\n{whole.comes_next}"),
        _headed("Files", grid(("NAME", "BYTES", "SHA-256", "PATH"), _files(whole))),
    ]
    if whole.documents:
        parts.append(_headed("Documents", documents_view.documents(whole)))
    if whole.attempts:
        rows = [(moment(each.at, zone), each.outcome, each.detail) for each in whole.attempts]
        parts.append(_headed("Attempts", grid(("AT", "OUTCOME", "DETAIL"), rows)))
    history = [
        (moment(line.at, zone), _state(line.state, line.phase), line.text, line.by) for line in whole.history
    ]
    parts.append(_headed("History", grid(("AT", "STATE", "WHAT", "BY"), history)))
    return Group(*parts)


def _headed(heading: str, body: RenderableType) -> RenderableType:
    return Group(Text(), Text(heading, style="bold"), body)


def _facts(row: Row, zone: tzinfo, *, now: datetime) -> Fitting:
    mdn = f"{row.mdn.status} {row.mdn.content or ''}".strip() if row.mdn else ""
    facts: list[tuple[str, object]] = [
        ("message", row.id),
        ("state", _state(row.state, row.phase)),
        ("reason", row.reason or ""),
        ("account", f"{row.account} ({row.gateway})"),
        ("direction", row.direction),
        ("station", row.station),
        ("partner", f"{row.partner} ({row.partner_type})" if row.partner else ""),
        ("message id", row.message_id or ""),
        ("subject", row.subject or ""),
        ("batch", row.batch or ""),
        ("created", moment(row.created, zone)),
        ("updated", moment(row.updated, zone)),
        ("next try", moment(row.next, zone)),
        ("MDN", mdn),
        ("acknowledged", row.acknowledged or standing.awaited(row, zone, now=now)),
    ]
    return grid(("", ""), [fact for fact in facts if isinstance(fact[1], Text) or fact[1]])


def _files(row: Row) -> list[tuple[object, ...]]:
    return [(file.name, file.size, file.sha256 or "", file.path or "") for file in row.files]


def partners(rows: Sequence[tuple[str, Partner]], numbered: Sequence[Account] = ()) -> RenderableType:
    """`partners`: what the gateway knows of them, and what to do where it has no such list."""
    notes = [Text(_no_list(account)) for account in numbered]
    if notes and not rows:
        return Group(*notes)
    table = grid(
        ("ACCOUNT", "PARTNER", "NAME", "TYPE", "ASKS FOR MDN", "SUBJECT"),
        (
            (
                account,
                row.as2_id,
                row.name,
                row.partner_type,
                "" if row.requests_mdn is None else ("yes" if row.requests_mdn else "no"),
                row.subject or "",
            )
            for account, row in rows
        ),
    )
    return Group(table, Text(), *notes) if notes else table


def _no_list(account: Account) -> str:
    outbox = Layout(account.layout).place(Folder.OUTBOX, "<our number>/<theirs>")
    return (
        f"{account.name}: ECGrid has no list of partners, since any two numbers are a pair; "
        f"drop into {safe(account.root)}/{outbox}/"
    )


def stations(rows: Sequence[tuple[str, Station]]) -> RenderableType:
    """`stations`: our identities there."""
    return grid(("ACCOUNT", "STATION", "NAME"), ((account, row.as2_id, row.name) for account, row in rows))


def in_force(path: object, lines: Sequence[InForce]) -> RenderableType:
    """`config`: every key, its value and its source."""
    head = Text(f"read from {safe(path)}" if path else "read from the environment alone")
    rows = ((line.key, _written(line.value), line.source) for line in lines)
    return Group(head, Text(), grid(("KEY", "VALUE", "FROM"), rows))


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return ", ".join(str(each) for each in value) or "none"
    return "not set" if value is None else str(value)


def checks(lines: Sequence[CheckLine]) -> RenderableType:
    """`check`: what, why, what to type."""
    return grid(("", "", "", "", ""), (_check_row(line) for line in lines))


def _check_row(line: CheckLine) -> tuple[object, ...]:
    verdict = {
        True: Text("ok", style="green"),
        False: Text("WRONG", style="bold red"),
        None: Text("note", style="yellow"),
    }[line.ok]
    return verdict, line.account or "", line.name, line.what, line.remedy


def once(report: OnceReport) -> RenderableType:
    """`once`: what moved, what is left and why, account by account."""
    return Group(*(part for account in report.accounts for part in _account(account)))


def _account(account: AccountReport) -> list[RenderableType]:
    parts: list[RenderableType] = [Text(safe(account.account), style="bold")]
    troubles = [(each.what, each.remedy) for each in account.troubles]
    if account.trouble and not troubles:
        troubles = [(account.trouble, account.remedy)]
    parts += [_met(f"could not go on: {what}", remedy, style="red") for what, remedy in troubles]
    parts += [_met(each.what, each.remedy, style="red") for each in account.hooks]
    parts += [_met(each.what, each.remedy, style="yellow") for each in account.paused]
    rows = sorted(account.messages, key=lambda row: STATES.index(row.state))
    moved: list[Sequence[object]] = [_moved(row) for row in rows]
    moved += [("  would", sentence, "") for sentence in account.would]
    for left in account.not_taken:
        style = "yellow" if left.needs_person else ""
        moved.append((Text("  not taken", style=style), left.path, left.reason))
    if moved:
        parts.append(grid(("", "", ""), moved))
    elif len(parts) == 1:
        parts.append(Text("  nothing to do"))
    return parts


def _met(what: str, remedy: str, *, style: str) -> Text:
    return Text(f"  {safe(sentences(what, remedy))}", style=style)


def _moved(row: Row) -> tuple[object, ...]:
    arrow = "from" if row.direction == "inbound" else "to"
    state = Text("  ").append_text(_state(row.state, row.phase if row.state == "queued" else None))
    return state, f"{names(row)} {arrow} {row.partner}", row.reason or ""
