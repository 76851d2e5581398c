"""Taking over many files: in portions, each durable before anything of it is sent."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

import pytest

from syncd.core.model import Place, State
from syncd.errors import FolderError
from syncd.flows.bridge import Bridge
from syncd.flows.claiming import TOGETHER
from syncd.flows.recover import mend_outbound
from syncd.flows.send import Send
from syncd.ports import Outgoing, Receipt
from syncd.sandbox import Sandbox
from tests.e2e.harness import Ground
from tests.e2e.invariants import faults
from tests.flows.one_file import meddled, one_file
from tests.safety.dying import Death, Killed


class Noting:
    """A gateway before each send of which somebody counts what stands in the outbox."""

    def __init__(self, gateway: Any, ground: Ground) -> None:  # noqa: ANN401 - any gateway
        self._gateway = gateway
        self._ground = ground
        self.left: list[int] = []

    def send(self, outgoing: Outgoing) -> Receipt:
        self.left.append(len(list((self._ground.root / "outbox").rglob("*.edi"))))
        receipt: Receipt = self._gateway.send(outgoing)
        return receipt

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the gateway has
        return getattr(self._gateway, name)


class Stubborn:
    """An outbox whose disk syncs nothing that was moved before."""

    def __init__(self, outbox: Any) -> None:  # noqa: ANN401 - any outbox
        self._outbox = outbox

    def make_durable(self, source: Place, _target: Place) -> None:
        raise FolderError(f"{source}: Input/output error")

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the outbox has
        return getattr(self._outbox, name)


class Forgetful:
    """An outbox whose disk fails at the end of moves that are synced together."""

    def __init__(self, outbox: Any) -> None:  # noqa: ANN401 - any outbox
        self._outbox = outbox
        self._moves = 0

    def move(self, source: Place, target: Place) -> None:
        self._moves += 1
        self._outbox.move(source, target)

    def make_durable(self, source: Place, target: Place) -> None:
        self._moves += 1
        self._outbox.make_durable(source, target)

    @contextmanager
    def together(self) -> Iterator[None]:
        before = self._moves
        with self._outbox.together():
            yield
        if self._moves > before:
            raise FolderError("queued: Input/output error")

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the outbox has
        return getattr(self._outbox, name)


class Waiting:
    """A gateway whose first answer waits until another message was taken there."""

    def __init__(self, gateway: Any, box: Sandbox, act: Callable[[], object]) -> None:  # noqa: ANN401
        self._gateway = gateway
        self._box = box
        self._act = act
        self._is_first = True

    def send(self, outgoing: Outgoing) -> Receipt:
        if self._is_first:
            self._is_first = False
            self._act()
            tries = 0
            while not self._box.ledger.sent and tries < 1_000:
                tries += 1
                threading.Event().wait(0.01)
        receipt: Receipt = self._gateway.send(outgoing)
        return receipt

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the gateway has
        return getattr(self._gateway, name)


def test_what_is_dropped_while_a_send_waits_for_its_answer_is_sent_meanwhile(
    ground: Ground, box: Sandbox
) -> None:
    """The bell is heard in the middle of a pass, and so is what then settles."""
    ground.configure(settle="0.05s")
    bell = [False]

    def drop() -> None:
        ground.drop("second.edi", b"UNA second")
        bell[0] = True

    def has_news() -> bool:
        rang, bell[0] = bell[0], False
        return rang

    ground.drop("first.edi", b"UNA first")
    with ground.process() as process:
        process.run(jobs=("pull",))
        process.bridge.outbox.scan()
        ground.later(seconds=1)
        bridge = replace(process.bridge, gateway=Waiting(process.bridge.gateway, box, drop))
        Send(bridge, has_news=has_news).run()
    assert [record.files[0].name for record in box.ledger.sent] == ["second.edi", "first.edi"]


def test_the_first_of_many_is_on_its_way_before_the_last_is_taken_over(ground: Ground, box: Sandbox) -> None:
    """A burst of files does not have to be queued whole before one is sent; each is sent once."""
    for number in range(TOGETHER + 8):
        ground.drop(f"order-{number:03}.edi", b"UNA %d" % number)
    noted: list[Noting] = []

    def wrap(bridge: Bridge) -> Bridge:
        noted.append(Noting(bridge.gateway, ground))
        return replace(bridge, gateway=noted[0])

    ground.run(wrap=wrap)

    assert noted[0].left[0] >= TOGETHER
    assert noted[0].left[-1] == 0
    assert len(box.ledger.sent) == TOGETHER + 8
    assert faults(ground) == []


def test_what_may_not_be_durable_in_queued_is_not_sent(ground: Ground, box: Sandbox) -> None:
    """After a power cut it could stand in the outbox again: the next pass makes sure of it first."""
    ground.drop("order.edi", b"UNA")
    ground.run(wrap=lambda bridge: replace(bridge, outbox=Forgetful(bridge.outbox)))
    assert (box.ledger.sent, [row.state for row in ground.rows()]) == ((), [State.QUEUED])
    ground.settle()
    assert [len(record.files) for record in box.ledger.sent] == [1]
    assert faults(ground) == []


@pytest.mark.parametrize(
    ("name", "failing"), [("a.edi", Stubborn), ("a.edi", Forgetful), ("order/a.edi", Stubborn)]
)
def test_what_a_crash_left_in_queued_is_durable_there_before_it_is_sent(
    ground: Ground, box: Sandbox, name: str, failing: Callable[[Any], Any]
) -> None:
    """A file, or a whole folder: its rename may still be undone by a power cut."""

    def on_bad_disk(bridge: Bridge) -> Bridge:
        made = one_file(bridge)
        return replace(made, outbox=failing(made.outbox))

    ground.drop(name, b"UNA")
    with suppress(Killed):
        ground.run(wrap=lambda bridge: Death(at=("after outbox.move", 1)).wrap(one_file(bridge)))
    assert len(ground.files("queued")) == 1
    ground.run(wrap=on_bad_disk)
    assert (box.ledger.sent, [bool(row.moving_from) for row in ground.rows()]) == ((), [True])
    ground.settle(wrap=one_file)
    assert len(box.ledger.sent) == 1
    assert faults(ground) == []


@pytest.mark.parametrize("name", ["a.edi", "order/a.edi"])
def test_what_another_moved_meanwhile_is_durable_before_it_is_sent(
    ground: Ground, box: Sandbox, name: str
) -> None:
    """It is found in queued/ in the moment of its rename, and that says nothing about the disk."""
    ground.drop(name, b"UNA")
    dropped = name.partition("/")[0]
    source, target = (ground.root / top / ground.pair / dropped for top in ("outbox", "queued"))

    def move() -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        source.rename(target)

    def wrap(bridge: Bridge) -> Bridge:
        meddling = meddled(move)(bridge)
        return replace(meddling, outbox=Stubborn(meddling.outbox))

    ground.run(wrap=wrap)
    assert (box.ledger.sent, [bool(row.moving_from) for row in ground.rows()]) == ((), [True])
    ground.settle(wrap=one_file)
    assert len(box.ledger.sent) == 1


def test_what_an_earlier_pass_claimed_and_left_is_synced_together(
    ground: Ground, box: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each folder once for a portion, not for a file; and not a second time."""
    box.trouble("status", status=503, operation="send")
    ground.drop("bad.edi", b"UNA")
    ground.run()
    for number in range(9):
        ground.drop(f"order-{number}.edi", b"UNA %d" % number)
    ground.run()
    synced: list[int] = []
    fsync = os.fsync

    def counted(fd: int) -> None:
        synced.append(fd)
        fsync(fd)

    with ground.process() as process:
        monkeypatch.setattr(os, "fsync", counted)
        assert mend_outbound(process.bridge) == frozenset()
        assert len(synced) == 2
        mend_outbound(process.bridge)
        assert len(synced) == 2
    monkeypatch.undo()
    assert set(ground.states().values()) == {"queued"}
