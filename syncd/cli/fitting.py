"""Tables that fit their screen: no id, name or date is broken; what has no room stands below its row.

Where there is room, to a pipe above all, a row is one line.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

_GAP = 2
_INDENT = 4
_WHOLE = 21
"""A column that is not wider is not made narrower: an id, a date with its time, a state."""
_WORD = 24
"""A longer word does not keep a column wide: its row goes on below."""


class Fitting:
    """A table without lines. `last_below`: where it does not fit, the last column is the first to go."""

    def __init__(
        self, headings: Sequence[str], rows: Sequence[Sequence[Text]], *, last_below: bool = False
    ) -> None:
        self._headings = headings
        self._rows = rows
        self._last_below = last_below
        cells = [[Text(heading), *(row[n] for row in rows)] for n, heading in enumerate(headings)]
        self.widths = [max(map(_width, column)) for column in cells]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """As one table, or row by row."""
        if _together(self.widths) <= options.max_width:
            yield self._table(self.widths, self._rows, with_headings=any(self._headings))
            return
        widths = self._narrowed(options.max_width)
        if any(self._headings):
            yield self._table(widths, [], with_headings=True)
        for row in self._rows:
            yield from self._row(row, widths)

    def _narrowed(self, room: int) -> list[int]:
        """The widths of as many columns as fit side by side."""
        kept = len(self.widths) - (1 if self._last_below else 0)
        while kept > 1 and _together([self._floor(n) for n in range(kept)]) > room:
            kept -= 1
        widths = self.widths[:kept]
        while _together(widths) > room and max(widths) > 1:
            roomy = [n for n in range(kept) if widths[n] > self._floor(n)] or list(range(kept))
            widths[max(roomy, key=lambda n: widths[n])] -= 1
        return widths

    def _floor(self, column: int) -> int:
        width = self.widths[column]
        if width <= _WHOLE:
            return width
        return max(_WHOLE, min(_WORD, max(_longest(row[column]) for row in self._rows)))

    def _row(self, row: Sequence[Text], widths: Sequence[int]) -> Iterator[RenderableType]:
        beside = next((n for n, width in enumerate(widths) if _longest(row[n]) > width), len(widths))
        if beside:
            yield self._table(widths[:beside], [row[:beside]])
        for cell in row[beside:]:
            if cell.plain.strip():
                yield Padding(cell, (0, 0, 0, _INDENT if beside else 0))

    def _table(
        self, widths: Sequence[int], rows: Sequence[Sequence[Text]], *, with_headings: bool = False
    ) -> Table:
        table = Table(box=None, pad_edge=False, header_style="bold", show_header=with_headings)
        for heading, width in zip(self._headings, widths, strict=False):
            table.add_column(heading, overflow="fold", width=width)
        for row in rows:
            table.add_row(*row)
        return table


class FirstThatFits:
    """Of several tables of the same rows, the first with room for all columns but the last; else the last."""

    def __init__(self, tables: Sequence[Fitting]) -> None:
        self._tables = tables

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """One of them."""
        fits = (table for table in self._tables if _together(table.widths[:-1]) <= options.max_width)
        yield next(fits, self._tables[-1])


def _together(widths: Sequence[int]) -> int:
    return sum(widths) + _GAP * (len(widths) - 1)


def _width(cell: Text) -> int:
    return max(map(cell_len, cell.plain.splitlines()), default=0)


def _longest(cell: Text) -> int:
    return max(map(cell_len, cell.plain.split()), default=0)
