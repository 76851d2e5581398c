"""What a start, a pass and a person's questions cost with little history and with much.

The state of each size is made once and kept in the folder for temporary files, under its size and version.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))  # shared test code is imported as tests.…

from tests.benchmarks.copies import fill_with_copies
from tests.benchmarks.far import UNLIMITED, Wanted
from tests.benchmarks.near import environ
from tests.benchmarks.passes import LIMITS, ground
from tests.benchmarks.sizes import Sizes
from tests.benchmarks.table import Table

ACCOUNT = "a0"
PASSES = 20
Work = Callable[[], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Of one kind of work, each time: statements to the database, and CPU milliseconds here."""

    queries: float
    cpu_ms: float

    def __str__(self) -> str:
        return f"{self.queries:.0f} / {self.cpu_ms:.1f}"


def history(sizes: Sizes) -> Table:
    """The same account with a few messages, and with those of years."""
    table = Table(
        title="History",
        note="Statements to the database / CPU milliseconds in our process, each time. Start: recovery, and "
        "the lists of stations and partners. First, second: the first pulls, sends and tracks. Idle: each "
        "further one, with nothing to do. Written: the same when something was written before it, so that "
        "nothing is known from the pass before; the write is counted with it. Status, list: by a process "
        "without a daemon, the opening of the database included.",
    )
    for messages, held in sizes.histories:
        costs = _costs(messages, held)
        cells = {name: str(cost) for name, cost in costs.items()}
        table.add(messages=f"{messages:,}", held=f"{held:,}", **cells)
    return table


def _costs(messages: int, held: int) -> dict[str, Cost]:
    with ground(Wanted()) as (folder, there):
        environment = environ(folder, there.url, limit=LIMITS[UNLIMITED])
        with _state(messages, held) as state:
            environment["SYNCD_STATE_DIR"] = str(state)
            command = [sys.executable, __file__]
            ended = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return {name: Cost(**cost) for name, cost in json.loads(ended.stdout).items()}


@contextmanager
def _state(messages: int, held: int) -> Iterator[Path]:
    """The state of that size; with what a run leaves in it taken out, since its root is another each time."""
    from syncd.store import schema

    made = Path(tempfile.gettempdir()) / f"syncd-history-{schema.VERSION}-{messages}-{held}"
    if not made.is_dir():
        with tempfile.TemporaryDirectory(dir=made.parent) as unfinished:
            fill_with_copies(Path(unfinished), messages, held=held, accounts=(ACCOUNT,))
            shutil.copytree(unfinished, made, copy_function=os.link)
    yield made
    for beside in made.iterdir():
        if not beside.name.startswith("state.db"):
            beside.unlink()


# In the child -----------------------------------------------------------------------------------


class Costs:
    """Counts and times, under the name of the work."""

    def __init__(self) -> None:
        self.found: dict[str, Cost] = {}
        self._queries = 0

    def note(self, *_: object) -> None:
        self._queries += 1

    def of(self, name: str, *works: Work, times: int = 1) -> None:
        """Do this work so often."""
        queries, cpu = self._queries, time.process_time()
        for _ in range(times):
            for work in works:
                work()
        spent_ms = 1_000 * (time.process_time() - cpu)
        self.found[name] = Cost(queries=(self._queries - queries) / times, cpu_ms=spent_ms / times)


def _measured() -> dict[str, Any]:
    import structlog
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    from syncd.config import load
    from syncd.core.looking import Search
    from syncd.flows.once import Tally
    from syncd.flows.pull import Pull
    from syncd.flows.recover import recover
    from syncd.flows.send import Send
    from syncd.flows.track import Track
    from syncd.wiring.doors import open_doors
    from syncd.wiring.local import LocalDoor

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    settings, costs = load(None, os.environ), Costs()
    event.listen(Engine, "before_cursor_execute", costs.note)
    with open_doors(settings) as doors, doors.gateway(settings.accounts[0]) as gateway:
        bridge = doors.bridge(settings.accounts[0], gateway, Tally())
        jobs: list[Work] = [Pull(bridge).run, Send(bridge).run, Track(bridge).run]
        bridge.tree.prepare()
        costs.of("start", lambda: recover(bridge), bridge.refresh_addresses)
        costs.of("first", *jobs)
        costs.of("second", *jobs)
        costs.of("idle", *jobs, times=PASSES)
        write: Work = lambda: bridge.journal.remember(ACCOUNT, {"benchmark": "written"})  # noqa: E731
        costs.of("written", *(work for job in jobs for work in (write, job)), times=PASSES)
        bridge.journal.remember(ACCOUNT, {"benchmark": None})
    door = LocalDoor(settings)
    costs.of("status", lambda: door.status([ACCOUNT]), times=3)
    costs.of("list", lambda: door.list_messages(Search(account=ACCOUNT)), times=3)
    return {name: asdict(cost) for name, cost in costs.found.items()}


if __name__ == "__main__":
    print(json.dumps(_measured()))
