"""The other side, in a process of its own: an AS2 Gateway sandbox, filled, limited, and as far away as told.

Started by `Far`; reads one JSON command a line, answers each with one line of JSON. The distance is made by a
relay before the sandbox: each direction takes half of the round trip, give or take a tenth, and a new
connection takes one round trip more, as its handshake would. Bandwidth and lost packets are not imitated.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from random import Random
from typing import Any, Self

sys.path.insert(0, str(Path(__file__).parents[2]))

from syncd.sandbox import Sandbox, World
from syncd.sandbox.as2gateway.world import Behaviour, Partner

DOCUMENTED = 50
WINDOW_S = 10
UNLIMITED = 1_000_000
PARTNERS = tuple(f"PARTNER_{number}" for number in range(10))
STATION = "RJ_Station"
USER, PASSWORD = "email@domain.com", "pazzword"
CHUNK = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The other side to have: what has arrived, the limit per 10 s, the way there and back."""

    messages: int = 0
    least_bytes: int = 1_000
    most_bytes: int = 8_000
    limit: int = UNLIMITED
    round_trip_ms: float = 0.0
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
def far(wanted: Wanted) -> Iterator[Far]:
    """The other side, for as long as the block lasts."""
    command = [sys.executable, __file__, json.dumps(asdict(wanted))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        try:
            yield Far(child)
        finally:
            child.kill()


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
            self._box.deliver(files={name: content(name, size)}, partner=PARTNERS[0])
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
    return replace(world, accounts=(replace(world.accounts[0], partners=partners),))


class Relay:
    """Carries bytes to and fro, late; on an event loop in a thread of its own."""

    def __init__(self, *, port: int, half_s: float) -> None:
        self._port = port
        self._half_s = half_s
        self._dice = Random(2)
        self._loop = asyncio.new_event_loop()
        self._server: asyncio.Server | None = None

    def start(self) -> Self:
        self._server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        return self

    @property
    def port(self) -> int:
        assert self._server
        return int(self._server.sockets[0].getsockname()[1])

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self._port)
        handshake_over = self._loop.time() + 2 * self._half_s
        await asyncio.gather(
            self._carry(reader, back, not_before=handshake_over + self._half_s),
            self._carry(there, writer, not_before=0.0),
        )

    async def _carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, not_before: float
    ) -> None:
        queue: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        lates = asyncio.create_task(self._let_out(queue, writer))
        due = not_before
        while chunk := await _read(reader):
            due = max(due, self._loop.time() + self._half_s * self._dice.uniform(0.9, 1.1))
            queue.put_nowait((due, chunk))
        queue.put_nowait((max(due, self._loop.time() + self._half_s), b""))
        await lates

    async def _let_out(self, queue: asyncio.Queue[tuple[float, bytes]], writer: asyncio.StreamWriter) -> None:
        while True:
            due, chunk = await queue.get()
            await asyncio.sleep(max(0.0, due - self._loop.time()))
            if not chunk:
                writer.close()
                return
            writer.write(chunk)


async def _read(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.read(CHUNK)
    except ConnectionError:
        return b""


def _serve() -> None:
    wanted = Wanted(**json.loads(sys.argv[1]))
    with Sandbox(world=_world(wanted)) as box:
        side = Side(box, wanted)
        side.arrive(wanted.messages)
        url = box.url
        if wanted.round_trip_ms:
            port = int(box.address.rsplit(":", 1)[1])
            relay = Relay(port=port, half_s=wanted.round_trip_ms / 2_000).start()
            url = url.replace(f":{port}/", f":{relay.port}/")
        print(json.dumps({"url": url}), flush=True)
        for line in sys.stdin:
            command = json.loads(line)
            print(json.dumps(getattr(side, command.pop("do"))(**command)), flush=True)


if __name__ == "__main__":
    _serve()
