"""A pause outlives the daemon: a pass by hand keeps to it, and says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncd.sandbox import Sandbox
from syncd.wiring.once import run_once
from tests.e2e.harness import ACCOUNT

if TYPE_CHECKING:
    from tests.e2e.harness import Ground


def test_a_pass_without_a_daemon_keeps_to_a_pause(ground: Ground, box: Sandbox) -> None:
    """What is paused is left out and named; the other jobs are done."""
    with ground.process() as process:
        process.run()
        process.bridge.journal.remember(ACCOUNT, {"paused": "send"})
    ground.drop("waits.edi", b"ISA waits")
    box.deliver(files={"in.edi": b"UNA in"})

    report = run_once(
        ground.settings, accounts=(ACCOUNT,), only=None, wait=None, dry_run=False, progress=lambda _: None
    )

    [paused] = report.accounts[0].paused
    remedy = f"`syncd resume send --account {ACCOUNT}` undoes it."
    assert (paused.what, paused.remedy, report.accounts[0].trouble) == ("send is paused", remedy, "")
    assert box.ledger.sent == ()
    assert ground.names("inbox") == ["in.edi"]
