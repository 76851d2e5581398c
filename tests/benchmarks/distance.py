"""A way between the two sides that takes its time: real TCP through network namespaces.

Where the kernel has it, `tc netem` delays the loopback of a namespace. Else each side gets a namespace of its
own, and a thread of this process carries the packets between two TUN devices, late. Either needs root and
iproute2. A direction takes half of the round trip, give or take a tenth; bandwidth and loss are not imitated.

The addresses are loopback's on both ways: neither the sandbox nor plain http is allowed any other.
"""

from __future__ import annotations

import fcntl
import os
import select
import shutil
import struct
import subprocess
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from random import Random
from secrets import token_hex

NEAR, FAR = "127.0.0.1", "127.0.0.2"
JITTER = 0.1
PACKET = 65_536
TUNSETIFF = 0x400454CA
IFF_TUN_NO_PI = 0x1001


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How to start a program on either side, and where the far one listens."""

    near: Sequence[str] = ()
    far: Sequence[str] = ()
    host: str = NEAR
    by: str = "-"
    """What makes the distance."""


HERE = Way()


class CannotDelay(Exception):
    """There is no distance to be had on this machine, and why."""


@contextmanager
def way(round_trip_ms: float) -> Iterator[Way]:
    """So far away; 0 is this machine itself. Raises: CannotDelay."""
    if not round_trip_ms:
        yield HERE
        return
    if os.geteuid() != 0 or not shutil.which("ip") or not shutil.which("tc"):
        raise CannotDelay("a round trip needs root and tc (package iproute2)")
    with ExitStack() as closing:
        one = closing.enter_context(_namespace("near"))
        if _by_netem(one, round_trip_ms):
            yield Way(near=one, far=one, by="netem")
            return
        other = closing.enter_context(_namespace("far"))
        yield closing.enter_context(_by_tun(one, other, round_trip_ms))


@contextmanager
def _namespace(side: str) -> Iterator[list[str]]:
    """A network namespace; gives what stands before a command that runs in it."""
    name = f"sb{token_hex(4)}{side}"
    _do(["ip", "netns", "add", name])
    try:
        inside = ["ip", "netns", "exec", name]
        _do([*inside, "ip", "link", "set", "lo", "up"])
        yield inside
    finally:
        _do(["ip", "netns", "delete", name])


def _by_netem(inside: Sequence[str], round_trip_ms: float) -> bool:
    half, jitter = round_trip_ms / 2, round_trip_ms / 2 * JITTER
    netem = ["netem", "delay", f"{half}ms", f"{jitter}ms", "limit", "100000"]
    added = subprocess.run(
        [*inside, "tc", "qdisc", "add", "dev", "lo", "root", *netem], check=False, stderr=subprocess.DEVNULL
    )
    return added.returncode == 0


@contextmanager
def _by_tun(near: Sequence[str], far: Sequence[str], round_trip_ms: float) -> Iterator[Way]:
    with ExitStack() as closing:
        ends = [_tun(near, own=NEAR, other=FAR), _tun(far, own=FAR, other=NEAR)]
        for end in ends:
            closing.callback(os.close, end)
        for source, sink in (ends, ends[::-1]):
            carrier = Carrier(source=source, sink=sink, half_s=round_trip_ms / 2_000)
            thread = threading.Thread(target=carrier.run)
            thread.start()
            closing.callback(thread.join)
            closing.callback(carrier.stop.set)
        yield Way(near=near, far=far, host=FAR, by="TUN")


def _tun(inside: Sequence[str], *, own: str, other: str) -> int:
    """A TUN device in a namespace, of its name, that leads to the other one; gives the end that is ours."""
    name = inside[-1]
    end = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(end, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN_NO_PI))
    _do(["ip", "link", "set", name, "netns", name])
    routed = [f"net.ipv4.conf.{which}.route_localnet=1" for which in ("all", name)]
    for command in (
        ["sysctl", "-q", "-w", "net.ipv4.conf.all.rp_filter=0", *routed],
        ["ip", "address", "flush", "dev", "lo"],
        ["ip", "address", "add", f"{own}/32", "dev", "lo"],
        ["ip", "link", "set", name, "up"],
        ["ip", "route", "add", other, "dev", name, "src", own],
    ):
        _do([*inside, *command])
    return end


@dataclass(kw_only=True)
class Carrier:
    """Carries packets one way, in order, each late by half of the round trip."""

    source: int
    sink: int
    half_s: float
    stop: threading.Event = field(default_factory=threading.Event)
    _dice: Random = field(default_factory=lambda: Random(2))
    _held: deque[tuple[float, bytes]] = field(default_factory=deque)

    def run(self) -> None:
        """Until told to stop."""
        while not self.stop.is_set():
            wait_s = self._held[0][0] - time.monotonic() if self._held else 0.1
            if select.select([self.source], [], [], max(0.0, wait_s))[0]:
                self._take()
            while self._held and self._held[0][0] <= time.monotonic():
                self._give(self._held.popleft()[1])

    def _take(self) -> None:
        try:
            while True:
                packet = os.read(self.source, PACKET)
                due = time.monotonic() + self.half_s * self._dice.uniform(1 - JITTER, 1 + JITTER)
                self._held.append((max(due, self._held[-1][0] if self._held else 0.0), packet))
        except BlockingIOError:
            return

    def _give(self, packet: bytes) -> None:
        try:
            os.write(self.sink, packet)
        except OSError:
            return  # its queue is full or its device is gone: a lost packet, which TCP sends again


def _do(command: Sequence[str]) -> None:
    subprocess.run(command, check=True)
