"""What a pass costs, counted: `make bench`, or `python tests/benchmarks/run.py`.

Requests and transactions do not wobble; the times do, and are for orientation only. The gateway is the
sandbox in a process of its own on this machine, without its rate limit.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from syncd.config import load
from syncd.flows.once import OncePass, Tally
from syncd.logs import set_up
from syncd.sandbox import Sandbox, Timing, World
from syncd.wiring.doors import open_doors

PAIR = Path("RJ_Station/RJ_Partner")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """One line of the table."""

    what: str
    messages: int
    requests: int
    transactions: int
    seconds: float


def _world() -> World:
    return World(accounts=World.default().accounts, timing=Timing(rate_requests=1_000_000))


def _measure(what: str, messages: int, prepare: Callable[[Sandbox, Path], None], job: str) -> Figures:
    with tempfile.TemporaryDirectory() as folder, Sandbox(world=_world()) as box:
        root = Path(folder) / "root"
        root.mkdir()
        settings = load(None, _environ(folder, root, box.url))
        prepare(box, root)
        with open_doors(settings) as shared, shared.gateway(settings.accounts[0]) as gateway:
            tally = Tally()
            bridge = shared.bridge(settings.accounts[0], gateway, tally)
            began = time.perf_counter()
            OncePass(bridge, tally, jobs=(job, "track")).run(patience=timedelta())
            seconds = time.perf_counter() - began
            transactions = shared.store.transactions
        return Figures(
            what=what,
            messages=messages,
            requests=len(box.ledger.requests),
            transactions=transactions,
            seconds=seconds,
        )


def _environ(folder: str, root: Path, url: str) -> dict[str, str]:
    return {
        "HOME": folder,
        "SYNCD_STATE_DIR": f"{folder}/state",
        "SYNCD_ACCOUNTS__BENCH__GATEWAY": "as2gateway",
        "SYNCD_ACCOUNTS__BENCH__URL": url,
        "SYNCD_ACCOUNTS__BENCH__USERNAME": "email@domain.com",
        "SYNCD_ACCOUNTS__BENCH__PASSWORD": "pazzword",
        "SYNCD_ACCOUNTS__BENCH__ROOT": str(root),
        "SYNCD_ACCOUNTS__BENCH__RATE_LIMIT": "100000/10s",
        "SYNCD_ACCOUNTS__BENCH__SETTLE": "0.1s",
    }


def _arrive(count: int, size: int) -> Callable[[Sandbox, Path], None]:
    def prepare(box: Sandbox, _root: Path) -> None:
        for number in range(count):
            box.deliver(files={"invoice.edi": f"{number:08}".encode() * (size // 8)})

    return prepare


def _drop(count: int) -> Callable[[Sandbox, Path], None]:
    def prepare(_box: Sandbox, root: Path) -> None:
        outbox = root / "outbox" / PAIR
        outbox.mkdir(parents=True)
        for number in range(count):
            (outbox / f"PO-{number:05}.edi").write_bytes(f"ISA*00*{number:08}".encode())

    return prepare


def main() -> None:
    """Measure and print the table."""
    set_up(level="error")
    rows = [
        _measure("pull 100 of 4 KB", 100, _arrive(100, 4096), "pull"),
        _measure("pull 1,000 of 4 KB", 1000, _arrive(1000, 4096), "pull"),
        _measure("pull 20 of 2 MB", 20, _arrive(20, 2_000_000), "pull"),
        _measure("send 100", 100, _drop(100), "send"),
    ]
    print(f"{'what':20} {'messages':>8} {'requests':>8} {'transactions':>12} {'seconds':>8}")
    for row in rows:
        print(f"{row.what:20} {row.messages:8} {row.requests:8} {row.transactions:12} {row.seconds:8.2f}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"peak memory, sandbox included: {peak} MB; Python {sys.version.split()[0]}")


if __name__ == "__main__":
    main()
