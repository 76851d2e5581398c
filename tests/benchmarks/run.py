"""What a pass costs, counted: `make bench`, or `python tests/benchmarks/run.py`.

Requests and transactions do not wobble; the times do, and are for orientation only. The gateways are the
sandboxes on this machine, without their rate limit. At last, with ECGrid's limit and on a clock that jumps
over every wait: how fast a full mailbox is drained, of what the limit allows.
"""

from __future__ import annotations

import logging
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import structlog

from syncd.config import load
from syncd.flows.once import OncePass, Tally
from syncd.sandbox import ECGridSandbox, ECGridWorld, Sandbox, World
from syncd.wiring.doors import open_doors

sys.path.insert(0, str(Path(__file__).parents[2]))  # the end-to-end harness is shared as tests.…

from tests.e2e.harness import LOGINS, PAIRS, AnyBox, Ground
from tests.e2e.invariants import LIMITS

PARCELS = 350
"""With their lists nearly what four windows of ECGrid's limit hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A gateway to measure."""

    gateway: str
    make: Callable[[], AnyBox]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """One line of the table."""

    what: str
    messages: int
    requests: int
    transactions: int
    seconds: float
    operations: Mapping[str, int] = field(default_factory=dict)


AS2GATEWAY = Subject(
    gateway="as2gateway", make=lambda: Sandbox(world=World.default().timed(rate_requests=1_000_000))
)
ECGRID = Subject(
    gateway="ecgrid", make=lambda: ECGridSandbox(world=ECGridWorld.default().timed(rate_requests=1_000_000))
)


def _measure(
    subject: Subject, what: str, messages: int, prepare: Callable[[AnyBox, Path], None], job: str
) -> Figures:
    with tempfile.TemporaryDirectory() as folder, subject.make() as box:
        root = Path(folder) / "root"
        root.mkdir()
        settings = load(None, _environ(subject.gateway, folder, root, box.url))
        prepare(box, root / "outbox" / PAIRS[subject.gateway])
        with open_doors(settings) as shared, shared.gateway(settings.accounts[0]) as gateway:
            tally = Tally()
            bridge = shared.bridge(settings.accounts[0], gateway, tally)
            began = time.perf_counter()
            OncePass(bridge, tally, jobs=(job, "track")).run(patience=timedelta())
            seconds = time.perf_counter() - began
            transactions = shared.store.transactions
        return Figures(
            what=f"{subject.gateway}: {what}",
            messages=messages,
            requests=len(box.ledger.requests),
            transactions=transactions,
            seconds=seconds,
            operations=box.ledger.operations(),
        )


def _environ(gateway: str, folder: str, root: Path, url: str) -> dict[str, str]:
    keys = {
        "gateway": gateway,
        "url": url,
        "root": str(root),
        "rate_limit": "100000/10s",
        "settle": "0.1s",
        **LOGINS[gateway],
    }
    account = {f"SYNCD_ACCOUNTS__BENCH__{key.upper()}": value for key, value in keys.items()}
    return {"HOME": folder, "SYNCD_STATE_DIR": f"{folder}/state", **account}


def _arrive(count: int, size: int) -> Callable[[AnyBox, Path], None]:
    def prepare(box: AnyBox, _outbox: Path) -> None:
        for number in range(count):
            box.deliver(files={"invoice.edi": f"{number:08}".encode() * (size // 8)})

    return prepare


def _drop(count: int) -> Callable[[AnyBox, Path], None]:
    def prepare(_box: AnyBox, outbox: Path) -> None:
        outbox.mkdir(parents=True)
        for number in range(count):
            (outbox / f"PO-{number:05}.edi").write_bytes(f"ISA*00*{number:08}".encode())

    return prepare


def _drain() -> str:
    """How many parcels a minute leave a full mailbox, of what ECGrid's limit allows for them."""
    most, window_s = LIMITS["ecgrid"]
    with tempfile.TemporaryDirectory() as folder, ECGridSandbox() as box:
        ground = Ground(box, Path(folder))
        _arrive(PARCELS, 400)(box, ground.root)
        ground.run(jobs=("pull",))
        times = [request.at for request in box.ledger.requests]
    windows = 1 + (times[-1] - times[0]) // window_s
    others = len(times) - 2 * PARCELS
    most_parcels = (most * windows - others) / 2
    return (
        f"ecgrid, drained at {most} requests a minute: {PARCELS / windows:.1f} parcels a minute"
        f" of {most_parcels / windows:.1f}, {PARCELS / most_parcels:.1%}"
        f" ({len(times)} requests, {others} of them lists and the log-in's)"
    )


def main() -> None:
    """Measure and print the table."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    rows: list[Figures] = []
    for subject in (AS2GATEWAY, ECGRID):
        rows += [
            _measure(subject, "pull 100 of 4 KB", 100, _arrive(100, 4096), "pull"),
            _measure(subject, "pull 1,000 of 4 KB", 1000, _arrive(1000, 4096), "pull"),
            _measure(subject, "pull 20 of 2 MB", 20, _arrive(20, 2_000_000), "pull"),
            _measure(subject, "send 100", 100, _drop(100), "send"),
        ]
    print(
        f"{'':30} {'messages':>8} {'requests':>8} {'transactions':>12} {'seconds':>8}  requests by operation"
    )
    for row in rows:
        told = ", ".join(f"{count} {name}" for name, count in sorted(row.operations.items()))
        counted = f"{row.messages:8} {row.requests:8} {row.transactions:12}"
        print(f"{row.what:30} {counted} {row.seconds:8.2f}  {told}")
    print(_drain())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"peak memory, sandbox included: {peak} MB; Python {sys.version.split()[0]}")


if __name__ == "__main__":
    main()
