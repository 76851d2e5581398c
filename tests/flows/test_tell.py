"""Hooks are run at least once each, in order for each message, and the history tells what came of them."""

from dataclasses import replace
from datetime import timedelta

from syncd.core import events as ev
from syncd.core.account import Hooks
from syncd.core.model import Place
from syncd.flows.tell import MOST_TRIES, Tell, shown
from tests.contracts.stores import failed, happened, opened, outbound
from tests.flows.telling import ACME, Stage


def told(tell: Tell) -> list[bool]:
    return [tell.tell(telling) for telling in tell.due()]


def test_what_was_received_is_told_once() -> None:
    """And the history has it, with what the hook said."""
    stage = Stage()
    message = stage.received()
    assert told(stage.tell()) == [True]
    assert told(stage.tell()) == []
    assert stage.hooks.runs == [(message.id, "on_received")]
    assert stage.lines(message) == ["hook on_received ran in 0.0 s: said so"]
    assert stage.store.get(message.id) == message


def test_a_hook_that_fails_is_run_again_more_and_more_slowly_for_a_day() -> None:
    """With one event id; then it is given up. The state stays as it is."""
    stage = Stage()
    message = stage.received()
    stage.hooks.problems[message.id] = "ended with exit code 3"
    gaps = []
    for _ in range(MOST_TRIES):
        assert told(stage.tell()) == [False]
        gaps.append(stage.tell().due_in() or timedelta())
        stage.clock.wait(gaps[-1])
    assert gaps[:3] == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4)]
    assert timedelta(hours=23) < sum(gaps, timedelta()) < timedelta(hours=25)
    assert told(stage.tell()) == []
    assert len(set(stage.hooks.events)) == 1
    assert stage.lines(message)[0] == (
        "hook on_received ended with exit code 3; next try at 2026-11-21 12:01:00 UTC: said so"
    )
    assert stage.lines(message)[-1] == (
        "hook on_received ended with exit code 3; given up after 30 tries: said so"
    )
    assert stage.store.get(message.id) == message


def test_a_hook_that_cannot_be_run_at_all_is_tried_again() -> None:
    """When the machine lacks something for a moment, nothing is forgotten until a restart."""
    stage = Stage()
    message = stage.received()
    stage.hooks.breaks = True
    assert told(stage.tell()) == [False]
    [line] = stage.lines(message)
    assert line.startswith("hook on_received could not be run: [Errno 24] Too many open files; next try")
    stage.hooks.breaks = False
    stage.clock.wait(timedelta(minutes=1))
    assert told(stage.tell()) == [True]


def test_a_later_event_waits_for_an_earlier_one_of_its_message_only() -> None:
    """Delivered, then failed after all: never the other way around."""
    stage = Stage()
    (first,) = opened(stage.store, failed("a.edi"))
    happened(stage.store, first, ev.Delivered(mdn=None, place=None))
    stage.hooks.problems[first.id] = "ended with exit code 1"
    other = stage.received()
    assert told(stage.tell()) == [False, True]
    assert told(stage.tell()) == []
    stage.hooks.problems.clear()
    stage.clock.wait(timedelta(minutes=1))
    while told(stage.tell()):
        pass
    failed_, sent = (first.id, "on_failed"), (first.id, "on_sent")
    assert stage.hooks.runs == [failed_, (other.id, "on_received"), failed_, sent]
    assert len(set(stage.hooks.events)) == 3


def test_many_files_that_are_on_their_way_hide_nothing() -> None:
    """Of a disk that is gone, say: what stands behind them is told in the same pass."""
    stage = Stage()
    opened(stage.store, *(failed(f"{n}.edi", moving_from=Place(f"queued/{n}.edi")) for n in range(50)))
    message = stage.received()
    assert [telling.message.id for telling in stage.tell().due()] == [message.id]


def test_a_file_that_is_on_its_way_to_its_folder_is_waited_for() -> None:
    """Else the hook would look where nothing stands yet; it counts as no try."""
    stage = Stage()
    (message,) = opened(stage.store, failed("a.edi", moving_from=Place("queued/a.edi")))
    assert stage.tell().due() == []
    assert stage.tell().due_in() == timedelta(seconds=1)
    stage.clock.wait(timedelta(hours=1))
    assert stage.tell().due() == []
    assert stage.tell().due_in() == timedelta(minutes=5)  # its disk is gone
    stage.clock.wait(timedelta(minutes=5))
    happened(stage.store, message, ev.Moved())
    (telling,) = stage.tell().due()
    assert telling.tries == 0
    assert telling.message == replace(message, moving_from=None, updated=telling.message.updated)


def test_what_was_cut_off_is_no_try() -> None:
    """It runs again at the next start, with the same event id."""
    stage = Stage()
    message = stage.received()
    stage.hooks.is_cut = True
    assert told(stage.tell()) == [False]
    assert stage.lines(message) == []
    stage.hooks.is_cut = False
    assert told(stage.tell()) == [True]
    assert len(set(stage.hooks.events)) == 1


def test_a_hook_that_is_configured_no_more_is_not_waited_for() -> None:
    """Nor is that of an account that was taken out."""
    stage = Stage()
    message, other = stage.received(), stage.received("in-2")
    (first, second) = stage.tell().due()
    assert stage.tell(replace(ACME, hooks=Hooks())).tell(first)
    assert stage.tell(replace(ACME, name="other")).tell(second)
    assert stage.hooks.runs == []
    assert stage.tell().due() == []
    assert (
        stage.lines(message) == stage.lines(other) == ["hook on_received is not configured any more: not run"]
    )


def test_a_message_without_a_hook_writes_nothing() -> None:
    """What is on its way has none."""
    stage = Stage()
    opened(stage.store, outbound("a.edi"))
    assert stage.tell().due() == []


def test_what_a_hook_said_is_one_line_that_can_be_shown() -> None:
    """Whatever it wrote."""
    assert shown("a\n\tb\x1b[31m\u202e") == "a b [31m"
    assert len(shown("x" * 4096)) == 501
