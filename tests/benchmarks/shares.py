"""Where the time of a pull goes."""

from __future__ import annotations

from tests.benchmarks.far import UNLIMITED, Wanted
from tests.benchmarks.near import Done, environ, near
from tests.benchmarks.passes import LIMITS, check_arrived, ground
from tests.benchmarks.sampling import ANSWER, KINDS
from tests.benchmarks.sizes import Load, Sizes
from tests.benchmarks.table import Table


def shares(sizes: Sizes) -> Table:
    """The threads of the pass, looked at while it runs, and the server told apart."""
    table = Table(
        title="Where the time of a pull goes",
        note="Without a limit. All threads are looked at a hundred times a second, and the time between two "
        "looks is divided among them by what they did of it (`sampling.py`); the shares make 100% of the "
        f"pass. CPU is what the kernel charged meanwhile. {ANSWER}: the server (its CPU in the last row) and "
        "the loopback work. The looking itself costs some percent.",
    )
    measured = [_looked_at(load) for load in sizes.shares]
    for kind in KINDS:
        table.add(what=kind, **_cells(sizes, [_spent(kind, done) for done, _ in measured]))
    whole = [("100%", f"{done.cpu_s:.2f}") for done, _ in measured]
    table.add(what="all, in our process", **_cells(sizes, whole))
    table.add(what="the server", **_cells(sizes, [("-", f"{server_s:.2f}") for _, server_s in measured]))
    return table


def _looked_at(load: Load) -> tuple[Done, float]:
    """The pass, and the CPU seconds of the server meanwhile."""
    wanted = Wanted(messages=load.messages, least_bytes=load.least_bytes, most_bytes=load.most_bytes)
    with ground(wanted) as (folder, there):
        before_s = there.seen().cpu_s
        done = near(environ(folder, there.url, limit=LIMITS[UNLIMITED]), ["pull"], look=True)
        seen = there.seen()
        check_arrived(folder / "root0" / "inbox", wanted, seen)
    return done, seen.cpu_s - before_s


def _spent(kind: str, done: Done) -> tuple[str, str]:
    total = sum(spent["wall_s"] for spent in done.shares.values()) or 1.0
    spent = done.shares.get(kind, {"wall_s": 0.0, "cpu_s": 0.0})
    return f"{spent['wall_s'] / total:.1%}", f"{spent['cpu_s']:.2f}"


def _cells(sizes: Sizes, cells: list[tuple[str, str]]) -> dict[str, str]:
    named: dict[str, str] = {}
    for load, (share, cpu) in zip(sizes.shares, cells, strict=True):
        named |= {f"{load.name}": share, f"{load.name}:_CPU_s": cpu}
    return named
