"""A full mailbox, drained within the documented limit, on a clock that jumps over every wait.

Waiting costs nothing; what is computed, synced and answered takes the time that it takes.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from syncd.sandbox import ECGridSandbox, Sandbox
from tests.benchmarks.table import Table, per_hundred
from tests.e2e.harness import AnyBox, Ground
from tests.e2e.invariants import LIMITS


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """So many messages at a gateway; `least`: the requests that a hundred cannot do without."""

    gateway: str
    make: Callable[[], AnyBox]
    messages: int
    least: int


MAILBOXES = (
    Mailbox(gateway="as2gateway", make=Sandbox, messages=1_650, least=3),
    Mailbox(gateway="ecgrid", make=ECGridSandbox, messages=350, least=200),
)
"""Each with its lists a little over whole windows of the limit."""


def drained() -> Table:
    """What of the limits is used for messages."""
    table = Table(
        title="A full mailbox, within the documented limit, on a clock that jumps over waits",
        note="Requests with all lists and the log-in. Of the limit: the time that full windows take, of what "
        "they took. Of the ceiling: the same in messages, where 3 requests carry 100 messages at AS2 "
        "Gateway, and 200 at ECGrid. What is computed takes its real time on both sides, in one process.",
    )
    for mailbox in MAILBOXES:
        table.add(**_drained(mailbox))
    return table


def _drained(mailbox: Mailbox) -> dict[str, str]:
    most, window_s = LIMITS[mailbox.gateway]
    with tempfile.TemporaryDirectory() as folder, mailbox.make() as box:
        ground = Ground(box, Path(folder))
        for number in range(mailbox.messages):
            box.deliver(files={"invoice.edi": b"%08d" % number * 50})
        with ground.process() as process:
            process.run(jobs=("pull",))
            transactions = process.doors.store.transactions
        ledger = box.ledger
    times = [request.at for request in ledger.requests]
    whole = (len(times) - 1) // most
    share = whole * window_s / (times[whole * most] - times[0])
    least = mailbox.messages / 100 * mailbox.least
    return {
        "gateway": mailbox.gateway,
        "messages": f"{mailbox.messages:,}",
        "requests_per_100": per_hundred(len(ledger.requests), mailbox.messages),
        "transactions_per_100": per_hundred(transactions, mailbox.messages),
        "of_the_limit": f"{share:.1%}",
        "of_the_ceiling": f"{share * least / len(times):.1%}",
        "most_in_a_window": f"{ledger.peak_requests(window_s=window_s)} of {most}",
    }
