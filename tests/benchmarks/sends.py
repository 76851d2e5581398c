"""What sending costs: as fast as it goes, and within the documented limit from near and far."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from tests.benchmarks.distance import HERE, CannotDelay, Way, way
from tests.benchmarks.far import DOCUMENTED, UNLIMITED, Seen, Wanted
from tests.benchmarks.near import Done, environ, near
from tests.benchmarks.passes import LIMITS, check_limit, check_sent, costs, drop, ground
from tests.benchmarks.sizes import Sizes
from tests.benchmarks.table import Table

PARTNERS = (1, 10)
ROUND_TRIPS_MS = (0, 50, 200)
A_SECOND = DOCUMENTED / 10


def sends(sizes: Sizes) -> Table:
    """Send without a limit, to one partner and to ten."""
    table = Table(
        title=f"Send {sizes.sends:,} of 2 KB, without a limit",
        note="Dropped before the pass. Seconds: the whole pass, with `settle` (0.1 s); a second: from the "
        "first request that sends to the last one. The rest as in the table of the pull.",
    )
    for partners in PARTNERS:
        done, seen = _sent(sizes.sends, partners, limit=UNLIMITED)
        table.add(
            to=_to(partners),
            seconds=f"{done.seconds:.2f}",
            a_second=f"{_rate(seen):.0f}",
            **costs(sizes.sends, done, seen),
        )
    return table


def limited_sends(sizes: Sizes) -> Table:
    """Send within the documented limit; these mostly wait, so they run side by side."""
    count = sizes.limited_sends
    table = Table(
        title=f"Send {count:,} of 2 KB, within {DOCUMENTED} requests in 10 s",
        note="One request a message, and nothing else in the window. The rows ran side by side, each with a "
        "server of its own. Round trips, of the limit and most as in the table of the pull.",
    )
    rows = [(round_trip, partners) for round_trip in ROUND_TRIPS_MS for partners in PARTNERS]
    with ThreadPoolExecutor(len(rows)) as pool:
        measured = [pool.submit(_from_afar, *row, count) for row in rows]
        for (round_trip, partners), one in zip(rows, measured, strict=True):
            name = f"{round_trip} ms"
            try:
                done, seen, by = one.result()
            except CannotDelay as error:
                table.skip(name, str(error))
                continue
            table.add(round_trip=name, to=_to(partners), **_shares(count, done, seen), by=by)
    return table


def _from_afar(round_trip_ms: int, partners: int, count: int) -> tuple[Done, Seen, str]:
    with way(round_trip_ms) as there_and_back:
        done, seen = _sent(count, partners, limit=DOCUMENTED, way=there_and_back)
    check_limit(seen)
    return done, seen, there_and_back.by


def _sent(count: int, partners: int, *, limit: int, way: Way = HERE) -> tuple[Done, Seen]:
    with ground(Wanted(limit=limit), way) as (folder, there):
        environment = environ(folder, there.url, limit=LIMITS[limit])
        drop(folder / "root0", count, partners=partners)
        done = near(environment, ["send"], way=way)
        seen = there.seen()
    check_sent(count, seen)
    return done, seen


def _rate(seen: Seen) -> float:
    times: Sequence[float] = sorted(seen.sent.values())
    return (len(times) - 1) / (times[-1] - times[0])


def _shares(count: int, done: Done, seen: Seen) -> dict[str, str]:
    share = seen.of_limit()
    return {
        "a_second": f"{share * A_SECOND:.2f}",
        "of_the_limit": f"{share:.1%}",
        "most": str(seen.peak),
        "answered_429": str(seen.over),
        "requests": str(seen.requests),
        **{
            name: cell
            for name, cell in costs(count, done, seen).items()
            if name in {"transactions_per_100", "CPU_s", "peak_MB"}
        },
    }


def _to(partners: int) -> str:
    return "1 partner" if partners == 1 else f"{partners} partners"
