"""The daemon as a process, and how soon a dropped file is on its way."""

from __future__ import annotations

import math
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from tests.benchmarks.far import PARTNERS, STATION, UNLIMITED, Far, Wanted
from tests.benchmarks.near import QUIET, environ
from tests.benchmarks.passes import ground
from tests.benchmarks.sizes import Sizes
from tests.benchmarks.table import Table

LIMIT = f"{UNLIMITED}/10s"
LISTS_A_PULL = 2
"""One for each partner type."""
SETTLE_S = 0.1
Drop = Callable[[Path], None]


def latencies(sizes: Sizes) -> Table:
    """From a drop to the request that sends it."""
    table = Table(
        title="From drop to request",
        note=f"Milliseconds beyond `settle` ({SETTLE_S} s), from the close or the rename to the request at "
        "the server, without a limit. Budget: 100. Of a burst most files wait for their turn.",
    )
    table.add(how="written and closed", **_latency(20, _write, gap_s=0.3))
    table.add(how="renamed in", **_latency(20, _rename, gap_s=0.3))
    table.add(how=f"burst of {sizes.burst:,}", **_latency(sizes.burst, _rename, gap_s=0.0))
    return table


def _write(place: Path) -> None:
    place.write_bytes(place.name.encode())


def _rename(place: Path) -> None:
    fresh = place.with_name(f".{place.name}")
    fresh.write_bytes(place.name.encode())
    fresh.rename(place)


def _latency(count: int, put: Drop, *, gap_s: float) -> dict[str, str]:
    dropped: dict[str, float] = {}
    with ground(Wanted()) as (folder, there):
        outbox = folder / "root0" / "outbox" / STATION / PARTNERS[0]
        with running(environ(folder, there.url, limit=LIMIT, keys=QUIET), there):
            for number in range(count):
                place = outbox / f"out-{number:05}.edi"
                put(place)
                dropped[place.name] = time.monotonic()
                threading.Event().wait(gap_s)
            until(lambda: len(there.seen().sent) == count, within_s=900, every_s=0.5)
            sent = there.seen().sent
    return _told(dropped, sent)


def _told(dropped: Mapping[str, float], sent: Mapping[str, float]) -> dict[str, str]:
    late_ms = sorted(1_000 * (sent[name] - dropped[name] - SETTLE_S) for name in dropped)
    return {
        "files": str(len(late_ms)),
        "first": f"{late_ms[0]:.0f}",
        "median": f"{median(late_ms):.0f}",
        "p99": f"{late_ms[math.ceil(0.99 * len(late_ms)) - 1]:.0f}",
    }


@contextmanager
def running(environment: dict[str, str], there: Far) -> Iterator[int]:
    """`syncd run`, from its first pull until it ended in order; gives its process id."""
    command = [sys.executable, "-m", "syncd", "run"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as process:
        try:
            accounts = sum(key.endswith("__ROOT") for key in environment)
            until(
                lambda: there.seen().operations.get("list_received", 0) >= LISTS_A_PULL * accounts,
                within_s=60,
            )
            threading.Event().wait(1.0)
            yield process.pid
        finally:
            process.terminate()


def until(is_so: Callable[[], bool], *, within_s: float, every_s: float = 0.1) -> None:
    """Look again and again. Raises: AssertionError when it does not come to be."""
    pause, deadline = threading.Event(), time.monotonic() + within_s
    while not is_so():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within_s} s")
        pause.wait(every_s)
