"""One thing that does not give way holds up nothing else, and is settled when it does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from syncd.core.model import Direction, Place
from syncd.errors import DiskFull, FolderError
from syncd.flows.once import OncePass
from syncd.sandbox import Sandbox
from syncd.wiring.acting import refetch
from tests.e2e.invariants import faults
from tests.e2e.verified import found as found_by_verify

if TYPE_CHECKING:
    from syncd.flows.bridge import Bridge
    from syncd.ports import Outbox, Outgoing, Receipt
    from tests.e2e.harness import Ground


def test_three_poisoned_messages_hold_up_nobody(ground: Ground, box: Sandbox) -> None:
    """However the batch has to be taken apart, every sound message of it arrives."""
    for number in range(60):
        box.deliver(files={f"{number}.edi": f"UNA {number}".encode()}, message_id=f"sound-{number}@gateway")
        if number % 20 == 10:
            box.deliver(files={"bad.edi": b"UNA"}, message_id=f"poisoned-{number}@gateway")
    box.trouble("status", status=500, operation="batch", times=None)
    box.trouble("status", status=500, path="poisoned.*attachments", times=None)

    for _ in ground.passes(4, every=timedelta(minutes=2)):
        pass

    assert len([name for name in ground.names("inbox") if name != "bad.edi"]) == 60
    assert {row.state for row in ground.rows() if row.progress.tries} == {"arriving"}


@pytest.mark.parametrize("status", [400, 500])
def test_one_that_the_gateway_cannot_even_speak_of_holds_up_nobody(
    ground: Ground, box: Sandbox, status: int
) -> None:
    """Its file is not found, its entry is not told: listed, asked for by a person, or not listed any more."""
    box.deliver(files={"bad.edi": b"UNA"}, message_id="poisoned@gateway")
    ground.settle()
    refetch(ground.settings, ground.row("poisoned@gateway").id, "anna")
    box.deliver(files={"bad.edi": b"UNA"}, message_id="poisoned-too@gateway")
    box.trouble("status", status=404, operation="batch", times=None)
    box.trouble("status", status=404, path="poisoned.*attachments", times=None)
    box.trouble("status", status=status, operation="get_received", path="poisoned", times=None)
    box.deliver(files={"a.edi": b"UNA a"}, message_id="sound@gateway")

    assert ground.run().troubles == ()
    box.mark_read("poisoned-too@gateway")
    ground.later(minutes=2)
    assert ground.run().troubles == ()

    assert ground.row("sound@gateway").state == "received"
    for name in ("poisoned@gateway", "poisoned-too@gateway"):
        assert ground.row(name).phase == "waiting"
        assert ground.row(name).progress.tries == 2


def test_one_poisoned_of_a_hundred_waits_longer_and_longer_until_it_is_held(
    ground: Ground, box: Sandbox
) -> None:
    """99 are received at once; the hundredth is asked for at growing intervals, and in the end held."""
    for number in range(99):
        box.deliver(files={f"{number}.edi": f"UNA {number}".encode()})
    box.deliver(files={"bad.edi": b"UNA"}, message_id="poisoned@gateway")
    box.trouble("zip_missing", operation="batch", times=None)
    box.trouble("status", status=500, path="poisoned.*attachments", times=None)

    ground.run()

    assert list(ground.states(Direction.INBOUND).values()).count("received") == 99
    assert "500" in (ground.row("poisoned@gateway").reason or "")
    for _ in ground.passes(70, every=timedelta(minutes=1)):
        pass
    tried = [one.at for one in box.ledger.requests if "poisoned" in one.path and "attachments" in one.path]
    gaps = [later - earlier for earlier, later in pairwise(tried)]
    assert len(gaps) >= 5
    assert all(later > 1.5 * earlier for earlier, later in pairwise(gaps))
    for _ in ground.passes(16, every=timedelta(hours=2)):
        pass
    assert ground.row("poisoned@gateway").state == "held"
    assert found_by_verify(ground) == []


def test_a_message_that_is_never_confirmed_stops_no_pull(ground: Ground, box: Sandbox) -> None:
    """The others arrive and are confirmed; the trouble is told, and over when the gateway gives way."""
    stubborn = box.deliver(files={"a.edi": b"UNA"}, message_id="stubborn@gateway")
    box.trouble("status", status=500, operation="get_received", path="stubborn", times=None)
    first = ground.run()
    box.deliver(files={"b.edi": b"UNB"}, message_id="late@gateway")

    second = ground.run()

    assert ground.names("inbox") == ["a.edi", "b.edi"]
    assert "does not confirm" in first.troubles[0].what
    assert "does not confirm" in second.troubles[0].what
    box.calm()
    assert ground.run().troubles == ()
    assert ground.row(stubborn).phase == "confirmed"


def test_an_inbox_that_cannot_be_written_holds_up_its_own_only(ground: Ground, box: Sandbox) -> None:
    """Another partner's messages arrive; its own are published when the folder is mended."""
    ground.run()
    folder = ground.root / "inbox" / "RJ_Station" / "ECHO"
    folder.rmdir()
    folder.write_bytes(b"somebody put a file here")
    box.deliver(partner="ECHO", files={"echo.edi": b"UNA echo"}, message_id="echo@gateway")
    box.deliver(files={"other.edi": b"UNA other"}, message_id="other@gateway")

    result = ground.run()

    assert ground.row("other@gateway").phase == "confirmed"
    assert ground.row("echo@gateway").phase == "waiting"
    assert "cannot be written" in result.troubles[0].what
    folder.unlink()
    ground.later(minutes=5)
    ground.run()
    assert ground.row("echo@gateway").phase == "confirmed"
    assert (folder / "echo.edi").read_bytes() == b"UNA echo"


class _Stuck:
    """An outbox in which one file cannot be renamed."""

    def __init__(self, outbox: Outbox, name: str) -> None:
        self._outbox = outbox
        self._name = name

    def move(self, source: Place, target: Place) -> None:
        if source.startswith("outbox/") and source.endswith(self._name):
            raise FolderError(f"{source} cannot be moved: not permitted", "Let the group write there.")
        self._outbox.move(source, target)

    def __getattr__(self, name: str) -> object:
        return getattr(self._outbox, name)


def test_a_file_that_cannot_be_renamed_stops_no_other(ground: Ground, box: Sandbox) -> None:
    """It stays in the outbox under one row, its trouble is told, and it is sent once when it can be taken."""
    ground.drop("stuck.edi", b"ISA stuck")
    ground.drop("free.edi", b"ISA free")

    def wrap(bridge: Bridge) -> Bridge:
        return replace(bridge, outbox=_Stuck(bridge.outbox, "stuck.edi"))  # type: ignore[arg-type]

    with ground.process(wrap) as process:
        process.run()
        result = process.run()

    assert ground.states()["free.edi"] == "sent"
    assert ground.row("stuck.edi").phase == "claimed"
    assert "cannot be taken over" in result.troubles[0].what
    ground.run()
    assert ground.states() == {"free.edi": "sent", "stuck.edi": "sent"}
    assert sorted(f.name for sent in box.ledger.sent for f in sent.files) == ["free.edi", "stuck.edi"]


def test_a_root_that_vanishes_withdraws_nothing(ground: Ground, box: Sandbox) -> None:
    """Messages on their way wait for the root to come back; no second tree is made."""
    box.trouble("status", status=503, retry_after="1", operation="send", times=1)
    ground.drop("a.edi", b"ISA a")
    away = Path(f"{ground.root}-away")
    with ground.process() as process:
        process.run()
        ground.root.rename(away)
        ground.later(minutes=5)
        lost = process.run()
        ground.root.mkdir()
        ground.later(minutes=5)
        empty = process.run()
        assert list(ground.root.iterdir()) == []
        ground.root.rmdir()
        away.rename(ground.root)
        ground.later(minutes=5)
        process.run()

    assert lost.troubles
    assert empty.troubles
    assert ground.states() == {"a.edi": "sent"}


class _NoRoom:
    """An outbox on a disk on which files can be renamed, but none can be written."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    def write_status(self, place: Place, content: bytes | None) -> None:
        if content is not None:
            raise DiskFull(f"{place}: no space left")
        self._outbox.write_status(place, content)

    def __getattr__(self, name: str) -> object:
        return getattr(self._outbox, name)


def test_a_file_waits_for_its_status_file_on_a_full_disk(ground: Ground, box: Sandbox) -> None:
    """It is sent all the same; in sent/ and failed/ nothing ever stands without its status file."""

    def full(bridge: Bridge) -> Bridge:
        return replace(bridge, outbox=_NoRoom(bridge.outbox))  # type: ignore[arg-type]  # stands in for it

    ground.drop("sent.edi", b"ISA sent")
    ground.drop("refused.edi", b"ISA refused", pair="RJ_Station/NOBODY")

    ground.run(wrap=full)
    ground.run(wrap=full)
    assert ground.states() == {"sent.edi": "sent", "refused.edi": "failed"}
    assert (ground.names("sent"), ground.names("failed")) == ([], [])
    ground.run()

    assert len(box.ledger.sent) == 1
    assert faults(ground) == []


def test_a_file_that_changes_after_it_was_taken_is_sent_whole(ground: Ground, box: Sandbox) -> None:
    """A slow writer still holds the file that was claimed: what he adds is part of the message."""
    box.trouble("status", status=503, retry_after="1", operation="send", times=1)
    ground.drop("slow.edi", b"ISA first half")
    with ground.process() as process:
        process.run()
        queued = ground.root / "queued" / "RJ_Station" / "RJ_Partner" / "slow.edi"
        with queued.open("ab") as writer:
            writer.write(b" and second half")
        for _ in range(3):
            ground.later(minutes=1)
            process.run()

    assert ground.states() == {"slow.edi": "sent"}
    assert [f.size for sent in box.ledger.sent for f in sent.files] == [30]


def test_a_send_without_an_answer_keeps_no_later_file_waiting(ground: Ground, box: Sandbox) -> None:
    """What is dropped while another send hangs goes out in the same pass."""
    box.trouble("slow", operation="send", path="ECHO", seconds=4.0, times=1)
    ground.drop("hangs.edi", b"ISA hangs", pair="RJ_Station/ECHO")
    with ground.process() as process:
        gateway = process.bridge.gateway
        late = _DropsMeanwhile(gateway, lambda: ground.drop("late.edi", b"ISA late"))
        OncePass(replace(process.bridge, gateway=late), process.tally).run()  # type: ignore[arg-type]

    accepted = {row.name: row.accepted_at for row in ground.rows()}
    assert sorted(accepted) == ["hangs.edi", "late.edi"]
    assert accepted["late.edi"] < accepted["hangs.edi"]  # type: ignore[operator]  # both were accepted


class _DropsMeanwhile:
    """A gateway whose sends are watched: with the first one another file is dropped."""

    def __init__(self, gateway: object, drop: Callable[[], object]) -> None:
        self._gateway = gateway
        self._drop = drop
        self._is_first = True

    def send(self, outgoing: Outgoing) -> Receipt:
        if self._is_first:
            self._is_first = False
            self._drop()
        return self._gateway.send(outgoing)  # type: ignore[attr-defined, no-any-return]

    def __getattr__(self, name: str) -> object:
        return getattr(self._gateway, name)
