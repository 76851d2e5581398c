"""Whether the daemon lives, and whether each job does its work: what readiness and the ping rest on."""

from __future__ import annotations

from datetime import timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from syncd.core.freshness import GRACE, JobHealth
from syncd.core.model import Place
from syncd.daemon.supervisor import A_MOMENT
from syncd.daemon.vitals import DaemonVitals
from syncd.errors import AccountRefused, Unreachable
from syncd.flows.bridge import Trouble
from tests.core.building import inbound
from tests.daemon.parts import World

PACE = timedelta(seconds=30)
PAST = 3 * PACE + GRACE + timedelta(seconds=1)
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def world() -> World:
    """One account with a usual pace, not started."""
    return World(rules={"pull_every": PACE, "scan_every": PACE, "track_every": PACE})


def vitals(world: World, *, zone: tzinfo = BERLIN) -> DaemonVitals:
    return DaemonVitals(world.supervisor, clock=world.clock, zone=zone, began=world.clock.now())


def job(world: World, name: str, seen: DaemonVitals | None = None) -> JobHealth:
    return next(each for each in (seen or vitals(world)).jobs() if each.job == name)


def succeed(world: World, name: str = "pull") -> None:
    clock = world.clock
    world.runner.jobs[name].succeed(now=clock.now(), now_s=clock.monotonic())


def begin(world: World, name: str = "pull") -> None:
    clock = world.clock
    world.runner.jobs[name].begin(now=clock.now(), now_s=clock.monotonic())


def test_a_job_is_fresh_from_its_first_success_until_three_were_missed(world: World) -> None:
    """Before the first one nobody knows."""
    assert [(each.job, each.is_fresh) for each in vitals(world).jobs()] == [
        ("pull", False),
        ("send", False),
        ("track", False),
    ]
    succeed(world)
    assert job(world, "pull").is_ready
    world.clock.passed += PAST - timedelta(seconds=2)
    assert job(world, "pull").is_ready
    world.clock.passed += timedelta(seconds=2)
    assert not job(world, "pull").is_ready


def test_a_clock_that_is_set_makes_nothing_old(world: World) -> None:
    """Nor young."""
    succeed(world)
    world.clock.set_by += timedelta(days=1)
    assert job(world, "pull").is_ready
    world.clock.set_by -= timedelta(days=2)
    world.clock.passed += PAST
    assert not job(world, "pull").is_ready


def test_a_run_that_takes_long_is_fresh_while_it_gets_on(world: World) -> None:
    """After a run that went well it is trusted until it hangs; after a failure it has to change something."""
    begin(world)
    world.clock.passed += PAST
    assert job(world, "pull").is_fresh
    world.runner.jobs["pull"].failures = 1
    assert not job(world, "pull").is_fresh
    world.hub.note(inbound())
    world.supervisor.is_alive()
    assert job(world, "pull").is_fresh
    world.clock.passed += PAST
    assert not job(world, "pull").is_fresh


def test_a_run_that_hangs_is_not_fresh(world: World) -> None:
    """However well the one before went."""
    succeed(world)
    begin(world)
    world.clock.passed += timedelta(minutes=11)
    world.supervisor.is_alive()
    assert not job(world, "pull").is_fresh


def at(world: World, hours: int) -> None:
    """Let the day be at that hour in Berlin, by the wall clock."""
    now = world.clock.now().astimezone(BERLIN)
    wanted = now.replace(hour=hours, minute=0, second=0, microsecond=0)
    world.clock.set_by += wanted - now


def later(world: World, **span: Any) -> None:  # noqa: ANN401 - timedelta's own
    world.clock.passed += timedelta(**span)


def test_with_cron_a_success_is_owed_since_the_last_due_time() -> None:
    """Not before the first one after the start, and with some grace."""
    world = World(rules={"pull_every": "0 12 * * *"})
    at(world, 10)
    seen = vitals(world)
    assert job(world, "pull", seen).is_fresh
    later(world, hours=2, seconds=30)
    assert job(world, "pull", seen).is_fresh
    later(world, minutes=5)
    assert not job(world, "pull", seen).is_fresh
    succeed(world)
    assert job(world, "pull", seen).is_fresh
    later(world, hours=23)
    assert job(world, "pull", seen).is_fresh
    later(world, hours=1, minutes=5)
    assert not job(world, "pull", seen).is_fresh


def test_nothing_is_expected_of_a_paused_job(world: World) -> None:
    """The others go on."""
    world.store.remember("acme", {"paused": "pull,send"})
    found = {each.job: each.is_ready for each in vitals(world).jobs()}
    assert found == {"pull": True, "send": True, "track": False}


def test_the_trouble_of_a_job_is_told_with_its_remedy(world: World) -> None:
    """What needs a person first; a refused log-in is marked."""
    world.troubles.began(Trouble(account="acme", job="pull", what="slow"))
    world.troubles.began(Trouble(account="acme", job="send", what="full", needs_person=True))
    error = AccountRefused("the gateway answered 401", remedy="Check the password")
    world.runner._failed("pull", error, None)
    found = job(world, "pull")
    assert (found.trouble, found.remedy) == ("the gateway answered 401", "Check the password")
    assert found.is_refused
    world.runner._failed("track", Unreachable("no connection"), None)
    assert not job(world, "track").is_refused


def test_what_kept_a_pass_from_its_work_makes_it_no_success(world: World) -> None:
    """It came to its end, so it does not back off; but it does not look well either."""

    def full() -> None:
        world.hub.complain(Trouble(account="acme", job="addresses", what="full", stops=True))

    world.runner.on_root = full
    assert world.runner.run("addresses")
    state = world.runner.jobs["addresses"]
    assert (state.last_success, state.failures, state.not_before) == (None, 0, None)


def test_an_account_that_may_not_send_has_no_success_until_it_may(world: World) -> None:
    """Also in the passes between, which ask nothing; the trouble stands all the while."""
    assert world.runner.run("addresses")
    world.disk.write(Place("outbox/RJ_Station/RJ_Partner/a.edi"), b"UNA")
    world.gateway.fail_next(AccountRefused("the gateway answered 403", status=403), call="send")
    for _ in range(3):
        world.runner.run("send")
    assert world.runner.jobs["send"].last_success is None
    assert [each.trouble.what for each in world.troubles.open()] == ["the gateway answered 403"]
    assert job(world, "send").trouble == "the gateway answered 403"
    world.clock.passed += timedelta(minutes=20)
    world.runner.run("send")
    assert job(world, "send").is_fresh
    assert world.troubles.open() == ()


def test_it_lives_while_it_looks_at_itself(world: World) -> None:
    """A supervisor that does not come round any more says nothing; one that sees a part hang does not."""
    seen = vitals(world)
    assert not seen.is_alive()
    with world.running():
        world.settled()
        world.supervisor._tick()
        assert seen.is_alive()
    world.clock.passed += A_MOMENT + timedelta(seconds=1)
    assert not seen.is_alive()
