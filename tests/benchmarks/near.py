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
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

PACES = {"settle": "0.1s", "min_free": "0"}
QUIET = {"pull_every": "1h", "track_every": "1h", "scan_every": "1h"}
LOGIN = {"username": "email@domain.com", "password": "pazzword"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What it cost here; memory is the peak over what was resident before the pass."""

    seconds: float
    cpu_s: float
    transactions: int
    syncs: int
    queries: int
    memory_mb: float


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
        account |= {**PACES, **LOGIN, **keys}
        made |= {f"SYNCD_ACCOUNTS__A{number}__{key.upper()}": value for key, value in account.items()}
    return made


def near(environment: dict[str, str], jobs: Sequence[str], *, passes: int = 1) -> Done:
    """Run the passes, and give what they cost."""
    command = [sys.executable, __file__, str(passes), *jobs]
    ended = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return Done(**json.loads(ended.stdout))


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


def memory_mb(what: str = "VmRSS", *, of: int | str = "self") -> float:
    """What a process has in memory; `VmHWM`: the most that it ever had."""
    lines = Path(f"/proc/{of}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith(what))


def _run(passes: int, jobs: tuple[str, ...]) -> Done:
    import structlog
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    from syncd.config import load
    from syncd.flows.once import OncePass, Tally
    from syncd.wiring.doors import open_doors

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    syncs, queries = Counter(), Counter()
    os.fsync = syncs.counting(os.fsync)
    settings = load(None, os.environ)
    with open_doors(settings) as doors, doors.gateway(settings.accounts[0]) as gateway:
        event.listen(Engine, "before_cursor_execute", queries.counting(lambda *_: None))
        tally = Tally()
        bridge = doors.bridge(settings.accounts[0], gateway, tally)
        first, before_mb = doors.store.transactions, memory_mb()
        began, cpu = time.perf_counter(), time.process_time()
        for _ in range(passes):
            OncePass(bridge, tally, jobs=jobs).run(patience=timedelta())
        transactions = doors.store.transactions - first
        done = Done(
            seconds=time.perf_counter() - began,
            cpu_s=time.process_time() - cpu,
            transactions=transactions,
            syncs=syncs.calls + transactions,
            queries=queries.calls,
            memory_mb=memory_mb("VmHWM") - before_mb,
        )
    for trouble in tally.troubles:
        print(f"trouble: {trouble.what}", file=sys.stderr)
    return done


if __name__ == "__main__":
    print(json.dumps(asdict(_run(int(sys.argv[1]), tuple(sys.argv[2:])))))
