"""The daemon as a process: what it costs while idle, and how soon a dropped file is on its way."""

from __future__ import annotations

import math
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from tests.benchmarks.far import PARTNERS, STATION, UNLIMITED, Far, Wanted
from tests.benchmarks.near import QUIET, environ, memory_mb
from tests.benchmarks.passes import asked, ground
from tests.benchmarks.table import Table

LIMIT = f"{UNLIMITED}/10s"
WATCHED_S = 10
PULLS_AN_HOUR = 120
"""With `pull_every` as it is by default."""
LISTS_A_PULL = 2
SETTLE_S = 0.1
Drop = Callable[[Path], None]


def idle() -> Table:
    """One account and ten, pulling every second."""
    table = Table(
        title="Idle",
        note=f"`syncd run` for {WATCHED_S} s, nothing to do, pulling once a second, a list for each of the "
        f"two partner types. An hour: what as many pulls cost as the default makes ({PULLS_AN_HOUR}), with "
        "all else that went on meanwhile. Resident: after the start.",
    )
    for accounts in (1, 10):
        table.add(accounts=str(accounts), **_idle(accounts))
    return table


def _idle(accounts: int) -> dict[str, str]:
    with ground(Wanted()) as (folder, there):
        keys = QUIET | {"pull_every": "1s"}
        with _running(environ(folder, there.url, limit=LIMIT, accounts=accounts, keys=keys), there) as pid:
            cpu, before = _cpu_s(pid), asked(there.seen())
            threading.Event().wait(WATCHED_S)
            spent, requests = _cpu_s(pid) - cpu, asked(there.seen()) - before
            resident = memory_mb(of=pid)
    pulls = requests / LISTS_A_PULL
    return {
        "pulls_seen": f"{pulls:.0f}",
        "CPU_ms_a_pull": f"{1_000 * spent / pulls:.1f}",
        "CPU_s_an_hour_and_account": f"{PULLS_AN_HOUR * spent / pulls:.1f}",
        "requests_an_hour_and_account": str(PULLS_AN_HOUR * LISTS_A_PULL),
        "resident_MB": f"{resident:.1f}",
    }


def latencies(burst: int) -> Table:
    """From a drop to the request that sends it."""
    table = Table(
        title="From drop to request",
        note=f"Milliseconds beyond `settle` ({SETTLE_S} s), from the close or the rename to the request at "
        "the server. Budget: 100. Of a burst most files wait for their turn.",
    )
    table.add(how="written and closed", **_latency(20, _write, gap_s=0.3))
    table.add(how="renamed in", **_latency(20, _rename, gap_s=0.3))
    table.add(how=f"burst of {burst}", **_latency(burst, _rename, gap_s=0.0))
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
        with _running(environ(folder, there.url, limit=LIMIT, keys=QUIET), there):
            for number in range(count):
                place = outbox / f"out-{number:05}.edi"
                put(place)
                dropped[place.name] = time.monotonic()
                threading.Event().wait(gap_s)
            _until(lambda: len(there.seen().sent) == count, within_s=300)
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
def _running(environment: dict[str, str], there: Far) -> Iterator[int]:
    """`syncd run`, from its first pull until it ended in order; gives its process id."""
    command = [sys.executable, "-m", "syncd", "run"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as process:
        try:
            accounts = sum(key.endswith("__ROOT") for key in environment)
            _until(
                lambda: there.seen().operations.get("list_received", 0) >= LISTS_A_PULL * accounts,
                within_s=60,
            )
            threading.Event().wait(1.0)
            yield process.pid
        finally:
            process.terminate()


def _until(is_so: Callable[[], bool], *, within_s: float) -> None:
    pause, deadline = threading.Event(), time.monotonic() + within_s
    while not is_so():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within_s} s")
        pause.wait(0.1)


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
