"""What large outboxes cost: many files dropped at once, and many that are never taken."""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

from syncd.core.shown import Outlook
from syncd.folders.tree import Tree
from syncd.folders.watcher import Watcher
from syncd.sandbox import Sandbox, World
from tests.benchmarks.far import UNLIMITED
from tests.benchmarks.table import Table
from tests.contracts.folder_worlds import World as Folders
from tests.contracts.folder_worlds import open_world
from tests.e2e.harness import Ground

BURSTS = (100, 1_000, 5_000)
IGNORED = 100_000
UNCALM_S = 2.1
"""So long after the last change a folder is listed anew each time."""
CALLS = ("scandir", "stat", "open", "fsync")
OUTBOX = "outbox/ACME/WALMART"


def bursts(sizes: tuple[int, ...] = BURSTS) -> Table:
    """Files dropped at once: what each of them costs must not grow with their number."""
    table = Table(
        title="A burst: what one file costs",
        note="Dropped before the passes, claimed and sent without a limit. Calls of Python to the disk, and "
        "queries of the database, for each file; CPU with the gateway's, which is in the same process.",
    )
    world = World.default().timed(rate_requests=UNLIMITED)
    for files in sizes:
        with tempfile.TemporaryDirectory() as folder, Sandbox(world=world) as box:
            ground = Ground(box, Path(folder), keys={"rate_limit": f"{UNLIMITED}/10s"})
            for number in range(files):
                ground.drop(f"order-{number:06}.edi", b"UNA:+.? '%08d" % number)
            with ground.process() as process, _counted() as counts:
                began_s = time.process_time()
                process.run(jobs=("send",))
                spent_s = time.process_time() - began_s
                assert len(box.ledger.sent) == files
                counts["transactions"] = process.doors.store.transactions
        table.add(
            files=f"{files:,}",
            **{name: f"{counts[name] / files:.2f}" for name in (*CALLS, "queries", "transactions")},
            CPU_ms=f"{1_000 * spent_s / files:.1f}",
        )
    return table


@contextmanager
def _counted() -> Iterator[Counter[str]]:
    """Counts what is asked of the disk and the database meanwhile."""
    counts: Counter[str] = Counter()
    real: dict[str, Callable[..., Any]] = {name: getattr(os, name) for name in CALLS}

    def counting(name: str) -> Callable[..., Any]:
        def counted(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - whatever it is that is counted
            counts[name] += 1
            return real[name](*args, **kwargs)

        return counted

    def query(*_: object) -> None:
        counts["queries"] += 1

    for name in CALLS:
        setattr(os, name, counting(name))
    event.listen(Engine, "before_cursor_execute", query)
    try:
        yield counts
    finally:
        event.remove(Engine, "before_cursor_execute", query)
        for name, call in real.items():
            setattr(os, name, call)


def ignored(files: int = IGNORED) -> Table:
    """An outbox full of files that are never taken: what one look at it costs."""
    table = Table(
        title=f"An outbox with {files:,} ignored files: what one scan costs",
        note="With what the watcher looks at before it. At rest: no name changed since the last scan but "
        "one; else a file has just come or gone.",
    )
    with tempfile.TemporaryDirectory() as folder:
        folders = open_world("disk", Path(folder))
        outbox = Path(folder) / OUTBOX
        for number in range(files):
            (outbox / f"order-{number:06}.edi.tmp").touch()
        assert isinstance(folders.tree, Tree)
        watcher = Watcher(folders.tree, ring=lambda: None)
        watcher.start()
        try:
            _add(table, "just changed", folders, watcher)
            threading.Event().wait(UNCALM_S)
            _look(folders, watcher)
            _add(table, "at rest", folders, watcher)
        finally:
            watcher.stop()
    return table


def _look(folders: Folders, watcher: Watcher) -> Outlook:
    watcher.refresh()
    folders.clock.pass_time(timedelta(seconds=30))
    return folders.outbox.scan()


def _add(table: Table, when: str, folders: Folders, watcher: Watcher) -> None:
    with _counted() as counts:
        began_s = time.process_time()
        outlook = _look(folders, watcher)
        spent_s = time.process_time() - began_s
    table.add(
        when=when,
        CPU_ms=f"{1_000 * spent_s:.2f}",
        CPU_s_an_hour=f"{120 * spent_s:.2f}",
        **{name: str(counts[name]) for name in ("scandir", "stat", "open")},
        told_in_status=str(len(outlook.not_taken)),
    )
