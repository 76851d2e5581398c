"""What passes cost: pull, send and track, counted on both sides."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks.far import (
    DOCUMENTED,
    PARTNERS,
    STATION,
    UNLIMITED,
    Far,
    Seen,
    Wanted,
    content,
    far,
)
from tests.benchmarks.near import Done, environ, near
from tests.benchmarks.table import Table, per_hundred

LIMITS = {UNLIMITED: "1000000/10s", DOCUMENTED: "50/10s"}
FIRST_ASKED = frozenset({"authorize", "stations", "partners"})
"""Asked once after the start, however many messages there are."""
ROUND_TRIPS_MS = (0, 50, 200)
LIMITED = 3_400
"""With their lists and confirmations a little over two windows of the documented limit."""
PULLS = (
    ("100 of 1-8 KB", Wanted(messages=100)),
    ("1,000 of 1-8 KB", Wanted(messages=1_000)),
    ("200 of 200 KB", Wanted(messages=200, least_bytes=200_000, most_bytes=200_000)),
    ("10 of 9 MB", Wanted(messages=10, least_bytes=9_000_000, most_bytes=9_000_000)),
)
OUTSTANDING = (10, 100, 300)


@contextmanager
def ground(wanted: Wanted) -> Iterator[tuple[Path, Far]]:
    """A folder for ours, and the other side."""
    with tempfile.TemporaryDirectory() as folder, far(wanted) as there:
        yield Path(folder), there


def asked(seen: Seen) -> int:
    """The requests that grow with the messages."""
    return sum(count for operation, count in seen.operations.items() if operation not in FIRST_ASKED)


def _costs(messages: int, done: Done, seen: Seen) -> dict[str, str]:
    assert not seen.over, f"{seen.over} requests over the limit"
    return {
        "seconds": f"{done.seconds:.2f}",
        "a_second": f"{messages / done.seconds:.0f}",
        "requests_per_100": per_hundred(asked(seen), messages),
        "transactions_per_100": per_hundred(done.transactions, messages),
        "syncs_per_100": per_hundred(done.syncs, messages),
        "queries_per_100": per_hundred(done.queries, messages),
        "CPU_s": f"{done.cpu_s:.2f}",
        "server_CPU_s": f"{seen.cpu_s:.2f}",
        "memory_MB": f"{done.memory_mb:.1f}",
    }


def pulls(*, more: int) -> Table:
    """Pull without a limit: what it costs on either side."""
    table = Table(
        title="Pull, without a limit",
        note="From the server into the inbox and away from the server, by one pass. Requests without the "
        "log-in and the lists of stations and partners. Server: the CPU time of the sandbox in its own "
        "process, with the making of the messages. Memory: the peak over what was resident before.",
    )
    for what, wanted in [*PULLS, *([(f"{more:,} of 1-8 KB", Wanted(messages=more))] if more else [])]:
        with ground(wanted) as (folder, there):
            done = near(environ(folder, there.url, limit=LIMITS[wanted.limit]), ["pull"])
            seen = there.seen()
        assert not seen.unread, f"{seen.unread} messages are still at the server"
        table.add(messages=what, **_costs(wanted.messages, done, seen))
    return table


def limited_pulls() -> Table:
    """Pull within the documented limit, from near and far."""
    table = Table(
        title=f"Pull of {LIMITED:,}, with the documented limit of {DOCUMENTED} requests in 10 s",
        note="Of the limit: the time that full windows take, of what they took. Of the ceiling: the same in"
        " messages, where 3 requests carry 100 messages (166.7 a second). Most: requests in any 10 s, by the"
        " server's own clock. Where a pull without a limit makes fewer than 167 a second, it is the"
        " machine that is measured here, and not the pacing.",
    )
    for round_trip in ROUND_TRIPS_MS:
        wanted = Wanted(messages=LIMITED, limit=DOCUMENTED, round_trip_ms=round_trip)
        with ground(wanted) as (folder, there):
            done = near(environ(folder, there.url, limit=LIMITS[wanted.limit]), ["pull"])
            seen = there.seen()
        assert not seen.unread, f"{seen.unread} messages are still at the server"
        share = seen.of_limit()
        table.add(
            round_trip=f"{round_trip} ms",
            requests=f"{seen.requests}",
            requests_per_100=per_hundred(asked(seen), LIMITED),
            of_the_limit=f"{share:.1%}",
            of_the_ceiling=f"{share * (LIMITED / asked(seen)) / (100 / 3):.1%}",
            most=str(seen.peak),
            answered_429=str(seen.over),
            transactions=str(done.transactions),
        )
    return table


def sends(count: int) -> Table:
    """Send without a limit, to one partner and to ten."""
    table = Table(
        title=f"Send {count:,} of 2 KB, without a limit",
        note="Dropped before the pass. Seconds: the whole pass, with `settle` (0.1 s); a second: from the "
        "first request that sends to the last one.",
    )
    for partners in (1, 10):
        with ground(Wanted()) as (folder, there):
            environment = environ(folder, there.url, limit=LIMITS[UNLIMITED])
            drop(folder / "root0", count, partners=partners)
            done = near(environment, ["send"])
            seen = there.seen()
        assert len(seen.sent) == count, f"{len(seen.sent)} of {count} were sent"
        assert not seen.sent_twice, f"{seen.sent_twice} were sent twice"
        took = max(seen.sent.values()) - min(seen.sent.values())
        table.add(
            to=f"{partners} partners", **_costs(count, done, seen) | {"a_second": f"{count / took:.0f}"}
        )
    return table


def drop(root: Path, count: int, *, partners: int = 1, first: int = 0) -> None:
    """Put files into the outbox, to each partner in turn."""
    for number in range(first, first + count):
        outbox = root / "outbox" / STATION / PARTNERS[number % partners]
        outbox.mkdir(parents=True, exist_ok=True)
        name = f"out-{number:06}.edi"
        (outbox / name).write_bytes(content(name, 2_000))


def tracks(*, more: int) -> Table:
    """What a pass asks for so many that are sent and not settled."""
    table = Table(
        title="Track",
        note="Requests of one pass, the third after all was sent, while nothing changes. Waiting: the "
        "gateway has sent it and the MDN is missing; queued: it is in the gateway's queue. Budget: 3 + N/50.",
    )
    for count in (*OUTSTANDING, *([more] if more else [])):
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
