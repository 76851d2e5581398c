"""Jobs run on time whatever the clock does, come back after trouble, and end in order."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from syncd.core.model import Place
from syncd.daemon.jobs import JOBS, Gaps
from syncd.errors import AccountRefused, RootUnusable, StateBroken, Unreachable
from syncd.flows.bridge import Trouble
from tests.daemon.parts import HOUR, World, until

MINUTE = timedelta(minutes=1)
YEAR = timedelta(days=365)


@pytest.mark.parametrize("step", [HOUR, -HOUR, 5 * YEAR, -5 * YEAR])
def test_a_clock_that_was_set_starts_every_pace_anew(step: timedelta) -> None:
    """Forward and back, by an hour or by years: each job runs once, soon, and then at its pace."""
    with World().running() as world, capture_logs() as lines:
        world.settled()
        before = world.runs("unread")
        world.clock.set_by += step
        until(lambda: world.runs("unread") > before)
        world.settled()
        until(lambda: all(world.next_in(job) > 59 * MINUTE for job in JOBS))
        assert world.runs("unread") == before + 2  # one pull: a list for each type
    assert [line["event"] for line in lines].count("clock.stepped") == 1


def test_a_clock_that_is_set_back_does_not_prolong_a_gap() -> None:
    """Backing off is counted by the wall clock, so it is forgiven."""
    world = World()
    world.gateway.fail_next(Unreachable("no network"), call="unread")
    with world.running():
        until(lambda: world.runner.jobs["pull"].failures)
        world.clock.set_by -= YEAR
        until(lambda: world.runner.jobs["pull"].last_success)


def test_what_came_due_while_the_clock_was_set_still_runs() -> None:
    """A cron time that was slept over is not put off to the next one."""
    world = World(rules={"pull_every": "0 4 * * *"})
    with world.running():
        until(lambda: world.runner.jobs["send"].last_success)
        scheduler = world.supervisor._scheduler
        scheduler.pause()
        scheduler.modify_job("acme.pull", next_run_time=world.clock.now() - HOUR)
        world.supervisor._plan_anew(world.runner, "pull")
        scheduler.resume()
        until(lambda: world.runs("unread"))


def test_a_slow_drift_is_no_step() -> None:
    """A clock that is slewed all year long is followed without a word."""
    world = World()
    with capture_logs() as lines:
        for _ in range(60):
            world.clock.set_by += timedelta(seconds=0.5)
            world.supervisor._mind_the_clock()
    assert lines == []


def test_a_failed_job_comes_back_after_its_gap_not_after_its_pace() -> None:
    """And says when."""
    world = World()
    world.gateway.fail_next(Unreachable("no network"), call="unread")
    with world.running():
        world.settled()
        until(lambda: world.next_in("pull") < timedelta(seconds=6))
        assert world.next_in("pull") > timedelta(seconds=2)


def test_a_pace_shorter_than_the_gap_waits_for_the_gap() -> None:
    """Nothing is asked of a gateway that just failed."""
    world = World(rules={"pull_every": timedelta(milliseconds=50)})
    world.gateway.fail_next(Unreachable("no network"), call="unread")
    with world.running():
        until(lambda: world.runner.jobs["pull"].failures)
        until(lambda: world.next_in("pull") > timedelta(seconds=3))
        assert world.runs("unread") == 1


def test_a_poke_forgives_the_gap() -> None:
    """A person asked."""
    world = World()
    world.gateway.fail_next(Unreachable("no network"), call="unread")
    with world.running():
        world.settled()
        world.supervisor.poke("acme", "pull")
        until(lambda: world.runner.jobs["pull"].last_success)


def test_a_new_password_is_tried_at_once_by_every_job() -> None:
    """Whichever met the refusal, however long it would have backed off."""
    world = World()
    world.runner.gaps = Gaps(first=HOUR, most=HOUR, most_refused=HOUR)
    for call in ("unread", "partners"):
        world.gateway.fail_next(AccountRefused("wrong password"), call=call)
        world.gateway.fail_next(AccountRefused("wrong password"), call=call)
    with world.running():
        until(lambda: world.runner.jobs["pull"].failures and world.runner.jobs["addresses"].failures)
        world.gateway._failures.clear()
        world.stamp += 1
        until(lambda: world.runner.jobs["pull"].last_success and world.runner.jobs["addresses"].last_success)


def test_a_job_that_met_the_unexpected_runs_again() -> None:
    """With a traceback in the log, and as a trouble."""
    world = World()

    def unexpected() -> None:
        raise LookupError("nobody thought of this")

    world.runner.on_root = unexpected
    with capture_logs() as lines, world.running():
        until(lambda: world.runner.jobs["pull"].failures)
        world.runner.on_root = lambda: None
        world.supervisor.poke("acme", "pull")
        until(lambda: world.runner.jobs["pull"].last_success)
    broke = [line for line in lines if line["event"] == "job.broke"]
    assert broke
    assert all(line["exc_info"] for line in broke)


def test_a_broken_state_ends_the_daemon() -> None:
    """Nothing that follows would be safe; systemd starts it anew."""
    world = World()

    def broken() -> None:
        raise StateBroken("the database cannot be written")

    world.runner.on_root = broken
    with world.running():
        until(world.stop.is_set)
    assert isinstance(world.supervisor.fatal, StateBroken)


def test_runs_of_a_job_do_not_overlap_and_a_poke_meanwhile_is_not_lost() -> None:
    """However often it is poked while it runs: one more run."""
    world, going, go = World(), threading.Event(), threading.Event()
    world.gateway.deliver("m1", files={"a.edi": b"UNA"})

    def hold() -> None:
        going.set()
        assert go.wait(10)

    with world.running():
        world.settled()
        world.runner.examine = tuple
        world.runner._ready.root = False
        world.runner.on_root = hold
        before = world.runs("unread")
        world.supervisor.poke("acme", "pull")
        assert going.wait(10)
        world.runner.on_root = lambda: None
        for _ in range(20):
            world.supervisor.poke("acme", "pull")
        assert world.supervisor._turns["acme.pull"].is_under_way
        go.set()
        until(lambda: world.runs("unread") >= before + 4)
        world.settled()
        until(lambda: world.next_in("pull") > 59 * MINUTE)
        assert world.runs("unread") == before + 4


def test_the_bell_sends_what_was_dropped() -> None:
    """Once for all files of a moment."""
    with World().running() as world:
        world.settled()
        for number in range(50):
            world.disk.write(_outbox(f"{number}.edi"), b"%d" % number)
            world.watcher.notice()
        until(lambda: len(world.gateway.accepted) == 50)
        world.settled()
    assert sorted(int(out.files[0][1]) for out in world.gateway.accepted) == list(range(50))


def test_a_paused_job_does_not_run_until_it_is_resumed() -> None:
    """The bell neither wakes it nor makes the daemon spin."""
    world = World()
    world.store.remember("acme", {"paused": "send"})
    with world.running():
        until(lambda: world.runner.jobs["pull"].last_success)
        for _ in range(100):
            world.watcher.notice()
        until(lambda: world.next_in("send") > 59 * MINUTE)
        assert world.runner.jobs["send"].last_attempt is None
        world.disk.write(_outbox("a.edi"), b"UNA")
        world.store.remember("acme", {"paused": None})
        world.supervisor.poke("acme", "send")
        until(lambda: world.gateway.accepted)


def test_an_unusable_root_is_looked_at_often() -> None:
    """Never later than half a minute after it is back."""
    world = World()
    error = RootUnusable("the root is not there")
    assert world.runner.gaps.after(50, error, dice=lambda: 0.0) == timedelta(seconds=30)
    assert world.runner.gaps.after(50, Unreachable("away"), dice=lambda: 0.0) == 5 * MINUTE


def test_folders_that_are_wrong_are_examined_every_hour() -> None:
    """Until they are right; a passing pull does not look at them each time."""
    world = World()
    looked: list[int] = []
    wrong = Trouble(account="acme", job="folders", what="the root lacks its bit")

    def examine() -> list[Trouble]:
        looked.append(len(looked))
        return [wrong] if len(looked) < 3 else []

    world.runner.examine = examine
    for _ in range(3):
        world.runner.run("pull")
    assert len(looked) == 1
    assert [each.trouble for each in world.troubles.open()] == [wrong]
    for _ in range(4):
        world.clock.passed += HOUR
        world.runner.run("addresses")
    assert len(looked) == 3
    assert world.troubles.open() == ()


def test_what_is_not_begun_when_the_end_comes_is_left() -> None:
    """A job that waited for the lock of its account does nothing any more."""
    world = World()
    world.stop.set()
    assert not world.runner.run("pull")
    assert world.gateway.calls == []


def _outbox(name: str) -> Place:
    return Place(f"outbox/RJ_Station/RJ_Partner/{name}")
