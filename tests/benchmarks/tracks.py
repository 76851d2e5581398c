"""What a pass of tracking asks for, with few messages outstanding and with many."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from tests.benchmarks.far import UNLIMITED, Wanted
from tests.benchmarks.near import environ, near
from tests.benchmarks.passes import LIMITS, asked, check_sent, drop, ground
from tests.benchmarks.sizes import Sizes
from tests.benchmarks.table import Table

WAITING = Wanted(mdn="never")
QUEUED = Wanted(queued_s=1e6)


def tracks(sizes: Sizes) -> Table:
    """What a pass asks for so many that are sent and not settled."""
    table = Table(
        title="Track",
        note="Requests of one pass, the third after all was sent, while nothing changes. Waiting: the "
        "gateway has sent it and the MDN is missing; queued: it is in the gateway's queue. Budget: 3 + N/50.",
    )
    with ThreadPoolExecutor(2) as pool:
        both = pool.map(lambda wanted: _requests(sizes.outstanding, wanted), (WAITING, QUEUED))
        for count, waiting, queued in zip(sizes.outstanding, *both, strict=True):
            budget = str(3 + count // 50)
            table.add(outstanding=f"{count:,}", waiting=str(waiting), queued=str(queued), budget=budget)
    return table


def _requests(outstanding: Sequence[int], wanted: Wanted) -> list[int]:
    """Of a pass with each number of them, which grows."""
    found: list[int] = []
    with ground(wanted) as (folder, there):
        environment = environ(folder, there.url, limit=LIMITS[UNLIMITED])
        for before, count in zip((0, *outstanding), outstanding, strict=False):
            drop(folder / "root0", count - before, first=before)
            near(environment, ["send", "track"], passes=2)
            seen = there.seen()
            check_sent(count, seen)
            near(environment, ["track"])
            found.append(asked(there.seen()) - asked(seen))
    return found
