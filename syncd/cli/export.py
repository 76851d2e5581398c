"""`syncd export`: the history for spreadsheets and other programs."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from syncd.cli.options import Call, Given
from syncd.cli.render import Pieces, as_fields, plain, safe
from syncd.operations.export import Entry, entries

if TYPE_CHECKING:
    from syncd.config import Settings

FORMULA = frozenset("=+-@\uff1d\uff0b\uff0d\uff20")
"""With one of these, also in its wide form, a cell begins that spreadsheets calculate."""


class Format(StrEnum):
    """What is written."""

    CSV = "csv"
    JSONL = "jsonl"


def export(
    *,
    format_: Annotated[
        Format | None, Parameter(name="--format", help="csv, unless --json is given: that is jsonl.")
    ] = None,
    since: Annotated[str | None, Parameter(help="Lines from this time on, or from 2h, 7d ago on.")] = None,
    until: Annotated[str | None, Parameter(help="Lines before this time.")] = None,
    call: Given,
) -> Pieces:
    """Write the history as CSV or JSON lines, the oldest message first.

    One line for each line of a message's history; times are UTC. In CSV an apostrophe stands before a
    cell that begins with = + - or @, so that no spreadsheet calculates what came from outside, and �
    stands for what would steer a terminal; JSON lines have every letter. Reads the database itself: run
    it as the user that syncd runs as.

    Example: syncd export --since 30d --format csv
    """
    from syncd.cli.look import moment

    settings = call.settings(passwords=False)
    now = datetime.now(UTC)
    told = _told(
        call,
        settings,
        since=moment(since, option="--since", zone=settings.timezone, now=now),
        until=moment(until, option="--until", zone=settings.timezone, now=now),
    )
    usual = Format.JSONL if call.options.json else Format.CSV
    return Pieces(pieces=WRITERS[format_ or usual](told))


def _told(
    call: Call, settings: Settings, *, since: datetime | None, until: datetime | None
) -> Iterator[Entry]:
    """The entries, while the records are open; without --account also of accounts that are no longer here."""
    wanted = call.options.account
    with call.wiring.records(settings) as records:
        accounts = [wanted] if wanted else sorted(records.accounts())
        yield from entries(records, accounts, since=since, until=until)


# The formats -------------------------------------------------------------------------------------


def json_lines(told: Iterable[Entry]) -> Iterator[str]:
    """An object on each line, in ASCII."""
    for entry in told:
        yield json.dumps(as_fields(entry)) + "\n"


def comma_separated(told: Iterable[Entry]) -> Iterator[str]:
    """RFC 4180, with a heading."""
    names = [field.name for field in fields(Entry)]
    writer = csv.writer(_Paper())
    yield writer.writerow(names)
    for entry in told:
        yield writer.writerow([_cell(getattr(entry, name)) for name in names])


class _Paper:
    """Gives back what is written on it: `writerow` returns what `write` does."""

    def write(self, text: str) -> str:
        return text


def _cell(value: object) -> str:
    """What a cell says: nothing that steers a terminal, nothing that a spreadsheet calculates."""
    if value is None:
        return ""
    text = "; ".join(value) if isinstance(value, tuple) else str(plain(value))
    shown = text if text.isprintable() else "\n".join(map(safe, text.splitlines()))
    return f"'{shown}" if shown.lstrip()[:1] in FORMULA else shown


WRITERS: dict[Format, Callable[[Iterable[Entry]], Iterator[str]]] = {
    Format.CSV: comma_separated,
    Format.JSONL: json_lines,
}
