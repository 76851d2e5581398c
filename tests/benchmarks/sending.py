"""Sending for long within the documented limit, on a clock that jumps over every wait.

Send and track take turns as in the daemon, and what was sent stays outstanding for a while. Waiting costs
nothing; what is computed, synced and answered takes the time that it takes.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from syncd.daemon.runner import SLICE
from syncd.flows.send import Send
from syncd.flows.track import Track
from syncd.sandbox import Sandbox, World
from tests.benchmarks.table import Table
from tests.e2e.harness import Ground, Process
from tests.e2e.invariants import LIMITS

MDN_AFTER_S = 20.0
"""At five sends a second, this keeps 100 messages outstanding."""


def sending(messages: int = 600) -> Table:
    """What of the limit is used while as many files as possible are sent and followed."""
    table = Table(
        title="Sending with 100 outstanding, within the documented limit, on a clock that jumps over waits",
        note="All files are dropped at once. Of the limit: requests of that kind, from the first send to the "
        "last, of those that the limit lets through in that time. What is computed takes its real time.",
    )
    with tempfile.TemporaryDirectory() as folder, Sandbox(world=_world()) as box:
        ground = Ground(box, Path(folder))
        for number in range(messages):
            ground.drop(f"order-{number:06}.edi", b"UNA:+.? '%08d" % number)
        with ground.process() as process:
            process.run(jobs=("pull",))
            while len(box.ledger.sent) < messages:
                _take_turns(process)
        ledger = box.ledger
    most, window_s = LIMITS["as2gateway"]
    sends = [request.at for request in ledger.requests if request.operation == "send"]
    every = [request.at for request in ledger.requests if sends[0] <= request.at <= sends[-1]]
    table.add(
        messages=f"{messages:,}",
        seconds=f"{sends[-1] - sends[0]:.0f}",
        sends_of_the_limit=f"{_share(sends, most, window_s):.1%}",
        all_of_the_limit=f"{_share(every, most, window_s):.1%}",
        most_in_a_window=f"{ledger.peak_requests(window_s=window_s)} of {most}",
    )
    return table


def _world() -> World:
    world = World.default()
    return replace(world, timing=replace(world.timing, queue_s=0.0, mdn_delay_s=MDN_AFTER_S))


def _take_turns(process: Process) -> None:
    clock = process.bridge.clock
    until_s = clock.monotonic() + SLICE.total_seconds()
    Send(process.bridge, is_over=lambda: clock.monotonic() >= until_s).run()
    Track(process.bridge).run()
    clock.wait(process.bridge.outbox.next_settled() or timedelta())


def _share(times: Sequence[float], most: int, window_s: float) -> float:
    """How much of the limit these requests are, after the first window's worth has left at once."""
    return (len(times) - most) / most * window_s / (times[-1] - times[most])
