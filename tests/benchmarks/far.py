"""The other side, in a process of its own: an AS2 Gateway sandbox, filled and limited as told.

Started by `far`; reads one JSON command a line, answers each with one line of JSON.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from syncd.sandbox import Sandbox, World
from syncd.sandbox.as2gateway.world import Behaviour, Partner
from tests.benchmarks.distance import HERE, Way

DOCUMENTED = 50
WINDOW_S = 10
UNLIMITED = 1_000_000
PARTNERS = tuple(f"PARTNER_{number}" for number in range(10))
STATION = "RJ_Station"
PASSWORD = "pazzword"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The other side to have: what has arrived, and the limit per 10 s."""

    messages: int = 0
    least_bytes: int = 1_000
    most_bytes: int = 8_000
    limit: int = UNLIMITED
    logins: int = 1
    """Accounts, each with the same station and partners; messages come to each in turn."""
    mdn: str = "ok"
    queued_s: float = 0.0
    """How long what is sent stays in the gateway's queue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the server itself counted."""

    operations: Mapping[str, int]
    peak: int
    over: int
    bytes_in: int
    bytes_out: int
    unread: int
    times: Sequence[tuple[float, str]]
    """When each request came, by the monotonic clock of this machine, and its operation."""
    cpu_s: float
    sent: Mapping[str, float]
    """When each file was accepted, by its name, by the same clock."""
    sent_twice: int

    @property
    def requests(self) -> int:
        """How many there were in all."""
        return sum(self.operations.values())

    def of_limit(self) -> float:
        """How much of the documented limit was used: the time that full windows take, of what they took.

        Counted are whole windows' worth of requests, from the first one on; what comes after tells nothing.
        """
        whole = (len(self.times) - 1) // DOCUMENTED
        took = self.times[whole * DOCUMENTED][0] - self.times[0][0]
        return whole * WINDOW_S / took if whole else 0.0


class Far:
    """The running process, as the benchmark holds it."""

    def __init__(self, child: subprocess.Popen[str]) -> None:
        self._child = child
        self.url = self._answer()["url"]

    def seen(self) -> Seen:
        """What happened since the start."""
        return Seen(**self._ask({"do": "seen"}))

    def arrive(self, messages: int) -> None:
        """Let so many more messages come, of the wanted sizes."""
        self._ask({"do": "arrive", "messages": messages})

    def _ask(self, command: Mapping[str, object]) -> Any:  # noqa: ANN401 - it is JSON
        assert self._child.stdin
        self._child.stdin.write(json.dumps(command) + "\n")
        self._child.stdin.flush()
        return self._answer()

    def _answer(self) -> Any:  # noqa: ANN401 - it is JSON
        assert self._child.stdout
        return json.loads(self._child.stdout.readline())


@contextmanager
def far(wanted: Wanted, way: Way = HERE) -> Iterator[Far]:
    """The other side, for as long as the block lasts."""
    command = [*way.far, sys.executable, __file__, json.dumps(asdict(wanted)), way.host]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        try:
            yield Far(child)
        finally:
            child.kill()


def login_of(number: int) -> str:
    """The username of an account; the first one is the document's own."""
    return f"email{number or ''}@domain.com"


def size_of(name: str, *, least: int = 1_000, most: int = 8_000) -> int:
    """How long a made-up file is: the same for the same name."""
    return Random(f"size of {name}").randint(least, most)


def content(name: str, size: int) -> bytes:
    """A made-up interchange: unlike the others, and about as easy to pack as a real one."""
    dice = Random(name)
    line = "".join(f"LIN+{n}++{dice.randrange(10**13):013}:EN'QTY+21:{n}'" for n in range(40)).encode()
    head = b"UNB+UNOC:3+" + name.encode() + b"'"
    return (head + line * (size // len(line) + 1))[:size]


# In the child -----------------------------------------------------------------------------------


class Side:
    """The sandbox and its commands."""

    def __init__(self, box: Sandbox, wanted: Wanted) -> None:
        self._box = box
        self._wanted = wanted
        self._arrived = 0

    def arrive(self, messages: int) -> object:
        for _ in range(messages):
            name = f"in-{self._arrived:06}.edi"
            size = size_of(name, least=self._wanted.least_bytes, most=self._wanted.most_bytes)
            login = login_of(self._arrived % self._wanted.logins)
            self._box.deliver(files={name: content(name, size)}, partner=PARTNERS[0], login=login)
            self._arrived += 1
        return {}

    def seen(self) -> object:
        ledger = self._box.ledger
        files = [(sent.files[0].name, sent.at) for sent in ledger.sent]
        return {
            "operations": ledger.operations(),
            "peak": ledger.peak_requests(),
            "over": ledger.over_limit,
            "bytes_in": sum(request.bytes_in for request in ledger.requests),
            "bytes_out": sum(request.bytes_out for request in ledger.requests),
            "unread": sum(not message.is_read for message in ledger.received),
            "times": [(request.at, request.operation) for request in ledger.requests],
            "cpu_s": time.process_time(),
            "sent": dict(files),
            "sent_twice": len(files) - len(dict(files)),
        }


def _world(wanted: Wanted) -> World:
    world = World.default().timed(rate_requests=wanted.limit, queue_s=wanted.queued_s)
    behaviour = Behaviour(mdn=wanted.mdn)  # type: ignore[arg-type]  # one of its words
    partners = tuple(Partner(as2_id=name, name=name, behaviour=behaviour) for name in PARTNERS)
    accounts = [
        replace(world.accounts[0], partners=partners, username=login_of(number))
        for number in range(wanted.logins)
    ]
    return replace(world, accounts=tuple(accounts))


def _serve() -> None:
    wanted = Wanted(**json.loads(sys.argv[1]))
    with Sandbox(world=_world(wanted), host=sys.argv[2]) as box:
        side = Side(box, wanted)
        side.arrive(wanted.messages)
        print(json.dumps({"url": box.url}), flush=True)
        for line in sys.stdin:
            command = json.loads(line)
            print(json.dumps(getattr(side, command.pop("do"))(**command)), flush=True)


if __name__ == "__main__":
    _serve()
