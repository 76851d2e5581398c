"""Write what the campaigns noted into the tables of `tests/README.md`, and print them.

`make torture` runs it at its end. A campaign that did not run this time keeps its line.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.safety.figures import read_figures
from tests.safety.mutations_ecgrid import ECGRID
from tests.safety.mutations_inbound import INBOUND
from tests.safety.mutations_outbound import OUTBOUND

README = Path(__file__).parents[1] / "README.md"
MUTATIONS = "mutations"
BAD = {MUTATIONS: "unnoticed"}
"""What it is called when a case ends badly; else lost, doubled or escaped."""

Tests = Mapping[str, Mapping[str, Any]]


def main() -> None:
    """Bring both tables up to date."""
    figures = read_figures()
    text = README.read_text()
    known = {mutation.mistake for mutation in (*INBOUND, *OUTBOUND, *ECGRID)}
    mutations = {test: line for test, line in figures.pop(MUTATIONS, {}).items() if line["note"][1] in known}
    if mutations:
        figures[MUTATIONS] = mutations
    campaigns = {name: _campaign(name, tests) for name, tests in figures.items()}
    text, shown = _renewed(text, "campaigns", campaigns)
    mistakes = {line["note"][1]: _mistake(line) for line in mutations.values()}
    text, noticed = _renewed(text, "mistakes", mistakes, only=known)
    README.write_text(text)
    sys.stdout.write(f"{noticed}\n\n{shown}\n" if mistakes else f"{shown}\n")


def _campaign(name: str, tests: Tests) -> tuple[str, ...]:
    tried, found = (sum(line[what] for line in tests.values()) for what in ("tried", "found"))
    at = max(line["at"] for line in tests.values())
    functions = sorted({test.partition("[")[0] for test in tests})
    return (
        name,
        f"{tried:,}",
        f"{found} {BAD.get(name, '')}".strip(),
        at,
        f"`make torture ARGS={_quoted(functions)}`",
    )


def _quoted(words: Sequence[str]) -> str:
    joined = " ".join(words)
    return f'"{joined}"' if " " in joined else joined


def _mistake(line: Mapping[str, Any]) -> tuple[str, ...]:
    rule, mistake, *tests = line["note"]
    noticed = ", ".join(f"`{test}`" for test in tests) if not line["found"] else "**nobody**"
    return (mistake, rule, noticed)


def _renewed(
    text: str, name: str, rows: Mapping[str, Sequence[str]], *, only: Collection[str] | None = None
) -> tuple[str, str]:
    """The text with these rows in the table of that name, others as they were; and the table.

    `only`: what has a place in it at all.
    """
    marks = re.compile(rf"(<!-- {name} -->\n)(.*?)(\n<!-- end of {name} -->)", re.DOTALL)
    found = marks.search(text)
    if found is None:
        raise SystemExit(f"{README} has no table of {name}: put back its marks, <!-- {name} --> and its end")
    head, rule, *old = found[2].splitlines()
    kept = {_cells(line)[0]: line for line in old}
    kept |= {key: f"| {' | '.join(cells)} |" for key, cells in rows.items()}
    wanted = (key for key in sorted(kept) if only is None or key in only)
    table = "\n".join([head, rule, *(kept[key] for key in wanted)])
    return marks.sub(lambda match: match[1] + table + match[3], text), table


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


if __name__ == "__main__":
    main()
