"""What systemd hears of us, over a real datagram socket."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from syncd.daemon.sdnotify import ServiceManager, service_manager, watchdog_within


@pytest.fixture(params=["path", "abstract"])
def systemd(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[socket.socket, ServiceManager]]:
    """A socket as systemd opens one, and who speaks to it."""
    address = str(tmp_path / "notify") if request.param == "path" else f"@syncd-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(address.replace("@", "\0", 1) if address.startswith("@") else address)
        heard.settimeout(5)
        yield heard, service_manager({"NOTIFY_SOCKET": address})


def test_each_state_is_one_datagram(systemd: tuple[socket.socket, ServiceManager]) -> None:
    """In the words of sd_notify(3)."""
    heard, manager = systemd
    manager.ready("2 accounts")
    manager.status("acme: unreachable\nsince 14:02")
    manager.alive()
    manager.extend_timeout(timedelta(seconds=30))
    manager.stopping()
    told = [heard.recv(4096).decode() for _ in range(5)]
    assert told == [
        "READY=1\nSTATUS=2 accounts",
        "STATUS=acme: unreachable since 14:02",
        "WATCHDOG=1",
        "EXTEND_TIMEOUT_USEC=30000000",
        "STOPPING=1",
    ]


def test_a_reload_says_when_it_began(systemd: tuple[socket.socket, ServiceManager]) -> None:
    """By the monotonic clock, in microseconds: systemd tells an old message from a new one by it."""
    heard, manager = systemd
    before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    manager.reloading()
    first, second = heard.recv(4096).decode().split("\n")
    assert first == "RELOADING=1"
    name, _, moment = second.partition("=")
    assert name == "MONOTONIC_USEC"
    assert before <= int(moment) <= time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000


def test_a_full_queue_is_not_waited_for(systemd: tuple[socket.socket, ServiceManager]) -> None:
    """A systemd that does not listen costs us nothing but what we had to say."""
    heard, manager = systemd
    for _ in range(1000):
        manager.alive()
    assert heard.recv(4096) == b"WATCHDOG=1"


@pytest.mark.parametrize(
    "address", ["", "/nowhere/notify", "@nobody-listens", "vsock:2:1", "/" + "x" * 200, "/\0"]
)
def test_nobody_there_is_no_trouble(address: str) -> None:
    """Not one call raises."""
    manager = ServiceManager(address)
    manager.ready("ready")
    manager.status("")
    manager.reloading()
    manager.alive()
    manager.extend_timeout(timedelta(seconds=1))
    manager.stopping("bye")


@pytest.mark.parametrize(
    ("environ", "within"),
    [
        ({"WATCHDOG_USEC": "120000000", "WATCHDOG_PID": "77"}, timedelta(minutes=2)),
        ({"WATCHDOG_USEC": "120000000"}, timedelta(minutes=2)),
        ({"WATCHDOG_USEC": "120000000", "WATCHDOG_PID": "78"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "-5"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({"WATCHDOG_USEC": "9" * 40}, None),
        ({}, None),
    ],
)
def test_the_watchdog_is_for_the_process_that_it_names(
    environ: dict[str, str], within: timedelta | None
) -> None:
    """And only with a span that makes sense."""
    assert watchdog_within(environ, pid=77) == within
