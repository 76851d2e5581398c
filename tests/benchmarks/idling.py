"""What the daemon costs while there is nothing to do, and what a day's work leaves in its memory.

An hour of the defaults has 120 pulls, 180 tracks and 120 scans. It is not waited for: `quick` is a while with
the same mixture twenty times as fast, `still` one with no job at all, and an hour is put together of both.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx

from tests.benchmarks.daemon import LIMIT, LISTS_A_PULL, running, until
from tests.benchmarks.far import PASSWORD, Far, Seen, Wanted, login_of
from tests.benchmarks.near import QUIET, environ, memory_mb
from tests.benchmarks.passes import asked, drop, ground
from tests.benchmarks.sizes import Sizes
from tests.benchmarks.table import Table

PULL_S = 1.5
QUICK = {"pull_every": f"{PULL_S}s", "track_every": "1s", "scan_every": f"{PULL_S}s"}
PULLS_AN_HOUR = 120
HOUR_S = 3_600


class Row(NamedTuple):
    """A daemon with so many accounts."""

    accounts: int
    has_web: bool


ROWS = (Row(1, False), Row(1, True), Row(10, False), Row(10, True))


def idle(sizes: Sizes) -> Table:
    """One account and ten, without and with the page, and memory after a day's work."""
    table = Table(
        title="Idle",
        note="`syncd run` with nothing to do. CPU of an hour with the default intervals, put together of a "
        f"while of {sizes.idle_s:.0f} s twenty times as fast and one without any job (`idling.py`); requests "
        "alone: what the same lists cost a client that keeps its connection, asks for them by httpx and does "
        "nothing with them. Budget: under 1 s an hour and account beyond that. Requests: a list for each of "
        "the two partner types a pull. Resident: after the start; budget 80 MB, with the page 95, under 2 MB "
        f"for each account more. After a day: resident again after {sizes.day:,} messages came and "
        f"{sizes.day_sends:,} files went.",
    )
    alone_ms = _requests_alone_ms()
    with ThreadPoolExecutor(len(ROWS)) as pool:
        still = list(pool.map(lambda row: _still_s(sizes, row), ROWS))
    for row, still_s in zip(ROWS, still, strict=True):
        table.add(**_idle(sizes, row, still_s=still_s, alone_ms=alone_ms))
    return table


@contextmanager
def _daemon(row: Row, keys: Mapping[str, str]) -> Iterator[tuple[int, Path, Far]]:
    web = {"SYNCD_WEB__LISTEN": f"127.0.0.1:{_free_port()}"} if row.has_web else {}
    with ground(Wanted(logins=row.accounts)) as (folder, there):
        environment = environ(folder, there.url, limit=LIMIT, accounts=row.accounts, keys=keys)
        with running(environment | web, there) as pid:
            yield pid, folder, there


def _still_s(sizes: Sizes, row: Row) -> float:
    """CPU seconds of a second in which no job runs."""
    with _daemon(row, QUIET) as (pid, _, there):
        return _watched(pid, there, sizes.idle_s)[0] / sizes.idle_s


def _idle(sizes: Sizes, row: Row, *, still_s: float, alone_ms: float) -> dict[str, str]:
    with _daemon(row, QUICK) as (pid, folder, there):
        resident = memory_mb(of=pid)
        quick_s, requests = _watched(pid, there, sizes.idle_s)
        _work_for_a_day(sizes, row, folder, there)
        after_a_day = memory_mb(of=pid)
    pulls = requests / LISTS_A_PULL
    assert pulls, f"no pull within {sizes.idle_s} s"
    a_pull_s = (quick_s - still_s * sizes.idle_s) / pulls
    hour_s = PULLS_AN_HOUR * a_pull_s + HOUR_S * still_s / row.accounts
    alone_s = PULLS_AN_HOUR * LISTS_A_PULL * alone_ms / 1_000
    return {
        "accounts": str(row.accounts),
        "web": "on" if row.has_web else "off",
        "CPU_ms_a_pull": f"{1_000 * a_pull_s:.1f}",
        "CPU_s_an_hour_and_account": f"{hour_s:.2f}",
        "requests_alone": f"{alone_s:.2f}",
        "beyond_them": f"{hour_s - alone_s:.2f}",
        "requests_an_hour_and_account": str(PULLS_AN_HOUR * LISTS_A_PULL),
        "resident_MB": f"{resident:.1f}",
        "after_a_day_MB": f"{after_a_day:.1f}",
    }


def _watched(pid: int, there: Far, seconds: float) -> tuple[float, int]:
    """CPU seconds of the process, and its requests, in so many seconds."""
    cpu, before = _cpu_s(pid), asked(there.seen())
    threading.Event().wait(seconds)
    return _cpu_s(pid) - cpu, asked(there.seen()) - before


def _cpu_s(pid: int) -> float:
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9


def _requests_alone_ms(count: int = 500) -> float:
    """CPU milliseconds of one list by httpx, in this process."""
    with ground(Wanted()) as (_, there), httpx.Client() as client:
        login = {"username": login_of(0), "password": PASSWORD}
        token = client.post(f"{there.url}/authorize", json=login).raise_for_status().json()["token"]
        listing = f"{there.url}/message/received?unreadOnly=true&pageLength=100"
        before_s = time.process_time()
        for _ in range(count):
            client.get(listing, headers={"Authorization": token}).raise_for_status()
        return 1_000 * (time.process_time() - before_s) / count


def _work_for_a_day(sizes: Sizes, row: Row, folder: Path, there: Far) -> None:
    """Messages come and files go, until all is quiet again."""
    share = sizes.day_sends // row.accounts
    there.arrive(sizes.day)
    for number in range(row.accounts):
        drop(folder / f"root{number}", share, first=number * share)
    until(lambda: _is_done(there.seen(), share * row.accounts), within_s=900, every_s=0.5)
    threading.Event().wait(3.0)


def _is_done(seen: Seen, files: int) -> bool:
    return not seen.unread and len(seen.sent) == files


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
