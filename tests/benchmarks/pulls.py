"""What a pull costs: as fast as it goes, and within the limit from near and far, also killed in between."""

from __future__ import annotations

import subprocess
import threading

from tests.benchmarks.distance import CannotDelay, Way, way
from tests.benchmarks.far import DOCUMENTED, Far, Seen, Wanted
from tests.benchmarks.near import Done, environ, near, passes_of
from tests.benchmarks.passes import LIMITS, asked, check_arrived, check_limit, costs, ground
from tests.benchmarks.sizes import Load, Sizes
from tests.benchmarks.table import Table, per_hundred

ROUND_TRIPS_MS = (0, 50, 200)
KILLED_AT_MS = 50
CEILING = 100 / 3 * DOCUMENTED / 10
"""Messages a second, where 3 requests carry 100."""


def pulls(sizes: Sizes) -> Table:
    """Pull without a limit: what it costs on either side."""
    table = Table(
        title="Pull, without a limit",
        note="From the server into the inbox and away from the server, by one pass; all is compared byte by "
        "byte afterwards. Of the ceiling: what the documented limit would let through for small messages "
        f"({CEILING:.1f} a second), so that more than 100% waits for the limit and for nothing else. "
        "Requests without the log-in and the lists of stations and partners. Server: the CPU time of the "
        "sandbox in its own process, with the making of the messages. Peak: the most that was resident; "
        "grown: that over what was resident before the pass.",
    )
    for load in sizes.pulls:
        table.add(messages=load.name, **_pulled(load))
    return table


def _pulled(load: Load) -> dict[str, str]:
    wanted = Wanted(messages=load.messages, least_bytes=load.least_bytes, most_bytes=load.most_bytes)
    with ground(wanted) as (folder, there):
        done = near(environ(folder, there.url, limit=LIMITS[wanted.limit]), ["pull"])
        seen = there.seen()
        check_arrived(folder / "root0" / "inbox", wanted, seen)
    rate = load.messages / done.seconds
    return {
        "seconds": f"{done.seconds:.2f}",
        "a_second": f"{rate:.1f}" if rate < 10 else f"{rate:.0f}",
        "of_the_ceiling": f"{rate / CEILING:.0%}",
        **costs(load.messages, done, seen),
    }


def limited_pulls(sizes: Sizes) -> Table:
    """Pull within the documented limit, from near and far, and once with a kill in between."""
    table = Table(
        title=f"Pull of {sizes.limited_pull:,} of 1-8 KB, within {DOCUMENTED} requests in 10 s",
        note="Round trips with a jitter of a tenth, by what the last column names: `netem` in a network "
        "namespace, or, where the kernel has none, packets carried late between two TUN devices (TCP is real "
        "either way). Of the limit: the time that full windows take, of what they took, from the first "
        "request on. A second, and of the ceiling: the same in messages, where 3 requests carry 100 "
        f"({CEILING:.1f} a second). Most: requests in any 10 s by the server's own clock; that it is never "
        "over, and nothing answered 429, is asserted. Killed: `kill -9` in the middle of a window, started "
        f"again at once, {sizes.killed_pull:,} messages; nothing lost or twice, never over; the counts are "
        "the second start's, requests those of both. Where a pull without a limit is slower than the "
        "ceiling, it is the machine that is measured here, and not the pacing.",
    )
    for round_trip in ROUND_TRIPS_MS:
        _limited(table, round_trip, sizes.limited_pull, is_killed=False)
    _limited(table, KILLED_AT_MS, sizes.killed_pull, is_killed=True)
    return table


def _limited(table: Table, round_trip_ms: int, messages: int, *, is_killed: bool) -> None:
    wanted = Wanted(messages=messages, limit=DOCUMENTED)
    name = f"{round_trip_ms} ms{', killed' if is_killed else ''}"
    try:
        with way(round_trip_ms) as there_and_back, ground(wanted, there_and_back) as (folder, there):
            environment = environ(folder, there.url, limit=LIMITS[wanted.limit])
            if is_killed:
                _kill_a_pull(environment, there, there_and_back, at_request=messages // 57)
            done = near(environment, ["pull"], way=there_and_back)
            seen = there.seen()
            check_arrived(folder / "root0" / "inbox", wanted, seen)
    except CannotDelay as error:
        table.skip(name, str(error))
        return
    check_limit(seen)
    table.add(round_trip=name, **_shares(messages, done, seen), by=there_and_back.by)


def _kill_a_pull(environment: dict[str, str], there: Far, way: Way, *, at_request: int) -> None:
    """Let a pass run until so many requests were counted at the server, and kill it."""
    with subprocess.Popen(passes_of(["pull"], way=way), env=environment, stdout=subprocess.DEVNULL) as child:
        pause = threading.Event()
        while there.seen().requests < at_request:
            assert child.poll() is None, "it ended before it could be killed"
            pause.wait(0.05)
        child.kill()


def _shares(messages: int, done: Done, seen: Seen) -> dict[str, str]:
    share = seen.of_limit()
    of_ceiling = share * (messages / asked(seen)) / (100 / 3)
    return {
        "a_second": f"{of_ceiling * CEILING:.1f}",
        "of_the_limit": f"{share:.1%}",
        "of_the_ceiling": f"{of_ceiling:.1%}",
        "most": str(seen.peak),
        "answered_429": str(seen.over),
        "requests": str(seen.requests),
        "requests_per_100": per_hundred(asked(seen), messages),
        "transactions_per_100": per_hundred(done.transactions, messages),
        "CPU_s": f"{done.cpu_s:.1f}",
        "peak_MB": f"{done.memory_mb:.0f}",
    }
