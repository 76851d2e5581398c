"""Our side, in a process of its own: some passes of one account, counted from within.

`near(...)` starts it and gives what it counted. Syncs of the disk are those that Python asks for (files and
folders) and one for each transaction, which SQLite makes itself.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks.distance import HERE, Way
from tests.benchmarks.far import PASSWORD, login_of
from tests.benchmarks.sampling import sampled

PACES = {"settle": "0.1s", "min_free": "0"}
PATIENCE_S = 1_800
"""Whoever takes longer hangs."""
QUIET = {"pull_every": "1h", "track_every": "1h", "scan_every": "1h"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What it cost here."""

    seconds: float
    cpu_s: float
    transactions: int
    syncs: int
    queries: int
    memory_mb: float
    """The most that was resident during the passes."""
    grown_mb: float
    """The same over what was resident before them."""
    shares: Mapping[str, Mapping[str, float]]
    """What `sampling` saw, when it was asked to look."""


def environ(
    folder: Path, url: str, *, limit: str, accounts: int = 1, keys: Mapping[str, str] = PACES
) -> dict[str, str]:
    """The environment of a `syncd` with these accounts and no configuration file."""
    made = {key: value for key, value in os.environ.items() if not key.startswith("SYNCD_")}
    made |= {"HOME": str(folder), "SYNCD_STATE_DIR": str(folder / "state")}
    made["XDG_CONFIG_HOME"] = str(folder / "none")
    for number in range(accounts):
        root = folder / f"root{number}"
        root.mkdir(exist_ok=True)
        root.chmod(0o2770)
        account = {"gateway": "as2gateway", "url": url, "root": str(root), "rate_limit": limit}
        account |= {"username": login_of(number), "password": PASSWORD, **PACES, **keys}
        made |= {f"SYNCD_ACCOUNTS__A{number}__{key.upper()}": value for key, value in account.items()}
    return made


def near(
    environment: dict[str, str],
    jobs: Sequence[str],
    *,
    passes: int = 1,
    way: Way = HERE,
    look: bool = False,
) -> Done:
    """Run the passes, and give what they cost; `look` tells where the time went, and takes some itself."""
    command = passes_of(jobs, passes=passes, way=way, look=look)
    ended = subprocess.run(
        command, env=environment, stdout=subprocess.PIPE, text=True, check=True, timeout=PATIENCE_S
    )
    return Done(**json.loads(ended.stdout))


def passes_of(jobs: Sequence[str], *, passes: int = 1, way: Way = HERE, look: bool = False) -> Sequence[str]:
    """The command that runs them."""
    return [*way.near, sys.executable, __file__, str(passes), str(int(look)), *jobs]


# In the child -----------------------------------------------------------------------------------


@dataclass
class Counter:
    """Counts calls."""

    calls: int = 0

    def counting(self, work: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - whatever it is that is counted
            self.calls += 1
            return work(*args, **kwargs)

        return counted


def _synced(syncs: Counter, sync: Callable[[int], None]) -> Callable[[int], None]:
    def synced(descriptor: int) -> None:
        """`sampling` knows a thread that syncs by this name."""
        syncs.calls += 1
        sync(descriptor)

    return synced


def memory_mb(what: str = "VmRSS", *, of: int | str = "self") -> float:
    """What a process has in memory; `VmHWM`: the most that it ever had."""
    lines = Path(f"/proc/{of}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith(what))


def _run(jobs: tuple[str, ...], *, passes: int, look: bool) -> Done:
    import structlog
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    from syncd.config import load
    from syncd.flows.once import OncePass, Tally
    from syncd.wiring.doors import open_doors

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    syncs, queries = Counter(), Counter()
    os.fsync = _synced(syncs, os.fsync)  # type: ignore[assignment]  # all that is ever synced has a number
    settings = load(None, os.environ)
    with open_doors(settings) as doors, doors.gateway(settings.accounts[0]) as gateway:
        event.listen(Engine, "before_cursor_execute", queries.counting(lambda *_: None))
        tally = Tally()
        bridge = doors.bridge(settings.accounts[0], gateway, tally)
        Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew: imports do not count
        first, before_mb = doors.store.transactions, memory_mb()
        began, cpu = time.perf_counter(), time.process_time()
        with ExitStack() as looking:
            shares = looking.enter_context(sampled()) if look else {}
            for _ in range(passes):
                OncePass(bridge, tally, jobs=jobs).run(patience=timedelta())
        transactions = doors.store.transactions - first
        done = Done(
            seconds=time.perf_counter() - began,
            cpu_s=time.process_time() - cpu,
            transactions=transactions,
            syncs=syncs.calls + transactions,
            queries=queries.calls,
            memory_mb=memory_mb("VmHWM"),
            grown_mb=memory_mb("VmHWM") - before_mb,
            shares={kind: asdict(spent) for kind, spent in shares.items()},
        )
    for trouble in tally.troubles:
        print(f"trouble: {trouble.what}", file=sys.stderr)
    return done


if __name__ == "__main__":
    passes, look, *jobs = sys.argv[1:]
    print(json.dumps(asdict(_run(tuple(jobs), passes=int(passes), look=look == "1"))))
