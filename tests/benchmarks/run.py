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
import re
import shutil
import subprocess
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
from tests.benchmarks.history import history
from tests.benchmarks.idling import idle
from tests.benchmarks.outboxes import bursts, ignored
from tests.benchmarks.pulls import limited_pulls, pulls
from tests.benchmarks.rivals import side_by_side, side_by_side_far
from tests.benchmarks.sending import sending
from tests.benchmarks.sends import limited_sends, sends
from tests.benchmarks.shares import shares
from tests.benchmarks.sizes import DEFAULT, MORE, Sizes
from tests.benchmarks.table import Table
from tests.benchmarks.tracks import tracks

RESULTS = Path(__file__).with_name("RESULTS.md")
Section = Callable[[Sizes], Table]
MARK = r"(?m)^<!-- ([a-z-]+) -->$"
RIVALS: Mapping[str, Sequence[str]] = {
    "curl": ("curl", "--version"),
    "lftp": ("lftp", "--version"),
    "rclone": ("rclone", "version"),
    "OpenSSH": ("ssh", "-V"),
}
SECTIONS: Mapping[str, Section] = {
    "pull": pulls,
    "shares": shares,
    "limit": limited_pulls,
    "clock": lambda _: drained(),
    "others": side_by_side,
    "others-far": side_by_side_far,
    "send": sends,
    "send-limit": limited_sends,
    "send-clock": lambda _: sending(),
    "bursts": lambda sizes: bursts(sizes.bursts),
    "ignored": lambda sizes: ignored(sizes.ignored),
    "drop": latencies,
    "track": tracks,
    "idle": idle,
    "history": history,
    "commands": commands,
}


def _head() -> str:
    told = {
        "syncd": version("syncd"),
        "Python": platform.python_version(),
        "httpx": version("httpx"),
        "SQLAlchemy": version("sqlalchemy"),
        "Linux": platform.release(),
        **{name: _number(command) for name, command in RIVALS.items()},
    }
    versions = ", ".join(f"{name} {number}" for name, number in told.items() if number)
    return (
        "# What it costs\n\n"
        "Written by `make bench`; how to read it stands in `run.py`. Counts do not wobble; times do, and are "
        "of use as ratios within this one run only. Each section says how busy the machine was when it "
        "began: a load average above the little that the section before leaves means that other work was "
        f"done on it.\n\n{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores; {versions}.\n"
    )


def _number(command: Sequence[str]) -> str:
    """The version that a program tells; empty when it is not there."""
    if not shutil.which(command[0]):
        return ""
    told = subprocess.run(command, check=False, capture_output=True, text=True)
    found = re.search(r"\d+\.\d[\w.]*", told.stdout + told.stderr)
    return found[0] if found else ""


def measured(name: str, section: Section, sizes: Sizes) -> tuple[str, bool]:
    """The section as Markdown, and whether it went well; never raises but for an interrupt."""
    load, began = os.getloadavg()[0], time.monotonic()
    try:
        text, went_well = section(sizes).markdown(), True
    except Exception as error:  # noqa: BLE001 - one section never loses the others' results
        traceback.print_exc()
        text, went_well = f"## {name}\n\nWent wrong: {type(error).__name__}: {error}\n", False
    took_s = time.monotonic() - began
    told = (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC; load average {load:.1f} at the start; took {took_s:.0f} s."
    )
    return f"{text}\n{told}\n", went_well


def written_down(results: Path, head: str, texts: Mapping[str, str]) -> None:
    """Write these sections in the place of those of the same names, in the order of a whole run."""
    before = re.split(MARK, results.read_text())[1:] if results.exists() else []
    sections = {**dict(zip(before[::2], before[1::2], strict=True)), **texts}
    known = [name for name in SECTIONS if name in sections]
    marked = [f"<!-- {name} -->\n{sections[name].strip()}\n" for name in known]
    results.write_text("\n".join([head, *marked]))


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what is asked for; a whole run writes down what it has after each section."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "sections", nargs="*", help=f"of {', '.join(SECTIONS)}; none: all, and {RESULTS.name} anew"
    )
    parser.add_argument("--write", action="store_true", help=f"renew these sections in {RESULTS.name}")
    parser.add_argument("--more", action="store_true", help="larger amounts of everything; takes an hour")
    asked = parser.parse_args(arguments)
    unknown = [name for name in asked.sections if name not in SECTIONS]
    if unknown:
        parser.error(f"there is no section {', '.join(unknown)}; there are {', '.join(SECTIONS)}")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    head, texts, failed = _head(), dict[str, str](), list[str]()
    if not asked.sections:
        RESULTS.unlink(missing_ok=True)
    for name in asked.sections or SECTIONS:
        texts[name], went_well = measured(name, SECTIONS[name], MORE if asked.more else DEFAULT)
        failed += [] if went_well else [name]
        if asked.write or not asked.sections:
            written_down(RESULTS, head, texts)
    print("\n" + "\n".join([head, *texts.values()]))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
