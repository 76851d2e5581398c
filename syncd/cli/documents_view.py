"""How people see the business documents of a message: interchange by interchange, group by group."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from rich.console import RenderableType
from rich.text import Text

from syncd.cli.render import safe

if TYPE_CHECKING:
    from syncd.operations.rows import DocumentRow, Whole

_MOST = 100
"""Documents of one message that a person is shown; scripts get all that are kept."""
_STANDARDS = {"x12": "X12", "edifact": "EDIFACT"}


def documents(whole: Whole) -> RenderableType:
    """All that is known of them, line by line."""
    shown = whole.documents[:_MOST]
    lines = list(_lines(shown))
    more = len(whole.documents) - len(shown) + whole.documents_more
    if more:
        lines.append(f"and {more} more")
    return Text("\n".join(map(safe, lines)))


def _lines(shown: Sequence[DocumentRow]) -> Iterator[str]:
    for _, of_interchange in groupby(shown, key=_interchange):
        first, *others = of_interchange
        yield _envelope(first)
        for _, of_group in groupby([first, *others], key=_group):
            inside = list(of_group)
            if inside[0].group:
                yield f"  group {inside[0].group_kind} {inside[0].group}"
            yield from map(_document, inside)


def _document(row: DocumentRow) -> str:
    line = f"    {row.kind} {row.control}"
    if row.verdict is None:
        return line
    return f"{line}  {row.verdict} in {row.answered_by}{f': {row.note}' if row.note else ''}"


def _interchange(row: DocumentRow) -> tuple[object, ...]:
    return row.standard, row.interchange, row.sender, row.receiver


def _group(row: DocumentRow) -> tuple[str, str]:
    return row.group_kind, row.group


def _envelope(row: DocumentRow) -> str:
    standard = _STANDARDS.get(row.standard, row.standard)
    test = ", a test" if row.is_test else ""
    return f"{standard} interchange {row.interchange} from {row.sender} to {row.receiver}{test}"
