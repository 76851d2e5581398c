"""Thousands of files at once: each is taken, and each once, whatever the watcher misses."""

from __future__ import annotations

from collections import Counter

import pytest

from syncd.sandbox import Sandbox
from syncd.wiring.daemon import Daemon
from tests.e2e.daemon.harness import PAIR, Bridge, until


def flood(bridge: Bridge, box: Sandbox, count: int, *, within_s: float, deaf: bool = False) -> None:
    """Move so many files into an outbox as fast as a rename does; wait until all are at the gateway."""
    source = bridge.folder / "source"
    source.mkdir()
    names = [f"{number:05}.edi" for number in range(count)]
    for name in names:
        (source / name).write_bytes(name.encode())
    bridge.configure(rate_limit="100000/10s", track_every="1h", pull_every="1h", parallel_sends=8)

    def deafen(daemon: Daemon) -> None:
        for watcher in daemon.supervisor.watchers.values():
            if deaf:
                watcher.stop()

    with bridge.running() as running:
        until(bridge.has_outbox)
        deafen(running.daemon)
        outbox = bridge.root() / "outbox" / PAIR
        for name in names:
            (source / name).rename(outbox / name)
        until(lambda: running.account().counts.get("queued", 0) == count, within_s=within_s, every_s=0.5)
        until(lambda: len(box.ledger.sent) >= count, within_s=within_s, every_s=0.5)
    assert Counter(record.files[0].name for record in box.ledger.sent) == Counter(names)
    assert bridge.names("outbox") == []
    assert bridge.names("queued") == names


def test_all_files_of_a_flood_are_sent_once(bridge: Bridge, box: Sandbox) -> None:
    """Also those that came while the first were claimed, without a bell, by the scans alone."""
    flood(bridge, box, 150, within_s=30, deaf=True)


@pytest.mark.torture
@pytest.mark.timeout(1800)
def test_ten_thousand_files_are_sent_once(bridge: Bridge, box: Sandbox) -> None:
    """More than the kernel's queue of events holds."""
    flood(bridge, box, 10_000, within_s=1500)
