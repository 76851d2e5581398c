"""What the measurements of passes have in common: a ground, what a pass costs, and that it did its work."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks.distance import HERE, Way
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
    size_of,
)
from tests.benchmarks.near import Done
from tests.benchmarks.table import per_hundred

LIMITS = {UNLIMITED: "1000000/10s", DOCUMENTED: "50/10s"}
FIRST_ASKED = frozenset({"authorize", "stations", "partners"})
"""Asked once after the start, however many messages there are."""


@contextmanager
def ground(wanted: Wanted, way: Way = HERE) -> Iterator[tuple[Path, Far]]:
    """A folder for ours, and the other side."""
    with tempfile.TemporaryDirectory() as folder, far(wanted, way) as there:
        yield Path(folder), there


def asked(seen: Seen) -> int:
    """The requests that grow with the messages."""
    return sum(count for operation, count in seen.operations.items() if operation not in FIRST_ASKED)


def costs(messages: int, done: Done, seen: Seen) -> dict[str, str]:
    """The cells that every pass has."""
    return {
        "requests_per_100": per_hundred(asked(seen), messages),
        "transactions_per_100": per_hundred(done.transactions, messages),
        "syncs_per_100": per_hundred(done.syncs, messages),
        "queries_per_100": per_hundred(done.queries, messages),
        "CPU_s": f"{done.cpu_s:.2f}",
        "server_CPU_s": f"{seen.cpu_s:.2f}",
        "peak_MB": f"{done.memory_mb:.0f}",
        "grown_MB": f"{done.grown_mb:.1f}",
    }


def check_limit(seen: Seen) -> None:
    """Nothing was answered 429, and no window of the server's own clock has more than the limit allows."""
    assert not seen.over, f"{seen.over} requests over the limit"
    assert seen.peak <= DOCUMENTED, f"{seen.peak} requests in a window"


def check_arrived(inbox: Path, wanted: Wanted, seen: Seen) -> None:
    """Every message is there once, byte by byte, nothing besides, and nothing is left at the server."""
    assert not seen.unread, f"{seen.unread} messages are still at the server"
    check_files(inbox, wanted)


def check_files(inbox: Path, wanted: Wanted) -> None:
    """Every made-up file is there once, byte by byte, and nothing besides."""
    files = {path.name: path for path in inbox.rglob("*") if path.is_file()}
    expected = {f"in-{number:06}.edi" for number in range(wanted.messages)}
    assert files.keys() == expected, f"{len(files)} files of {len(expected)} messages"
    for name, path in files.items():
        size = size_of(name, least=wanted.least_bytes, most=wanted.most_bytes)
        assert path.read_bytes() == content(name, size), f"{name} is not what was sent"


def check_sent(count: int, seen: Seen) -> None:
    """Every file was accepted once."""
    assert len(seen.sent) == count, f"{len(seen.sent)} of {count} were sent"
    assert not seen.sent_twice, f"{seen.sent_twice} were sent twice"


def drop(root: Path, count: int, *, partners: int = 1, first: int = 0) -> None:
    """Put files into the outbox, to each partner in turn."""
    for number in range(first, first + count):
        outbox = root / "outbox" / STATION / PARTNERS[number % partners]
        outbox.mkdir(parents=True, exist_ok=True)
        name = f"out-{number:06}.edi"
        (outbox / name).write_bytes(content(name, 2_000))
