"""What a daemon does all day: it fetches, it sends, and otherwise it is quiet."""

from __future__ import annotations

import os
import threading
import time
from collections import Counter

from syncd.sandbox import Sandbox
from tests.e2e.daemon.harness import PAIR, QUIET, Bridge, until


def test_what_comes_is_fetched_and_what_is_dropped_is_sent(bridge: Bridge, box: Sandbox) -> None:
    """Without anybody doing anything."""
    with bridge.running():
        box.deliver(files={"order.edi": b"UNA"})
        until(lambda: bridge.names("inbox") == ["order.edi"])
        bridge.drop("invoice.edi")
        until(lambda: bridge.names("sent") == ["invoice.edi"])
    assert [record.files[0].name for record in box.ledger.sent] == ["invoice.edi"]


def test_the_bell_sends_a_file_long_before_the_next_scan(bridge: Bridge, box: Sandbox) -> None:
    """Every time, also when it rings while a run is under way: scans are an hour apart."""
    bridge.configure(**QUIET)
    with bridge.running() as running:
        running.worked("addresses")
        until(bridge.has_outbox)
        for number in range(8):
            bridge.drop(f"{number}.edi")
            until(lambda least=number // 2: len(box.ledger.sent) >= least)  # type: ignore[misc]
        until(lambda: len(box.ledger.sent) == 8, within_s=10)


def test_an_idle_pass_costs_one_list_request_a_type_and_no_transaction(bridge: Bridge, box: Sandbox) -> None:
    """And not one log line."""
    with bridge.running() as running:
        running.worked("pull", times=2)
        running.worked("send")
        running.worked("track")
        asked, lines = len(box.ledger.requests), len(running.lines)
        transactions = running.doors.store.transactions
        running.worked("pull", times=4)
        running.worked("send")
        running.worked("track")
        fresh = Counter(request.operation for request in box.ledger.requests[asked:])
        assert set(fresh) == {"list_received"}
        assert 8 <= fresh["list_received"] <= 12
        assert running.doors.store.transactions == transactions
        assert running.lines[lines:] == []


def test_nothing_of_the_daemon_outlives_it(bridge: Bridge, box: Sandbox) -> None:
    """No thread, after an orderly end."""
    box.deliver(files={"order.edi": b"UNA"})
    before = set(threading.enumerate())
    with bridge.running():
        until(lambda: bridge.names("inbox") == ["order.edi"])
        bridge.drop("invoice.edi")
        until(lambda: bridge.names("sent") == ["invoice.edi"])
    mine = {thread for thread in set(threading.enumerate()) - before if "process_request" not in thread.name}
    until(lambda: not any(thread.is_alive() for thread in mine))


def test_what_is_no_finished_file_stays_and_is_named(bridge: Bridge, box: Sandbox) -> None:
    """Links, FIFOs, files of a writer who pauses with the file open; temp names stay without a word."""
    bridge.configure(settle="0.3s")
    with bridge.running() as running:
        until(bridge.has_outbox)
        outbox = bridge.root() / "outbox" / PAIR
        (bridge.folder / "elsewhere.edi").write_bytes(b"far")
        (outbox / "link.edi").symlink_to(bridge.folder / "elsewhere.edi")
        os.mkfifo(outbox / "pipe.edi")
        (outbox / "half.edi.part").write_bytes(b"UNA")
        with (outbox / "slow.edi").open("wb", buffering=0) as slow:
            slow.write(b"UNA")
            until(lambda: {"link.edi", "pipe.edi", "slow.edi"} <= set(running.reasons()))
            running.worked("send", times=2)  # the writer pauses for longer than settle
            assert not box.ledger.sent
            slow.write(b"+UNB")
        until(lambda: len(box.ledger.sent) == 1)
        (outbox / "half.edi.part").rename(outbox / "half.edi")
        until(lambda: len(box.ledger.sent) == 2)
        until(lambda: set(running.reasons()) == {"link.edi", "pipe.edi"})
    sent = {record.files[0].name: record.files[0].size for record in box.ledger.sent}
    assert sent == {"slow.edi": 7, "half.edi": 3}
    assert sorted(path.name for path in outbox.iterdir()) == ["link.edi", "pipe.edi"]


def test_status_answers_at_once_during_a_long_pull(bridge: Bridge, box: Sandbox) -> None:
    """With since when it runs, the age of the last success and the next try of each job."""
    with bridge.running() as running:
        running.worked("pull")
        box.trouble("slow", operation="list_received", seconds=3.0, times=None)
        until(lambda: running.state("pull").running_since)
        began = time.monotonic()
        jobs = {job.name: job for job in running.account().jobs}
        assert time.monotonic() - began < 0.5
        assert jobs["pull"].running_since is not None
        assert all(job.last_success and job.next for job in jobs.values())
        box.calm()
