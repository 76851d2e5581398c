"""What each campaign tried and found, noted by the campaign itself; `report.py` makes the table of it."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FIGURES = Path(__file__).parents[2] / ".torture" / "figures.json"

Figures = dict[str, dict[str, dict[str, Any]]]
"""By campaign, then by test."""


def record_campaign(name: str, *, tried: int, found: int, note: Sequence[str] = ()) -> None:
    """Note how many cases the test that runs now has tried, and how many of them ended badly.

    The last run of a test stands. Safe for processes side by side.
    """
    test = os.environ["PYTEST_CURRENT_TEST"].removesuffix(" (call)")
    FIGURES.parent.mkdir(exist_ok=True)
    with FIGURES.open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        figures: Figures = json.loads(file.read() or "{}")
        at = datetime.now(UTC).date().isoformat()
        figures.setdefault(name, {})[test] = {"tried": tried, "found": found, "note": [*note], "at": at}
        file.truncate(0)
        json.dump(figures, file, indent=1, sort_keys=True)


def read_figures() -> Figures:
    """All that was noted since the file was made."""
    if not FIGURES.exists():
        return {}
    figures: Figures = json.loads(FIGURES.read_text())
    return figures
