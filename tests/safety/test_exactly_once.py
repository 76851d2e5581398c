"""Hundreds of parcels each way, the daemon killed again and again, the gateway in trouble: each once.

The daemon is the real one; each that is killed has a process of its own. The ERP takes every file as soon
as it sees it, also while no daemon runs. In the end the gateway's ledger and what the ERP has agree one to
one, byte for byte.
"""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from syncd.core.looking import Search
from syncd.core.model import Direction
from syncd.sandbox import ECGridSandbox, ECGridSwitches
from syncd.store import open_store
from tests.e2e.daemon.conftest import ECGRID_WORLD, quiet_logs
from tests.e2e.daemon.harness import Bridge, until
from tests.e2e.daemon.test_process import asked, started
from tests.e2e.harness import sha
from tests.safety.figures import record_campaign

__all__ = ["quiet_logs"]

USER = {"username": "your.user@example.com", "password": "YOUR_PASSWORD"}
KEYS = {"in_doubt_wait": "2s", "parallel_sends": 4}
LOOK_S = 0.005

Rule = dict[str, Any]
MILD: tuple[Rule, ...] = (
    {"do": "expire_tokens", "operation": "download", "skip": 3},
    {"do": "expire_tokens", "operation": "upload", "skip": 5},
    {"do": "status", "operation": "confirm", "status": 500, "skip": 4},
    {"do": "status", "operation": "confirm", "status": 500, "when": "after", "skip": 9},
)
"""Trouble after which nothing is put off for long."""
GRAVE: tuple[Rule, ...] = (
    *({"do": "expire_tokens", "operation": "*", "skip": skip} for skip in range(60, 1000, 150)),
    *({"do": "reset", "operation": "upload", "when": "before", "skip": skip} for skip in (2, 21)),
    *({"do": "reset", "operation": "upload", "when": "after", "skip": skip} for skip in (9, 33)),
    {"do": "status", "operation": "upload", "status": 429, "retry_after": "2", "skip": 14},
    {"do": "status", "operation": "upload", "status": 503, "retry_after": "1", "skip": 27},
    {"do": "status", "operation": "upload", "status": 500, "when": "after", "skip": 41},
    {"do": "status", "operation": "download", "status": 429, "retry_after": "2", "skip": 40},
    {"do": "status", "operation": "download", "status": 503, "skip": 90, "times": 2},
    {"do": "status", "operation": "download", "status": 500, "skip": 150},
    {"do": "reset", "operation": "download", "when": "after", "skip": 120},
    {"do": "reset", "operation": "confirm", "when": "after", "skip": 70},
    {"do": "status", "operation": "confirm", "status": 503, "when": "after", "skip": 130},
    {"do": "status", "operation": "list_pending", "status": 500, "skip": 4},
    {"do": "status", "operation": "list_outbox", "status": 503, "retry_after": "1", "skip": 3},
)


@dataclass
class Erp:
    """Another program on the same folders: it takes what it sees, and drops what it has."""

    bridge: Bridge
    taken: list[tuple[str, bytes]] = field(default_factory=list)
    dropped: list[tuple[str, bytes]] = field(default_factory=list)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Take every file of the inbox at once, on a thread of its own."""
        over = threading.Event()
        thread = threading.Thread(target=self._take_all, args=(over,))
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def drop(self, count: int) -> None:
        """Drop so many more files; names come again, contents never."""
        for _ in range(count):
            number = len(self.dropped)
            name, content = f"out-{number}.edi", f"UNA out {number}".encode()
            self.dropped.append((name, content))
            self.bridge.drop(name, content)

    def _take_all(self, over: threading.Event) -> None:
        away = self.bridge.folder / "taken"
        away.mkdir()
        while not over.wait(LOOK_S):
            for path in (self.bridge.root() / "inbox").glob("*/*/*"):
                with suppress(FileNotFoundError):
                    self._take(path, away / str(len(self.taken)))

    def _take(self, path: Path, target: Path) -> None:
        path.rename(target)
        self.taken.append((path.name, target.read_bytes()))


@pytest.fixture(params=["reference", "guide"])
def box(request: pytest.FixtureRequest) -> Iterator[ECGridSandbox]:
    """ECGrid without a tight limit, in each published shape."""
    switches = ECGridSwitches(profile=request.param)
    with ECGridSandbox(world=ECGRID_WORLD, switches=switches) as opened:
        yield opened


@pytest.fixture
def bridge(box: ECGridSandbox, memory: Path) -> Bridge:
    """One account, that logs in with name and password."""
    return Bridge(memory, {"acme": box}, keys=KEYS, of={"acme": dict(USER)})


def live(bridge: Bridge, box: ECGridSandbox, *, parcels: int, files: int, kills: Sequence[int]) -> Erp:
    """Let so much come and go, killing the daemon after these numbers of requests; then until all is done."""
    erp, runs = Erp(bridge), len(kills) + 1
    with erp.at_work():
        for run in range(runs):
            for number in range(run, parcels, runs):
                box.deliver(files={f"in-{number % 7}.edi": f"UNA in {number}".encode()})
            erp.drop(files // runs if run else files - files // runs * (runs - 1))
            if run < len(kills):
                with started(bridge) as process:
                    _kill_after(box, kills[run], process.popen.kill)
        with bridge.running() as running:
            until(lambda: _is_done(bridge, box, erp), within_s=240, every_s=0.2)
            assert not running.told("job.broke")
    return erp


def _kill_after(box: ECGridSandbox, requests: int, kill: Any) -> None:  # noqa: ANN401 - Popen.kill
    since = len(box._service.requests)
    until(lambda: len(box._service.requests) >= since + requests, within_s=60, every_s=0.002)
    kill()


def _is_done(bridge: Bridge, box: ECGridSandbox, erp: Erp) -> bool:
    return len(bridge.names("sent")) == len(erp.dropped) and all(one.is_read for one in box.ledger.received)


def disagreements(bridge: Bridge, box: ECGridSandbox, erp: Erp) -> Iterator[str]:
    """Where ledger, ERP, folders and database do not say the same."""
    ledger, store = box.ledger, open_store(bridge.state, read_only=True)
    try:
        rows = store.records.search(Search(account="acme", limit=100_000))
    finally:
        store.close()
    known = {
        way: {row.message_id: str(row.state) for row in rows if row.direction is way} for way in Direction
    }
    came = Counter(file.sha256 for record in ledger.received for file in record.files)
    if came != Counter(sha(content) for _, content in erp.taken):
        yield "what arrived is not what the ERP has"
    if ledger.sent_files() != Counter((name, sha(content)) for name, content in erp.dropped):
        yield "what the ERP dropped is not what was sent"
    in_sent = [path.read_bytes() for path in (bridge.root() / "sent").rglob("*.edi")]
    if Counter(in_sent) != Counter(content for _, content in erp.dropped):
        yield "what the ERP dropped is not in sent/"
    if known[Direction.INBOUND] != {record.id: "received" for record in ledger.received}:
        yield f"inbound rows: {Counter(known[Direction.INBOUND].values())}"
    if known[Direction.OUTBOUND] != {record.id: "sent" for record in ledger.sent}:
        yield f"outbound rows: {Counter(known[Direction.OUTBOUND].values())}"
    for folder in ("inbox", "outbox", "queued", "failed", "held"):
        if bridge.names(folder):
            yield f"{folder}: {bridge.names(folder)}"
    code, said = asked(bridge, "verify")
    if code:
        yield f"verify: {said}"


@pytest.mark.parametrize("box", ["guide"], indirect=True)
def test_forty_parcels_and_twelve_files_arrive_once_each(bridge: Bridge, box: ECGridSandbox) -> None:
    """Killed on the way, among expired tokens and confirmations that fail."""
    for rule in MILD:
        box.trouble(**rule)

    erp = live(bridge, box, parcels=40, files=12, kills=(40,))

    assert list(disagreements(bridge, box, erp)) == []
    assert (len(erp.taken), len(box.ledger.sent)) == (40, 12)


@pytest.mark.torture
@pytest.mark.parametrize("seed", range(2))
def test_three_hundred_parcels_and_sixty_files_arrive_once_each(
    bridge: Bridge, box: ECGridSandbox, seed: int
) -> None:
    """Killed eight times on the way, and every trouble that a gateway has."""
    dice = random.Random(seed)
    for rule in GRAVE:
        box.trouble(**rule)

    erp = live(bridge, box, parcels=300, files=60, kills=[dice.randint(5, 120) for _ in range(8)])

    found = list(disagreements(bridge, box, erp))
    record_campaign("parcels and files among kills and troubles", tried=360, found=len(found))
    assert found == []
    assert (len(erp.taken), len(box.ledger.sent)) == (300, 60)
