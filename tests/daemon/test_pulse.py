"""systemd hears of us only while every part beats."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from syncd.daemon.pulse import OVERDUE, Pulse
from syncd.daemon.sdnotify import ServiceManager
from syncd.flows.bridge import Trouble
from tests.core.building import inbound, outbound
from tests.daemon.parts import World, until

LIMIT = timedelta(minutes=10)
PAST = LIMIT + timedelta(seconds=1)


@pytest.fixture
def world() -> World:
    """One account, not started."""
    return World()


def pulse_of(world: World) -> Pulse:
    return Pulse([world.runner], clock=world.clock, hangs_after=LIMIT)


def start(world: World, job: str) -> None:
    """Let a job run, from now on."""
    world.runner.jobs[job].begin(now=world.clock.now(), now_s=world.clock.monotonic())


def test_a_job_that_runs_long_without_a_change_hangs_and_is_told_once(world: World) -> None:
    """When it ends after all, it beats again."""
    pulse = pulse_of(world)
    start(world, "pull")
    with capture_logs() as lines:
        assert not pulse.hangs()
        world.clock.passed += PAST
        assert pulse.hangs()
        assert pulse.hangs()
    assert [(line["event"], line["job"]) for line in lines] == [("job.hangs", "pull")]
    world.runner.jobs["pull"].running_since = None
    assert not pulse.hangs()


def test_a_job_that_gets_on_may_run_for_hours(world: World) -> None:
    """Ten thousand messages take their time."""
    pulse = pulse_of(world)
    start(world, "pull")
    for _ in range(30):
        world.clock.passed += LIMIT / 2
        world.hub.note(inbound())
        assert not pulse.hangs()


def test_a_busy_outbox_does_not_hide_a_pull_that_hangs(world: World) -> None:
    """What is sent says nothing of what is fetched."""
    pulse = pulse_of(world)
    start(world, "pull")
    pulse.hangs()
    world.clock.passed += PAST
    world.hub.note(outbound())
    assert pulse.hangs()


def test_an_old_change_does_not_make_a_new_run_hang(world: World) -> None:
    """Nor does a night without any."""
    pulse = pulse_of(world)
    world.hub.note(inbound())
    assert not pulse.hangs()
    world.clock.passed += timedelta(hours=12)
    start(world, "pull")
    assert not pulse.hangs()


def test_a_clock_that_was_set_lets_nothing_hang(world: World) -> None:
    """Only time that passed counts."""
    pulse = pulse_of(world)
    start(world, "pull")
    world.clock.set_by += timedelta(days=365)
    assert not pulse.hangs()


def test_a_job_that_was_forgotten_is_overdue(world: World) -> None:
    """Late by minutes, or not planned at all; one that is under way is not late."""
    pulse, now = pulse_of(world), datetime.now(UTC)
    late = now - OVERDUE - timedelta(seconds=1)
    assert pulse.is_overdue(late, is_under_way=False)
    assert pulse.is_overdue(None, is_under_way=False)
    assert not pulse.is_overdue(late, is_under_way=True)
    assert not pulse.is_overdue(now - timedelta(seconds=30), is_under_way=False)


# What systemd hears ------------------------------------------------------------------------------


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[socket.socket]:
    """A real socket, as in $NOTIFY_SOCKET."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(str(tmp_path / "notify"))
        ear.settimeout(10)
        yield ear


def heard(ear: socket.socket) -> list[str]:
    """What was told so far."""
    said: list[str] = []
    ear.setblocking(False)
    while True:
        try:
            said.append(ear.recv(4096).decode())
        except BlockingIOError:
            return said


def test_a_flow_that_hangs_silences_the_watchdog(tmp_path: Path, systemd: socket.socket) -> None:
    """Ready, then alive; when a gateway's call never returns, alive no more; at the end, stopping."""
    go, hangs = threading.Event(), threading.Event()
    world = World(
        supervised={
            "manager": ServiceManager(str(tmp_path / "notify")),
            "watchdog": timedelta(seconds=2),
            "hangs_after": LIMIT,
        }
    )

    def never() -> None:
        hangs.set()
        assert go.wait(20)

    with world.running():
        world.settled()
        said: list[str] = []

        def is_alive() -> bool:
            said.extend(heard(systemd))
            return "WATCHDOG=1" in said

        until(is_alive)
        assert said[0].splitlines()[0] == "READY=1"
        assert "STATUS=1 account, all is well" in said[0]
        world.runner._ready.root = False
        world.runner.on_root = never
        world.supervisor.poke("acme", "pull")
        assert hangs.wait(10)
        assert world.supervisor.is_alive()
        world.clock.passed += PAST
        until(lambda: not world.supervisor.is_alive())
        heard(systemd)
        for _ in range(3):
            world.clock.passed += timedelta(seconds=2)
            world.supervisor._tick()
        assert "WATCHDOG=1" not in heard(systemd)
        go.set()
        until(lambda: "WATCHDOG=1" in heard(systemd))
    assert any(line.startswith("STOPPING=1") for line in heard(systemd))


def test_without_a_watchdog_nobody_is_told(tmp_path: Path, systemd: socket.socket) -> None:
    """And systemd sleeps."""
    world = World(supervised={"manager": ServiceManager(str(tmp_path / "notify"))})
    with world.running():
        world.settled()
        for _ in range(3):
            world.supervisor._tick()
        assert "WATCHDOG=1" not in heard(systemd)


def test_the_watchdog_is_fed_no_more_often_than_it_asks(tmp_path: Path, systemd: socket.socket) -> None:
    """Four times within its limit."""
    manager = ServiceManager(str(tmp_path / "notify"))
    world = World(supervised={"manager": manager, "watchdog": timedelta(minutes=2)})
    with world.running():
        world.settled()
        until(lambda: world.supervisor._fed_at_s)
        heard(systemd)
        for _ in range(5):
            world.supervisor._feed_watchdog()
        assert heard(systemd) == []
        world.clock.passed += timedelta(seconds=31)
        world.supervisor._feed_watchdog()
        assert heard(systemd)[0] == "WATCHDOG=1"


class Waits(threading.Event):
    """Told to stop when it was waited for a few times, and remembers how long."""

    def __init__(self) -> None:
        super().__init__()
        self.spans_s: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        """Pass at once."""
        assert timeout is not None
        self.spans_s.append(timeout)
        return len(self.spans_s) > 3


@pytest.mark.parametrize(("span_s", "tick_s"), [(1, 0.25), (4, 1), (9, 2.25), (20, 5), (120, 5), (None, 5)])
def test_one_look_may_be_missed_before_the_watchdog_bites(span_s: int | None, tick_s: float) -> None:
    """However short its span is; a long one costs no more looks than none."""
    world = World(supervised={"watchdog": None if span_s is None else timedelta(seconds=span_s)})
    world.supervisor.stop = waits = Waits()
    world.supervisor.run()
    assert waits.spans_s == [tick_s] * 4


def test_the_status_line_counts_accounts_in_trouble(world: World) -> None:
    """Not troubles."""
    assert world.supervisor._summary() == "1 account, all is well"
    for job in ("pull", "send"):
        world.troubles.began(Trouble(account="acme", job=job, what=f"{job} cannot"))
    assert world.supervisor._summary() == "1 account, 1 in trouble"
