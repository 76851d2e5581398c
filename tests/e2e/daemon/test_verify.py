"""A daemon that is asked to compare does so between its jobs."""

from __future__ import annotations

import threading

from syncd.operations.verifying_report import Kind
from syncd.sandbox import Sandbox
from tests.e2e.daemon.harness import QUIET, Bridge, until


def test_a_daemon_compares_and_repairs_between_its_jobs(bridge: Bridge, box: Sandbox) -> None:
    """What is missing is fetched by the next pull, at once; while a job runs, nothing is concluded."""
    bridge.configure(**QUIET)
    with bridge.running() as running:
        until(lambda: running.state("pull").last_success and running.state("send").last_success)
        bridge.drop("invoice.edi")
        until(lambda: len(box.ledger.sent) == 1)
        box.advance(60)  # a Date header has no fractions of a second
        lost = box.deliver(files={"lost.edi": b"UNA lost"})
        box.mark_read(lost)
        bridge.root().joinpath(".syncd/scratch/left").write_bytes(b"x")

        found = running.door.verify(["acme"], repair=False, by="anna")
        assert sorted(each.kind for each in found.findings) == [Kind.NEVER_RECEIVED, Kind.SCRATCH]
        assert not found.ok

        repair = threading.Thread(target=lambda: running.door.verify(["acme"], repair=True, by="anna"))
        with running.daemon.runners["acme"].alone():
            repair.start()
            repair.join(0.3)
            assert repair.is_alive()
        repair.join(10)
        until(lambda: bridge.names("inbox") == ["lost.edi"])
        assert running.door.verify(["acme"], repair=False, by="anna").ok
