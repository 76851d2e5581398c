"""A folder or file that becomes a link in the middle of a pass: whenever that is, it leads nowhere."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from syncd.core.model import Place
from syncd.flows.bridge import Bridge
from syncd.ports import Outbox
from syncd.sandbox import Sandbox
from tests.e2e.harness import Ground
from tests.e2e.invariants import faults
from tests.e2e.worlds import with_partners
from tests.hostile.around import Around
from tests.hostile.lives import another_life
from tests.hostile.swapping import Moments, become_fifo, become_hard_link, become_link, mend
from tests.safety.figures import record_campaign

PAIR = "RJ_Station/RJ_Partner"
PASSES = 2


Become = Callable[[Path, Path], None]


@dataclass(frozen=True)
class Trap:
    """What becomes something else, and what it then leads to, below the decoys."""

    place: str
    outside: str
    become: Become = become_link

    def __str__(self) -> str:
        return f"{self.place} {self.become.__name__}"


FOLDERS = (
    Trap("outbox", "."),
    Trap("outbox/RJ_Station", "RJ_Station"),
    Trap(f"outbox/{PAIR}", "RJ_Station/RJ_Partner"),
    Trap(f"outbox/{PAIR}/folder", "folder"),
    Trap("queued", "."),
    Trap("queued/RJ_Station", "RJ_Station"),
    Trap(f"queued/{PAIR}", "RJ_Station/RJ_Partner"),
    Trap(f"queued/{PAIR}/folder", "folder"),
    Trap("sent", "."),
    Trap(f"sent/{PAIR}", "RJ_Station/RJ_Partner"),
    Trap("failed", "."),
    Trap(f"failed/{PAIR}", "RJ_Station/RJ_Partner"),
    Trap("inbox", "."),
    Trap("inbox/RJ_Station", "RJ_Station"),
    Trap(f"inbox/{PAIR}", "RJ_Station/RJ_Partner"),
)
FILES = (
    Trap(f"outbox/{PAIR}/a.edi", "secret.edi"),
    Trap(f"outbox/{PAIR}/folder/a.edi", "secret.edi"),
    Trap(f"queued/{PAIR}/a.edi", "secret.edi"),
    Trap(f"queued/{PAIR}/folder/a.edi", "secret.edi"),
    Trap(f"outbox/{PAIR}/a.edi", "secret.edi", become_fifo),
    Trap(f"outbox/{PAIR}/folder/a.edi", "secret.edi", become_fifo),
    Trap(f"queued/{PAIR}/a.edi", "secret.edi", become_fifo),
    Trap(f"queued/{PAIR}/folder/a.edi", "secret.edi", become_fifo),
    Trap(f"outbox/{PAIR}/a.edi", "secret.edi", become_hard_link),
    Trap(f"queued/{PAIR}/a.edi", "secret.edi", become_hard_link),
    Trap(f"queued/{PAIR}/folder/a.edi", "secret.edi", become_hard_link),
)
PRIVATE = Trap(".syncd", "private")
TRAPS = (*FOLDERS, *FILES, PRIVATE)


def a_life(ground: Ground) -> None:
    """Messages of every kind wait on both sides, and every folder of the tree is there."""
    ground.box.partner("RJ_Partner").behave(files="*.no", mdn="error")
    ground.drop("earlier.edi", b"UNA earlier")
    ground.drop("earlier.no", b"UNA earlier no")
    ground.settle()
    ground.drop("a.edi", b"UNA a")
    ground.drop("b.no", b"UNA b")
    ground.drop("folder/a.edi", b"UNA folder a")
    ground.drop("folder/b.edi", b"UNA folder b")
    ground.box.deliver(files={"a.edi": b"UNA in a"})
    ground.box.deliver(files={"b.edi": b"UNA in b", "c.edi": b"UNA in c"})


def _prepare(around: Around) -> None:
    """A private folder of a hostile user, with all that ours has."""
    for name in ("staging", "scratch"):
        (around.decoys / "private" / name).mkdir(parents=True)
    marker = around.ground.root / ".syncd" / "root.json"
    (around.decoys / "private" / "root.json").write_bytes(marker.read_bytes())
    around.remember()


def passes(ground: Ground, moments: Moments) -> None:
    """A few passes of one process, under watch."""
    with moments.watching():
        for _ in ground.passes(PASSES):
            pass


@cache
def looks_of_a_life() -> int:
    """How many moments a life has."""
    with another_life(Sandbox(world=with_partners("RJ_Partner"))) as (ground, _):
        a_life(ground)
        moments = Moments(lambda: None)
        passes(ground, moments)
        return moments.count


def sprung(trap: Trap, at: int) -> list[str]:
    """Spring the trap at that moment, live on, mend it, live to the end; returns what went wrong."""
    with another_life(Sandbox(world=with_partners("RJ_Partner"))) as (ground, around):
        a_life(ground)
        _prepare(around)
        place, outside = ground.root / trap.place, (around.decoys / trap.outside).resolve()
        passes(ground, Moments(lambda: trap.become(place, outside), at=at))
        touched = around.changes()
        mend(place)
        ground.later(hours=1)
        for _ in ground.passes(3):
            pass
        touched += around.changes()
        if trap.become is become_hard_link:  # to make one changes what it leads to
            touched = [change for change in touched if not change.startswith("touched")]
        return touched + _lost(ground)


def _lost(ground: Ground) -> list[str]:
    """Every file that was dropped is in the root, and was accepted once at most; as much came in."""
    found = faults(ground)
    return [fault for fault in found if fault.startswith(("dropped", "accepted", "inbox"))]


MANY = 12
"""Moments that the long campaign tries of each trap, by chance."""
SEED = 20261121


def _moments(trap: Trap, *, most: int) -> list[int]:
    """Some of the moments of a life, by chance, the same at each run."""
    return sorted(random.Random(f"{SEED} {trap}").sample(range(1, looks_of_a_life() + 1), most))


@pytest.mark.parametrize("trap", TRAPS[::4], ids=str)
def test_a_trap_sprung_in_the_middle_catches_nothing(trap: Trap) -> None:
    """Nothing outside is read, written or sent, and nothing is lost, whenever it falls."""
    at = random.Random(f"{SEED} {trap}").randint(250, 600)

    assert sprung(trap, at) == []


@pytest.mark.torture
@pytest.mark.parametrize("trap", TRAPS, ids=str)
def test_a_trap_sprung_at_any_moment_catches_nothing(trap: Trap) -> None:
    """The same at many moments for each."""
    moments = _moments(trap, most=MANY)
    caught = {at: found for at in moments if (found := sprung(trap, at))}

    record_campaign("links and traps in folders", tried=len(moments), found=len(caught))
    assert caught == {}


class _Quick:
    """An outbox in which a quick user changes something once, when all is seen and nothing is claimed."""

    def __init__(self, outbox: Outbox, deed: Callable[[], None]) -> None:
        self._outbox = outbox
        self._deeds = [deed]

    def free_place(self, *about: Any, **more: Any) -> Place:  # noqa: ANN401 - as the port has it
        while self._deeds:
            self._deeds.pop()()
        return self._outbox.free_place(*about, **more)

    def __getattr__(self, name: str) -> object:
        return getattr(self._outbox, name)


@pytest.mark.parametrize(
    ("name", "outside", "become"),
    [
        pytest.param("a.edi", "secret.edi", become_link, id="file to link"),
        pytest.param("a.edi", "secret.edi", become_fifo, id="file to FIFO"),
        pytest.param("a.edi", "secret.edi", become_hard_link, id="file to hard link"),
        pytest.param("folder", "folder", become_link, id="folder to link"),
        pytest.param("folder", "folder", become_fifo, id="folder to FIFO"),
        pytest.param("folder/a.edi", "secret.edi", become_link, id="inner file to link"),
        pytest.param("folder/a.edi", "secret.edi", become_fifo, id="inner file to FIFO"),
        pytest.param("folder/a.edi", "secret.edi", become_hard_link, id="inner file to hard link"),
    ],
)
def test_what_changed_between_scan_and_claim_is_not_sent(name: str, outside: str, become: Become) -> None:
    """It is claimed as it was seen, and read as what it is; an honest file beside it is sent."""
    with another_life(Sandbox(world=with_partners("RJ_Partner"))) as (ground, around):
        ground.drop("a.edi", b"UNA a")
        ground.drop("folder/a.edi", b"UNA folder")
        ground.drop("honest.edi", b"UNA honest")
        place = ground.root / "outbox" / PAIR / name

        def wrap(bridge: Bridge) -> Bridge:
            quick = _Quick(bridge.outbox, lambda: become(place, around.decoys / outside))
            return replace(bridge, outbox=quick)  # type: ignore[arg-type]  # stands in for it

        with ground.process(wrap) as process:
            for _ in range(4):
                process.run()
                ground.clock.wait(timedelta(seconds=20))
        sent = [file.sha256 for record in ground.box.ledger.sent for file in record.files]

        assert not around.secrets & set(sent)
        assert ground.states()["honest.edi"] == "sent"
