"""What the bridge costs, and what others cost for it: `make bench` writes RESULTS.md beside this.

Read the counts: requests, transactions, syncs and queries do not wobble. Times do, on a machine that is
shared and not quiet (each section says the load average that it met); they are worth something as ratios
within one run only. The gateway is the sandbox on this machine, in a process of its own, so that its work is
told apart from ours.

A section that goes wrong says so in its place, and the others go on.
"""

from __future__ import annotations

import argparse
import logging
import os
import platform
import sys
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import structlog

sys.path.insert(0, str(Path(__file__).parents[2]))  # shared test code is imported as tests.…

from tests.benchmarks.commands import commands
from tests.benchmarks.daemon import latencies
from tests.benchmarks.drained import drained
from tests.benchmarks.idling import idle
from tests.benchmarks.pulls import limited_pulls, pulls
from tests.benchmarks.rivals import side_by_side, side_by_side_far
from tests.benchmarks.sends import limited_sends, sends
from tests.benchmarks.shares import shares
from tests.benchmarks.sizes import DEFAULT, MORE, Sizes
from tests.benchmarks.table import Table
from tests.benchmarks.tracks import tracks

RESULTS = Path(__file__).with_name("RESULTS.md")
Section = Callable[[Sizes], Table]
SECTIONS: Mapping[str, Section] = {
    "pull": pulls,
    "shares": shares,
    "limit": limited_pulls,
    "clock": lambda _: drained(),
    "others": side_by_side,
    "others-far": side_by_side_far,
    "send": sends,
    "send-limit": limited_sends,
    "drop": latencies,
    "track": tracks,
    "idle": idle,
    "commands": commands,
}


def _head() -> str:
    told = {
        "syncd": version("syncd"),
        "Python": platform.python_version(),
        "httpx": version("httpx"),
        "SQLAlchemy": version("sqlalchemy"),
        "Linux": platform.release(),
    }
    versions = ", ".join(f"{name} {number}" for name, number in told.items())
    return (
        "# What it costs\n\n"
        "Written by `make bench`; how to read it stands in `run.py`. Counts do not wobble; times do, and are "
        "of use as ratios within this one run only. Each section says how busy the machine was when it "
        "began: a load average above the little that the section before leaves means that other work was "
        f"done on it.\n\n{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores; {versions}.\n"
    )


def measured(name: str, section: Section, sizes: Sizes) -> tuple[str, bool]:
    """The section as Markdown, and whether it went well; never raises but for an interrupt."""
    load, began = os.getloadavg()[0], time.monotonic()
    try:
        text, went_well = section(sizes).markdown(), True
    except Exception as error:  # noqa: BLE001 - one section never loses the others' results
        traceback.print_exc()
        text, went_well = f"## {name}\n\nWent wrong: {type(error).__name__}: {error}\n", False
    took_s = time.monotonic() - began
    return f"{text}\nLoad average {load:.1f} at the start; took {took_s:.0f} s.\n", went_well


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what is asked for; a whole run writes down what it has after each section."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "sections", nargs="*", help=f"of {', '.join(SECTIONS)}; none: all, into {RESULTS.name}"
    )
    parser.add_argument("--more", action="store_true", help="larger amounts of everything; takes an hour")
    asked = parser.parse_args(arguments)
    unknown = [name for name in asked.sections if name not in SECTIONS]
    if unknown:
        parser.error(f"there is no section {', '.join(unknown)}; there are {', '.join(SECTIONS)}")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    texts, failed = [_head()], []
    for name in asked.sections or SECTIONS:
        text, went_well = measured(name, SECTIONS[name], MORE if asked.more else DEFAULT)
        texts.append(text)
        failed += [] if went_well else [name]
        if not asked.sections:
            RESULTS.write_text("\n".join(texts))
    print("\n" + "\n".join(texts))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
