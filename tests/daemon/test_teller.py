"""Hooks beside everything else: a few at a time, each telling in one hand, in order for each message."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from syncd.core import events as ev
from syncd.daemon.teller import Teller
from syncd.errors import StateBroken, StateError
from tests.contracts.stores import failed, happened, opened
from tests.daemon.parts import until
from tests.flows.telling import Stage


@contextmanager
def telling(stage: Stage) -> Iterator[Teller]:
    teller = Teller(stage.tell())
    failures: list[StateError] = []
    teller.start(fail=failures.append)
    try:
        yield teller
    finally:
        teller.end()
        teller.cut()
        until(lambda: not teller.is_busy)
    assert failures == []


def test_a_hook_that_hangs_holds_up_no_other() -> None:
    """While it hangs, what arrives is told, and is told at once."""
    stage = Stage()
    slow = stage.received("slow")
    stage.hooks.gates[slow.id] = threading.Event()
    with telling(stage) as teller:
        until(lambda: stage.hooks.runs == [(slow.id, "on_received")])
        others = [stage.received(f"in-{n}") for n in range(5)]
        teller.note(others[-1])
        until(lambda: all(stage.lines(other) for other in others))
        assert teller.is_busy
        assert stage.lines(slow) == []
        stage.hooks.gates[slow.id].set()
        until(lambda: stage.lines(slow))
    assert len(stage.hooks.runs) == 6


def test_two_events_of_a_message_are_told_one_after_the_other() -> None:
    """The second begins when the first has ended, also with a hand free."""
    stage = Stage()
    (message,) = opened(stage.store, failed("a.edi"))
    stage.hooks.gates[message.id] = threading.Event()
    with telling(stage) as teller:
        until(lambda: stage.hooks.runs)
        after = happened(stage.store, message, ev.Delivered(mdn=None, place=None))
        teller.note(after)
        other = stage.received()
        teller.note(other)
        until(lambda: stage.lines(other))
        assert [run for run in stage.hooks.runs if run[0] == message.id] == [(message.id, "on_failed")]
        stage.hooks.gates[message.id].set()
        until(lambda: len(stage.lines(message)) == 2)
    assert stage.hooks.runs[-1] == (message.id, "on_sent")


def test_each_of_many_is_told_once() -> None:
    """Two hands never take the same."""
    stage = Stage()
    many = [stage.received(f"in-{n}") for n in range(200)]
    with telling(stage):
        until(lambda: all(stage.lines(message) for message in many))
    assert sorted(stage.hooks.runs) == sorted((message.id, "on_received") for message in many)


def test_a_state_that_is_broken_ends_the_daemon() -> None:
    """Nothing that follows would be safe."""
    stage = Stage()
    failures: list[StateError] = []

    def broken(*_: object, **__: object) -> None:
        raise StateBroken("the disk is gone")

    stage.store.untold = broken  # type: ignore[assignment]
    teller = Teller(stage.tell())
    teller.start(fail=failures.append)
    until(lambda: failures)
    teller.end()
