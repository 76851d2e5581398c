"""What a pass of tracking asks for."""

from __future__ import annotations

from tests.benchmarks.far import UNLIMITED, Wanted
from tests.benchmarks.near import environ, near
from tests.benchmarks.passes import LIMITS, asked, drop, ground
from tests.benchmarks.sizes import Sizes
from tests.benchmarks.table import Table


def tracks(sizes: Sizes) -> Table:
    """What a pass asks for so many that are sent and not settled."""
    table = Table(
        title="Track",
        note="Requests of one pass, the third after all was sent, while nothing changes. Waiting: the "
        "gateway has sent it and the MDN is missing; queued: it is in the gateway's queue. Budget: 3 + N/50.",
    )
    for count in sizes.outstanding:
        table.add(
            outstanding=f"{count:,}",
            waiting=str(_a_pass(count, Wanted(mdn="never"))),
            queued=str(_a_pass(count, Wanted(queued_s=1e6))),
            budget=f"{3 + count // 50}",
        )
    return table


def _a_pass(count: int, wanted: Wanted) -> int:
    with ground(wanted) as (folder, there):
        environment = environ(folder, there.url, limit=LIMITS[UNLIMITED])
        drop(folder / "root0", count)
        near(environment, ["send", "track"], passes=2)
        before = asked(there.seen())
        near(environment, ["track"])
        return asked(there.seen()) - before
