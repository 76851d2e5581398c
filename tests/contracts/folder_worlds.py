"""What the folders' suites have in common: a tree on a real disk or in memory, and the ERP's hands in it."""

from __future__ import annotations

import io
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

from syncd.core.account import Account
from syncd.core.model import Direction, File, Folder, Message, MessageId, Pair, PartnerType, Place, State
from syncd.core.shown import Dropped, Outlook, Partner, Station
from syncd.folders.inbox import Inbox as RealInbox
from syncd.folders.outbox import Outbox as RealOutbox
from syncd.folders.tree import Tree as RealTree
from syncd.ports.folders import Inbox, Outbox, Tree
from syncd.ports.gateway import Content
from tests.fakes.disk import FakeDisk
from tests.fakes.folders_clock import StillClock
from tests.fakes.inbox import FakeInbox
from tests.fakes.outbox import FakeOutbox
from tests.fakes.tree import FakeTree

KINDS = ("memory", "disk")
NUMBERS = Pair(station="112233", partner="445566")
AUTO = Pair(station="auto", partner="auto")
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
PAIR = Pair(station="ACME", partner="WALMART")
TEST_PAIR = Pair(station="ACME", partner="WALMART", partner_type=PartnerType.TEST)
STATIONS = (Station(as2_id="ACME"),)
PARTNERS = (
    Partner(as2_id="WALMART", partner_type=PartnerType.PRODUCTION),
    Partner(as2_id="WALMART", partner_type=PartnerType.TEST),
)


class Bytes:
    """An attachment that came whole."""

    def __init__(self, name: str, content: bytes) -> None:
        self.name = name
        self.size = len(content)
        self._stream = io.BytesIO(content)

    def read(self, size: int = -1, /) -> bytes:
        return self._stream.read(size)


@dataclass
class World:
    """One account's folders of one kind."""

    kind: str
    tree: Tree
    inbox: Inbox
    outbox: Outbox
    clock: StillClock
    hands: Any

    def ready(self) -> tuple[Dropped, ...]:
        """What a scan takes after everything had its time."""
        outlook = self.outbox.scan()
        while (span := self.outbox.next_settled()) is not None:
            self.clock.pass_time(span)
            outlook = self.outbox.scan()
        return outlook.ready

    def scan_later(self, span: timedelta) -> Outlook:
        """A scan now, and one after a while: what the second says."""
        self.outbox.scan()
        self.clock.pass_time(span)
        return self.outbox.scan()

    def published(self, message_id: str, *files: tuple[str, bytes], status: bytes | None = None) -> Message:
        """Stage, choose and publish a message."""
        message = self.staged(message_id, *files)
        self.inbox.publish(message, status=status)
        return message

    def staged(self, message_id: str, *files: tuple[str, bytes], pair: Pair = PAIR) -> Message:
        """Stage a message and choose its names."""
        contents: Sequence[Content] = [Bytes(name, content) for name, content in files]
        stored = self.inbox.stage(MessageId(message_id), contents)
        self.inbox.settle_staging()
        return self.chosen(replace(inbound(message_id, stored), pair=pair))

    def chosen(self, message: Message) -> Message:
        """The message with final places."""
        place, files = self.inbox.choose(message, now=self.clock.now())
        return replace(message, place=place, files=files, is_folder=place is not None)


class DiskHands:
    """What the ERP does on a real disk."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def drop(self, place: str, content: bytes = b"ISA*") -> None:
        path = self.root / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def take(self, place: str) -> None:
        path = self.root / place
        shutil.rmtree(path) if path.is_dir() else path.unlink()

    def read(self, place: str) -> bytes:
        return (self.root / place).read_bytes()

    def exists(self, place: str) -> bool:
        return (self.root / place).exists()

    def names(self, place: str) -> list[str]:
        path = self.root / place
        return sorted(inner.name for inner in path.iterdir()) if path.exists() else []


class MemoryHands:
    """What the ERP does on a fake disk."""

    def __init__(self, disk: FakeDisk, tree: FakeTree) -> None:
        self._disk = disk
        self._tree = tree

    def drop(self, place: str, content: bytes = b"ISA*") -> None:
        self._disk.write(Place(place), content)

    def take(self, place: str) -> None:
        self._disk.remove(Place(place))

    def read(self, place: str) -> bytes:
        return self._disk.files[Place(place)].content

    def exists(self, place: str) -> bool:
        return self._disk.exists(Place(place)) or Place(place) in self._tree.folders

    def names(self, place: str) -> list[str]:
        return sorted({name.split("/")[0] for name in self._disk.under(Place(place))})


def account(root: Path, **rules: Any) -> Account:  # noqa: ANN401 - the fields of Account
    return Account(name="acme", gateway="as2gateway", url="http://127.0.0.1", root=root, **rules)


def world(
    kind: str,
    root: Path,
    *,
    zone: tzinfo = UTC,
    state_id: str = "state",
    known: bool = False,
    numbered: bool = False,
    **rules: Any,  # noqa: ANN401 - the fields of Account
) -> World:
    """A tree of that kind, not prepared yet, with inbox, outbox and a still clock.

    `numbered`: of a gateway whose IDs are numbers, and which carries one file a message.
    """
    clock = StillClock()
    limits = {"files_per_message": 1 if numbered else 10, "bytes_per_message": 10_485_760}
    about: dict[str, Any] = {"state_id": state_id, "known": known, "numbered": numbered}
    if kind == "memory":
        disk = FakeDisk()
        fake = FakeTree(account(root, **rules), disk=disk, **about)
        fake_outbox = FakeOutbox(fake, clock=clock, zone=zone, **limits)
        hands = MemoryHands(disk, fake)
        return World(kind, fake, FakeInbox(fake, scratch=root), fake_outbox, clock, hands)
    root.mkdir(exist_ok=True)
    tree = RealTree(account(root, **rules), **about)
    outbox = RealOutbox(tree, clock=clock, zone=zone, **limits)
    return World(kind, tree, RealInbox(tree), outbox, clock, DiskHands(root))


def open_world(kind: str, root: Path, **rules: Any) -> World:  # noqa: ANN401 - see world
    """The same, prepared, and knowing its pairs."""
    made = world(kind, root, **rules)
    made.tree.prepare()
    made.tree.make_pairs(stations=STATIONS, partners=PARTNERS, used=())
    return made


def open_numbers(kind: str, root: Path, *, used: Sequence[Pair] = (), **rules: Any) -> World:  # noqa: ANN401
    """The same of a gateway with numbers, which has told no lists."""
    made = world(kind, root, numbered=True, **rules)
    made.tree.prepare()
    made.tree.make_pairs(stations=(), partners=(), used=used)
    return made


def inbound(message_id: str, files: tuple[File, ...]) -> Message:
    return Message(
        id=MessageId(message_id),
        account="acme",
        gateway="as2gateway",
        direction=Direction.INBOUND,
        state=State.ARRIVING,
        pair=PAIR,
        files=files,
        created=NOON,
        updated=NOON,
    )


def outbound(dropped: Dropped, place: Place) -> Message:
    return Message(
        id=MessageId("outbound"),
        account="acme",
        gateway="as2gateway",
        direction=Direction.OUTBOUND,
        state=State.QUEUED,
        pair=dropped.pair,
        name=dropped.name,
        is_folder=dropped.is_folder,
        place=place,
        created=NOON,
        updated=NOON,
    )


def claimed(world: World, dropped: Dropped) -> Message:
    """Move a dropped file into queued/."""
    place = world.outbox.free_place(Folder.QUEUED, dropped.pair, dropped.name, now=NOON)
    world.outbox.move(dropped.place, place)
    return outbound(dropped, place)
