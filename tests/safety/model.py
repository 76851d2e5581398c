"""A bridge over fakes, and the simple sets that say what may be true of it.

The world is small: one station, one partner, files whose content is found nowhere else. So every promise is
a sentence about how often a content is seen: in the inbox or with the ERP, at the gateway, in our folders.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from pathlib import Path

from syncd.core.account import Account
from syncd.core.machine import CONFIRMED, GONE, spot
from syncd.core.model import Direction, Folder, GatewayId, MdnStatus, Message, Place, State, bare
from syncd.core.naming import STATUS_SUFFIX
from syncd.core.shown import Box
from syncd.errors import FolderError, GatewayError, NotFound
from syncd.flows.bridge import Bridge
from syncd.flows.pull import Pull
from syncd.flows.recover import recover
from syncd.flows.refetching import refetch
from syncd.flows.send import Send
from syncd.flows.track import Track
from tests.fakes.disk import FakeDisk
from tests.fakes.folders_clock import StillClock
from tests.fakes.gateway import FakeGateway
from tests.fakes.inbox import FakeInbox
from tests.fakes.outbox import FakeOutbox
from tests.fakes.store import FakeStore
from tests.fakes.tree import FakeTree
from tests.safety.dying import Death, Killed

PAIR = "RJ_Station/RJ_Partner"
OURS = (Folder.OUTBOX, Folder.QUEUED, Folder.SENT, Folder.FAILED, Folder.HELD)
ACCOUNT = Account(
    name="acme",
    gateway="as2gateway",
    url="http://127.0.0.1",
    root=Path("/root"),
    pull_since="all",
    settle=timedelta(seconds=1),
    in_doubt_wait=timedelta(seconds=60),
    failed_grace=timedelta(seconds=90),
    parallel_sends=2,
)


@dataclass
class Countdown(Death):
    """Comes after so many moments, whatever they are; None: never."""

    left: int | None = None
    _count: threading.Lock = field(default_factory=threading.Lock)

    def pass_by(self, label: str) -> None:
        """One more moment; the last one kills."""
        with self._count:
            if self.left is not None:
                self.left -= 1
                self.is_here = self.is_here or self.left < 0
        super().pass_by(label)


class World:
    """Everything that outlives a process, and what was done to it."""

    def __init__(self) -> None:
        self.clock = StillClock()
        self.gateway = FakeGateway(now=self.clock.now)
        self.disk = FakeDisk()
        self.store = FakeStore()
        self.staged: dict[object, dict[int, bytes]] = {}
        self.is_known = False
        self.arrived: dict[GatewayId, bytes] = {}
        self.marked: Counter[GatewayId] = Counter()
        self.asked_for: Counter[GatewayId] = Counter()
        self.read_by_others: set[GatewayId] = set()
        self.dropped: list[bytes] = []
        self.withdrawn: list[bytes] = []
        self.collected: list[bytes] = []
        self.restart()

    # The process --------------------------------------------------------------------------------

    def restart(self) -> None:
        """A new process: what was in memory is gone, what was on disk is not."""
        tree = FakeTree(ACCOUNT, disk=self.disk, known=self.is_known)
        inbox = FakeInbox(tree)
        inbox.staged_files = self.staged  # type: ignore[assignment]  # ids are strings all the same
        outbox = FakeOutbox(tree, clock=self.clock, zone=UTC, files_per_message=10, bytes_per_message=10**7)
        self.bridge = Bridge(
            account=ACCOUNT,
            gateway=self.gateway,
            journal=self.store,
            records=self.store,
            inbox=inbox,
            outbox=outbox,
            tree=tree,
            clock=self.clock,
            timezone=UTC,
            observe=lambda _: None,
            complain=lambda _: None,
        )
        self._is_begun = False

    def run(self, *jobs: str, dies_after: int | None = None) -> None:
        """Jobs of one process; when it dies in one of them, the next begins anew."""
        death = Countdown(left=dies_after)
        bridge = death.wrap(self.bridge)
        work: dict[str, Callable[[], object]] = {
            "pull": Pull(bridge).run,
            "send": Send(bridge).run,
            "track": Track(bridge).run,
        }
        try:
            self._begin(bridge)
            for job in jobs:
                try:
                    work[job]()
                except (GatewayError, FolderError):
                    continue
        except Killed:
            self.restart()
        except (GatewayError, FolderError):
            return

    def _begin(self, bridge: Bridge) -> None:
        if self._is_begun:
            return
        bridge.tree.prepare()
        self.is_known = True
        recover(bridge)
        bridge.refresh_addresses()
        self._is_begun = True

    # What others do -----------------------------------------------------------------------------

    def arrive(self, *, names: int) -> None:
        """A message with one or two files."""
        number = len(self.arrived)
        content = b"in %d" % number
        files = [("in.edi", content)] if names == 1 else [("in.edi", content), ("b.edi", b"b" + content)]
        found = self.gateway.deliver(f"<in{number}@fake>", files=files)
        self.arrived[found] = content

    def mark(self, which: int, *, unread: bool) -> None:
        """A person marks a message at the gateway, read or unread."""
        ids = sorted(self.arrived)
        if not ids:
            return
        chosen = ids[which % len(ids)]
        if unread:
            self.gateway.mark(chosen, is_read=False)
            self.marked[chosen] += 1
        elif not self.gateway.marked(chosen):
            self.gateway.mark(chosen, is_read=True)
            self.read_by_others.add(chosen)

    def refetch(self, which: int, *, dies_after: int | None = None) -> None:
        """A person asks for a message once more, if it may be."""
        rows = [row for row in self.rows if spot(row) in (CONFIRMED, GONE)]
        if not rows:
            return
        chosen = rows[which % len(rows)]
        self.asked_for[GatewayId(chosen.message_id or "")] += 1
        death = Countdown(left=dies_after)
        try:
            refetch(death.wrap(self.bridge), chosen, by="anna")
        except Killed:
            self.restart()
        except (GatewayError, NotFound):
            return

    def drop(self, name: str, *, pair: str = PAIR) -> None:
        """A file into an outbox, over one that still stands there."""
        content = b"out %4d" % len(self.dropped)
        place = Place(f"outbox/{pair}/{name}")
        before = self.disk.files.get(place)
        if before is not None:
            self.withdrawn.append(before.content)
        self.disk.write(place, content)
        self.dropped.append(content)

    def withdraw(self, which: int) -> None:
        """A person takes a file out of queued/."""
        queued = sorted(p for p in self.disk.under(Place("queued")) if not p.endswith(STATUS_SUFFIX))
        if queued:
            place = Place(f"queued/{queued[which % len(queued)]}")
            self.withdrawn.append(self.disk.files[place].content)
            self.disk.remove(place)

    def collect(self) -> None:
        """The ERP takes everything."""
        for name, file in self.disk.under(Place("inbox")).items():
            if not name.endswith(STATUS_SUFFIX):
                self.collected.append(file.content)
            self.disk.remove(Place(f"inbox/{name}"))

    def deliver_on(self, which: int, outcome: str) -> None:
        """The gateway tries to reach the partner with one of the queued messages."""
        queued = [held for held in self.gateway.messages if held.box == Box.QUEUED]
        if not queued:
            return
        found = queued[which % len(queued)].record.message_id
        match outcome:
            case "failed":
                self.gateway.moved(found, Box.FAILED)
            case "refused":
                self.gateway.moved(found, Box.SENT, mdn=MdnStatus.ERROR, content="no")
            case _:
                self.gateway.moved(found, Box.SENT, mdn=MdnStatus.OK, delivered=True)

    # What has to be true ------------------------------------------------------------------------

    @property
    def rows(self) -> list[Message]:
        """Every message."""
        return list(self.store.messages.values())

    def faults(self) -> Iterator[str]:
        """What must not be true at any moment, also of a crash."""
        seen = Counter(self._visible())
        for message_id, content in self.arrived.items():
            wanted = self.marked[message_id] + self.asked_for[message_id]
            if seen[content] > 1 + wanted:
                yield f"{message_id} is there {seen[content]} times, and was wanted once more {wanted} times"
            by_us = self.gateway.marked(message_id) and message_id not in self.read_by_others
            if by_us and not seen[content]:
                yield f"{message_id} is marked read, and is nowhere"
        accepted = Counter(content for sent in self.gateway.accepted for _, content in sent.files)
        here = Counter(
            file.content
            for folder in OURS
            for name, file in self.disk.under(Place(folder)).items()
            if not name.endswith(STATUS_SUFFIX)
        )
        for content in self.dropped:
            if accepted[content] > 1:
                yield f"{content!r} was sent {accepted[content]} times"
            if here[content] + self.withdrawn.count(content) != 1:
                yield f"{content!r} is here {here[content]} times"

    def _visible(self) -> Iterator[bytes]:
        yield from self.collected
        for name, file in self.disk.under(Place("inbox")).items():
            if not name.endswith(STATUS_SUFFIX):
                yield file.content

    def settle(self) -> None:
        """No more trouble; passes until nothing is on its way, for some days at most."""
        self.gateway.calm()
        for step in range(120):
            self.run("pull", "send", "send", "track")
            for held in [one for one in self.gateway.messages if one.box == Box.QUEUED]:
                self.gateway.moved(held.record.message_id, Box.SENT, mdn=MdnStatus.OK, delivered=True)
            if not self._is_busy():
                return
            self.clock.pass_time(timedelta(seconds=20 if step < 60 else 3600))

    def _is_busy(self) -> bool:
        rest = (State.ARRIVING, State.QUEUED)
        waiting = bool(self.disk.under(Place("outbox")))
        return waiting or any(row.state in rest or row.phase == "published" for row in self.rows)

    def unfinished(self) -> Iterator[str]:
        """What must not be true once all is quiet."""
        seen = Counter(self._visible())
        for message_id, content in self.arrived.items():
            if not seen[content] and message_id not in self.read_by_others:
                yield f"{message_id} was never delivered"
        for row in self.rows:
            if row.state in (State.ARRIVING, State.QUEUED) or row.moving_from is not None:
                yield f"{row.direction} {row.id} is still {row.state}/{row.phase}: {row.reason}"
            if row.state in (State.FAILED, State.HELD) and not row.reason:
                yield f"{row.id} is {row.state} without a reason"
        arrived_there = {
            bare(held.record.message_id)
            for held in self.gateway.messages
            if held.box == Box.SENT and held.record.mdn and not held.record.mdn.error
        }
        for row in self.rows:
            is_failed = row.direction is Direction.OUTBOUND and row.state is State.FAILED
            if is_failed and bare(row.message_id or "") in arrived_there:
                yield f"{row.id} is failed here, and the partner has it"
