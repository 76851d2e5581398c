"""The machine's clock is set, by an hour or by years, at every phase of a message's life."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from syncd.core.model import State
from syncd.sandbox import Partner, Sandbox, World
from tests.e2e.harness import Ground, Process
from tests.e2e.invariants import faults
from tests.e2e.verified import found as found_by_verify
from tests.e2e.worlds import paced, with_partners
from tests.safety.figures import record_campaign

STEP = timedelta(seconds=20)
HOUR = timedelta(hours=1)
YEARS = timedelta(days=3650)
AWHILE = timedelta(hours=3)
"""How long it may take until everything is settled: an hour that was set back has to pass once more."""


def _plain() -> World:
    return with_partners(Partner(as2_id="RJ_Partner"))


def _slow() -> World:
    """A gateway that takes its time, and hides what it is just sending."""
    return paced(_plain(), queue_s=30.0, processing_s=200.0, mdn_delay_s=100.0)


def _not_fetched(ground: Ground) -> None:
    ground.box.deliver(files={"in.edi": b"UNA in"})
    ground.box.trouble("status", status=500, operation="batch", times=2)
    ground.box.trouble("status", status=500, path="attachments/", times=2)


def _not_confirmed(ground: Ground) -> None:
    ground.box.deliver(files={"in.edi": b"UNA in"})
    ground.box.trouble("status", status=500, operation="get_received", times=2)


def _mark_forgotten(ground: Ground) -> None:
    ground.box.deliver(files={"in.edi": b"UNA in"})
    ground.box.trouble("forget_marks", times=6)


def _asked_to_wait(ground: Ground) -> None:
    ground.box.trouble("status", status=503, retry_after="100", operation="send", times=3)
    ground.drop("out.edi", b"UNA out")


def _reply_lost(ground: Ground) -> None:
    ground.box.trouble("reset", operation="send", when="after")
    ground.drop("out.edi", b"UNA out")


def _request_lost(ground: Ground) -> None:
    ground.box.trouble("reset", operation="send", when="before")
    ground.drop("out.edi", b"UNA out")


def _accepted_late(ground: Ground) -> None:
    ground.box.trouble("late", operation="send", seconds=400.0)
    ground.drop("out.edi", b"UNA out")


def _just_sent(ground: Ground) -> None:
    ground.drop("out.edi", b"UNA out")


def _tried_again(ground: Ground) -> None:
    ground.box.partner("RJ_Partner").behave(delivery="temporary", failures=3)
    ground.drop("out.edi", b"UNA out")


@dataclass(frozen=True, kw_only=True)
class Moment:
    """A phase of a message's life: how it comes there, and after how many passes the clock is set."""

    arrange: Callable[[Ground], None]
    world: Callable[[], World] = _plain
    passes: int = 1


MOMENTS = {
    "not fetched": Moment(arrange=_not_fetched),
    "not confirmed": Moment(arrange=_not_confirmed),
    "mark forgotten": Moment(arrange=_mark_forgotten),
    "asked to wait": Moment(arrange=_asked_to_wait),
    "reply lost": Moment(arrange=_reply_lost),
    "request lost": Moment(arrange=_request_lost),
    "accepted late": Moment(arrange=_accepted_late),
    "accepted late, looked up twice": Moment(arrange=_accepted_late, passes=10),
    "reply lost, still hidden": Moment(arrange=_reply_lost, world=_slow),
    "accepted": Moment(arrange=_just_sent, world=_slow),
    "awaiting mdn": Moment(arrange=_just_sent, world=_slow, passes=13),
    "tried again by the gateway": Moment(arrange=_tried_again, passes=3),
}
SPANS = {"an hour on": HOUR, "an hour back": -HOUR, "years on": YEARS, "years back": -YEARS}
ENDS = {"and stays": False, "and is set right": True}
Case = tuple[str, str, str]

EVERY: tuple[Case, ...] = tuple((m, s, e) for m in MOMENTS for s in SPANS for e in ENDS)
SAMPLE: tuple[Case, ...] = (
    ("not fetched", "an hour on", "and stays"),
    ("not confirmed", "an hour back", "and stays"),
    ("asked to wait", "an hour back", "and is set right"),
    ("accepted", "years back", "and stays"),
    ("tried again by the gateway", "years on", "and is set right"),
    ("reply lost", "an hour back", "and stays"),
    ("accepted late, looked up twice", "an hour on", "and stays"),
    ("asked to wait", "years back", "and stays"),
)


OTHERS = tuple(case for case in EVERY if case not in SAMPLE)


@contextmanager
def bridge_at(moment: Moment, folder: Path) -> Iterator[tuple[Ground, Process]]:
    """A bridge whose message has come to that phase, for some hours in service."""
    with Sandbox(world=moment.world()) as box:
        ground = Ground(box, folder)
        ground.run()
        ground.later(hours=2)
        moment.arrange(ground)
        with ground.process() as process:
            live(ground, process, passes=moment.passes)
            yield ground, process


def live(ground: Ground, process: Process, *, passes: int) -> None:
    """Pass after pass."""
    for _ in range(passes):
        process.run()
        ground.clock.wait(STEP)


def settle(ground: Ground, process: Process) -> None:
    """Live until nothing is on its way, or too long; then once more, when all that was late has come."""
    monotonic = ground.clock.monotonic
    began = monotonic()
    while process.is_busy and monotonic() - began < AWHILE.total_seconds():
        process.run()
        is_late = monotonic() - began > HOUR.total_seconds() / 4
        ground.clock.wait(15 * STEP if is_late else 3 * STEP)
    ground.later(minutes=15)
    process.run()


def stepped(folder: Path, moment: str, span: str, end: str) -> list[str]:
    """Set the clock at that moment, maybe right it some passes later; returns what went wrong."""
    with bridge_at(MOMENTS[moment], folder) as (ground, process):
        ground.clock.skew = SPANS[span]
        live(ground, process, passes=6)
        if ENDS[end]:
            ground.clock.skew = timedelta()
        settle(ground, process)
        unhappy = [row for row in ground.rows() if row.state not in (State.RECEIVED, State.SENT)]
        found = [f"{row.state}, {row.phase}: {row.reason}" for row in unhappy]
        return [*found, *faults(ground), *found_by_verify(ground)]


@pytest.mark.parametrize(("moment", "span", "end"), SAMPLE, ids=map(", ".join, SAMPLE))
def test_a_clock_that_is_set_doubles_and_fails_nothing(
    memory: Path, moment: str, span: str, end: str
) -> None:
    """Everything settles, once, within the time that was set back."""
    assert stepped(memory, moment, span, end) == []


@pytest.mark.torture
@pytest.mark.parametrize(("moment", "span", "end"), OTHERS, ids=map(", ".join, OTHERS))
def test_a_clock_that_is_set_at_any_moment_doubles_and_fails_nothing(
    memory: Path, moment: str, span: str, end: str
) -> None:
    """The same at every moment, by every span."""
    found = stepped(memory, moment, span, end)

    record_campaign("clock steps", tried=1, found=bool(found))
    assert found == []


@pytest.mark.parametrize("span", [HOUR, -HOUR], ids=["an hour on", "an hour back"])
def test_a_clock_that_is_set_between_two_runs_widens_no_rate_window(memory: Path, span: timedelta) -> None:
    """The last requests of the first run count for the second."""
    with Sandbox() as box:
        ground = Ground(box, memory)
        ground.run()
        ground.later(minutes=10)
        for run in range(2):
            for number in range(30):
                ground.drop(f"{run}-{number}.edi", f"UNA {run} {number}".encode())
            ground.run()
            ground.clock.skew = span

        assert box.ledger.peak_requests() <= 50
        assert box.ledger.over_limit == 0


def test_a_new_account_at_a_wrong_clock_takes_what_is_new(memory: Path) -> None:
    """What counts as history is told by the gateway's clock, at the first listing."""
    with Sandbox() as box:
        ground = Ground(box, memory)
        ground.clock.skew = 2 * YEARS
        now = box.clock.now()
        box.deliver(files={"old.edi": b"UNA old"}, persisted=now - 3 * 24 * 3600)
        box.deliver(files={"new.edi": b"UNA new"}, persisted=now - 3600)

        ground.run()

        assert ground.names("inbox") == ["new.edi"]
        assert faults(ground) == []
