"""What was acknowledged is there after the program was killed in the middle of its work."""

import signal
import subprocess
import sys
from pathlib import Path

from syncd.core.model import Direction, MessageId
from syncd.store import open_store
from tests.contracts.stores import untold

WRITES_FOR_EVER = """
import sys, threading
from itertools import count
from pathlib import Path
from syncd.core import events as ev
from syncd.core.machine import advance
from syncd.ports.store import Change
from syncd.store import open_store
from tests.contracts.stores import NOON, NOTICE, inbound, opened

store = open_store(Path(sys.argv[1]), tell=[NOTICE])
event = ev.Held(reason="crash")
lock = threading.Lock()

def work(name):
    for n in count():
        message, = opened(store, inbound(f"{name}-{n}"))
        store.journal.write([Change(event=event, after=advance(message, event, now=NOON))])
        with lock:
            print(message.id, flush=True)

threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
for thread in threads:
    thread.start()
"""
ACKNOWLEDGED = 60


def killed_while_writing(folder: Path) -> list[MessageId]:
    """The messages whose writing the program had acknowledged when it was killed."""
    argv = [sys.executable, "-c", WRITES_FOR_EVER, str(folder)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]) as program:
        assert program.stdout is not None
        heard = [next(program.stdout) for _ in range(ACKNOWLEDGED)]
        program.send_signal(signal.SIGKILL)
        heard += program.stdout.read().splitlines(keepends=True)
    return [MessageId(line.strip()) for line in heard if line.endswith("\n")]


def test_everything_acknowledged_survives_a_kill(tmp_path: Path) -> None:
    """Row, history and telling together; and the counts agree with the rows."""
    acknowledged = killed_while_writing(tmp_path)
    assert len(acknowledged) >= ACKNOWLEDGED
    assert (tmp_path / "state.db-wal").stat().st_size > 0

    reader = open_store(tmp_path, read_only=True)  # also before a daemon has recovered the WAL
    kinds = [[line.kind for line in reader.records.history(message)] for message in acknowledged]
    assert kinds == [["listed", "held"]] * len(acknowledged)
    assert {telling.message.id for telling in untold(reader, limit=10_000)} >= set(acknowledged)
    reader.close()

    store = open_store(tmp_path)
    rows = store.records.unfinished("acme", Direction.INBOUND)
    assert sum(store.records.counts("acme").values()) == len(rows) >= len(acknowledged)
    store.close()
