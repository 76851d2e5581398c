"""A table as text: for the terminal and for Markdown alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Row = Mapping[str, str]


@dataclass(kw_only=True)
class Table:
    """A title, what has to be known to read it, and rows, all with the same columns."""

    title: str
    note: str
    rows: list[Row] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    """Rows that this machine has not got, and why."""

    def add(self, **cells: str) -> None:
        """One row more; shown at once, since a whole run takes minutes."""
        self.rows.append({name.replace("_", " "): cell for name, cell in cells.items()})
        print(f"{self.title}: " + ", ".join(f"{k} {v}" for k, v in self.rows[-1].items()), flush=True)

    def skip(self, what: str, because: str) -> None:
        """A row that cannot be had here."""
        self.skipped.append(f"Skipped: {what}, since {because}.")
        print(f"{self.title}: {self.skipped[-1]}", flush=True)

    def markdown(self) -> str:
        """The section of RESULTS.md."""
        lines = [f"## {self.title}", "", self.note, ""]
        if self.rows:
            names = list(self.rows[0])
            widths = [max(len(name), *(len(row[name]) for row in self.rows)) for name in names]
            lines += [_line(names, widths), _line(["-" * width for width in widths], widths)]
            lines += [_line([row[name] for name in names], widths) for row in self.rows]
        if self.skipped:
            lines += ["", *self.skipped]
        return "\n".join(lines) + "\n"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = zip(cells, widths, strict=True)
    padded = [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]
    return f"| {' | '.join(padded)} |"


def per_hundred(count: int, messages: int) -> str:
    """How many for a hundred messages."""
    return f"{100 * count / messages:.1f}"
