"""What each campaign tried and found, noted by the campaign itself; `report.py` makes the table of it."""

from __future__ import annotations

import fcntl
import json
import os
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FIGURES = Path(__file__).parents[2] / ".torture" / "figures.json"

Figures = dict[str, dict[str, dict[str, Any]]]
"""By campaign, then by test."""

_so_far: Counter[tuple[str, str, str]] = Counter()
"""What the tests of this process have noted."""


def record_campaign(name: str, *, tried: int, found: int, note: Sequence[str] = ()) -> None:
    """Note how many cases the test that runs now has tried, and how many of them ended badly.

    What one test notes in several calls adds up; its last run stands. Safe for processes side by side.
    """
    test = os.environ["PYTEST_CURRENT_TEST"].removesuffix(" (call)")
    _so_far.update({(name, test, "tried"): tried, (name, test, "found"): found})
    line = {what: _so_far[name, test, what] for what in ("tried", "found")}
    at = datetime.now(UTC).date().isoformat()
    FIGURES.parent.mkdir(exist_ok=True)
    with FIGURES.open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        figures: Figures = json.loads(file.read() or "{}")
        figures.setdefault(name, {})[test] = {**line, "note": [*note], "at": at}
        file.truncate(0)
        json.dump(figures, file, indent=1, sort_keys=True)


def read_figures() -> Figures:
    """All that was noted here so far, the last run of each test."""
    if not FIGURES.exists():
        return {}
    figures: Figures = json.loads(FIGURES.read_text())
    return figures
