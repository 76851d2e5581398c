"""How long a person waits for a command, by itself and while a daemon runs."""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Mapping
from statistics import median
from typing import NamedTuple

from tests.benchmarks.daemon import LIMIT, running
from tests.benchmarks.far import Wanted
from tests.benchmarks.near import QUIET, environ
from tests.benchmarks.passes import ground
from tests.benchmarks.sizes import Sizes
from tests.benchmarks.table import Table

VERSION = "--version"
COMMANDS = (VERSION, "status", "list", "find in-000001.edi", "show in-000001.edi", "once --only send")
BUDGET_MS = 200


class Took(NamedTuple):
    """Milliseconds of a command."""

    wall: float
    cpu: float


def commands(sizes: Sizes) -> Table:
    """What is asked most often, over a few messages."""
    table = Table(
        title="Commands",
        note=f"Milliseconds of the whole process, median of {sizes.repeats}, over 20 messages. Alone: no "
        "daemon runs; else it is asked. Over: the longer one of both over "
        f"`syncd {VERSION}`; budget {BUDGET_MS}.",
    )
    with ground(Wanted(messages=20)) as (folder, there):
        environment = environ(folder, there.url, limit=LIMIT, keys=QUIET)
        subprocess.run(_line("once --only pull --quiet"), env=environment, check=True)
        alone = {command: _median(command, environment, sizes.repeats) for command in COMMANDS}
        with running(environment, there):
            asked = {command: _median(command, environment, sizes.repeats) for command in COMMANDS}
    least = min(alone[VERSION].wall, asked[VERSION].wall)
    for command in COMMANDS:
        table.add(
            command=f"syncd {command}",
            alone=f"{alone[command].wall:.0f}",
            alone_CPU=f"{alone[command].cpu:.0f}",
            with_a_daemon=f"{asked[command].wall:.0f}",
            with_a_daemon_CPU=f"{asked[command].cpu:.0f}",
            over=f"{max(alone[command].wall, asked[command].wall) - least:.0f}",
        )
    return table


def _line(command: str) -> list[str]:
    return [sys.executable, "-m", "syncd", *command.split()]


def _median(command: str, environment: Mapping[str, str], repeats: int) -> Took:
    took = [_took(command, environment) for _ in range(repeats)]
    return Took(median(one.wall for one in took), median(one.cpu for one in took))


def _took(command: str, environment: Mapping[str, str]) -> Took:
    began, before_s = time.perf_counter(), _children_cpu_s()
    subprocess.run(_line(command), env=environment, check=True, stdout=subprocess.DEVNULL)
    return Took(1_000 * (time.perf_counter() - began), 1_000 * (_children_cpu_s() - before_s))


def _children_cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
