"""One pass that a person asked for, made by a daemon that goes on meanwhile."""

from __future__ import annotations

from datetime import timedelta

from syncd.daemon.jobs import ADDRESSES, PULL, SEND, TRACK
from syncd.daemon.runner import Runner
from syncd.flows.bridge import Trouble
from syncd.flows.once import PassResult, Tally, has_outstanding, settle_deadline_s

STEP = timedelta(seconds=1)


def once(runner: Runner, jobs: tuple[str, ...], *, patience: timedelta) -> PassResult:
    """Run the jobs now, one after the other, and follow what was sent as long as `patience` lasts."""
    with runner.hub.listening(Tally()) as tally:
        if SEND in jobs:
            _now(runner, SEND)
        if PULL in jobs:
            _now(runner, PULL)
        if SEND in jobs:
            _send_settled(runner)
        if TRACK in jobs:
            _now(runner, TRACK)
        _follow(runner, jobs, patience)
    return PassResult(
        account=runner.name,
        messages=tuple(tally.messages.values()),
        not_taken=runner.not_taken,
        troubles=tuple(_open_troubles(runner, jobs)),
        paused=tuple(sorted(runner.paused() & set(jobs))),
    )


def _now(runner: Runner, job: str) -> None:
    if not runner.bridge.clock.wait(timedelta()) and job not in runner.paused():
        runner.forgive(job)
        runner.run(job)


def _send_settled(runner: Runner) -> None:
    """What stood in the outbox at the start is given its settle."""
    clock = runner.bridge.clock
    deadline = settle_deadline_s(runner.bridge)
    while clock.monotonic() < deadline:
        left = runner.settle_left()
        if left is None or clock.wait(left):
            return
        _now(runner, SEND)


def _follow(runner: Runner, jobs: tuple[str, ...], patience: timedelta) -> None:
    clock = runner.bridge.clock
    deadline = clock.monotonic() + patience.total_seconds()
    while clock.monotonic() < deadline and has_outstanding(runner.bridge):
        if clock.wait(STEP):
            return
        for job in (SEND, TRACK):
            if job in jobs:
                _now(runner, job)


def _open_troubles(runner: Runner, jobs: tuple[str, ...]) -> list[Trouble]:
    opened = [each.trouble for each in runner.troubles.open() if each.trouble.job in {*jobs, ADDRESSES}]
    return [trouble for trouble in opened if trouble.account == runner.name]
