"""Hooks beside everything else: a few at a time, each telling in one hand, in order for each message."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from syncd.core import events as ev
from syncd.core.model import Place
from syncd.daemon.teller import Teller
from syncd.errors import DiskFull, StateBroken, StateError
from tests.contracts.stores import failed, happened, opened
from tests.daemon.parts import until
from tests.flows.telling import Stage


@contextmanager
def telling(stage: Stage, **more: timedelta) -> Iterator[Teller]:
    teller = Teller(stage.tell(), **more)
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


class FullDisk:
    """A store's method that finds no room until somebody makes some."""

    def __init__(self, told: Callable[..., None]) -> None:
        self._told = told
        self.is_full = True
        self.asked = 0

    def __call__(self, *outcomes: object, **more: object) -> None:
        self.asked += 1
        if self.is_full:
            raise DiskFull("no room to write")
        self._told(*outcomes, **more)


def test_a_disk_that_is_full_for_a_while_ends_no_telling() -> None:
    """What could not be noted is told once more when there is room, and not only at the next start."""
    stage = Stage()
    message = stage.received()
    stage.store.told = disk = FullDisk(stage.store.told)  # type: ignore[method-assign]
    with telling(stage) as teller:
        until(lambda: disk.asked and not teller.is_busy)
        disk.is_full = False
        stage.clock.wait(timedelta(minutes=10))
        teller.note(message)
        until(lambda: stage.lines(message))
    assert stage.hooks.runs == [(message.id, "on_received")] * 2
    assert len(set(stage.hooks.events)) == 1


def test_a_disk_that_is_full_ends_no_thread() -> None:
    """Also when it is a file on its way that cannot be waited for."""
    stage = Stage()
    (moving,) = opened(stage.store, failed("a.edi", moving_from=Place("queued/a.edi")))
    stage.store.told = disk = FullDisk(stage.store.told)  # type: ignore[method-assign]
    with telling(stage, looks_again=timedelta(milliseconds=10)):
        until(lambda: disk.asked > 5)
        disk.is_full = False
        happened(stage.store, moving, ev.Moved())
        stage.clock.wait(timedelta(minutes=10))
        until(lambda: stage.lines(moving))


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
