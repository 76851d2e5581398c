"""What the bridge costs, and what others cost for it: `make bench` writes RESULTS.md beside this.

Read the counts: requests, transactions, syncs and queries do not wobble. Times do, on a machine that is
shared and not quiet; they are worth something as ratios within one run only. The gateway is the sandbox on
this machine, in a process of its own, so that its work is told apart from ours.
"""

from __future__ import annotations

import argparse
import logging
import os
import platform
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import structlog

sys.path.insert(0, str(Path(__file__).parents[2]))  # shared test code is imported as tests.…

from tests.benchmarks import passes
from tests.benchmarks.daemon import idle, latencies
from tests.benchmarks.drained import drained
from tests.benchmarks.rivals import side_by_side
from tests.benchmarks.table import Table

RESULTS = Path(__file__).with_name("RESULTS.md")
Section = Callable[[argparse.Namespace], Table]
SECTIONS: Mapping[str, Section] = {
    "pull": lambda asked: passes.pulls(more=asked.more),
    "others": lambda asked: side_by_side(asked.others),
    "limit": lambda _: passes.limited_pulls(),
    "clock": lambda _: drained(),
    "send": lambda asked: passes.sends(asked.sends),
    "idle": lambda _: idle(),
    "drop": lambda asked: latencies(asked.burst),
    "track": lambda asked: passes.tracks(more=asked.outstanding),
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
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    return (
        "# What it costs\n\n"
        "Written by `make bench`; how to read it stands in `run.py`. Counts do not wobble; times do, and are "
        "of use as ratios within this one run only: the machine is shared, and other work was done on it.\n\n"
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores, load {load} at the start;"
        f" {versions}.\n"
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what is asked for; a whole run writes the results down."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "sections", nargs="*", help=f"of {', '.join(SECTIONS)}; none: all, into {RESULTS.name}"
    )
    parser.add_argument("--more", type=int, default=0, help="pull so many besides: 10000")
    parser.add_argument("--others", type=int, default=200, help="how many to fetch side by side")
    parser.add_argument("--burst", type=int, default=100, help="how many to drop at once: 2000")
    parser.add_argument("--sends", type=int, default=200)
    parser.add_argument("--outstanding", type=int, default=0, help="track so many besides: 1000, 5000")
    asked = parser.parse_args(arguments)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    head = _head()
    tables = [SECTIONS[name](asked) for name in asked.sections or SECTIONS]
    text = "\n".join([head, *(table.markdown() for table in tables)])
    print(f"\n{text}")
    if not asked.sections:
        RESULTS.write_text(text)


if __name__ == "__main__":
    main()
