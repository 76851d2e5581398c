"""Kill the bridge at every moment in the life of folders that are split; nothing is lost or doubled."""

import random
from datetime import timedelta
from pathlib import Path

import pytest

from syncd.sandbox import Sandbox
from tests.e2e.harness import Ground
from tests.e2e.invariants import faults
from tests.flows.one_file import PAIR, one_file
from tests.safety.campaign import SHORT, a_world
from tests.safety.conftest import memory
from tests.safety.dying import Death, Killed, Moment

__all__ = ["memory"]

STEP = timedelta(seconds=20)
FATES = {
    "a.edi": "sent",
    "b.edi": "sent",
    "c.bad": "failed",
    "d.no": "failed",
    "e.edi": "sent",
    "f.edi": "sent",
}


class Life:
    """Two folders of one name, of which the second is dropped when the first is gone, and a file."""

    def __init__(self, box: Sandbox, folder: Path) -> None:
        self.box = box
        self.ground = Ground(box, folder, keys=SHORT)
        hand = box.partner("RJ_Partner")
        hand.behave(files="*.bad", delivery="permanent")
        hand.behave(files="*.no", mdn="error")
        for name in ("a.edi", "b.edi", "c.bad", "d.no"):
            self.ground.drop(f"order/{name}", f"UNA {name}".encode())
        for name in (".DS_Store", "Thumbs.db"):
            (self.order / name).write_bytes(b"browser")
        self.ground.drop("f.edi", b"UNA f")
        box.trouble("reset", operation="send", when="after", skip=1)

    @property
    def order(self) -> Path:
        return self.ground.root / "outbox" / PAIR / "order"

    def drop_again(self) -> None:
        if not self.order.exists() and "e.edi" not in self.ground.states():
            self.ground.drop("order/e.edi", b"UNA e")
            (self.order / ".DS_Store").write_bytes(b"browser too")

    def run(self, death: Death) -> bool:
        """Live until nothing is under way; True when death came first."""
        try:
            for _ in range(2):
                self.ground.settle(every=STEP, wrap=lambda bridge: death.wrap(one_file(bridge)))
                self.drop_again()
            self.ground.settle(every=STEP, wrap=lambda bridge: death.wrap(one_file(bridge)))
        except Killed:
            return True
        return False

    def verdict(self) -> list[str]:
        """What is wrong once all is quiet."""
        ground = self.ground
        found = faults(ground)
        found += [f"{row.name} is {row.state}" for row in ground.rows() if row.state != FATES[row.name]]
        found += [f"{name} is not known" for name in FATES.keys() - ground.states().keys()]
        found += [
            f"{row.name}: {row.batch}" for row in ground.rows() if (row.name == "f.edi") == bool(row.batch)
        ]
        found += [f"left in queued: {path}" for path in ground.all_files("queued") if _is_no_junk(path)]
        junk = [path for path in ground.root.rglob("*") if path.name in (".DS_Store", "Thumbs.db")]
        return found + ([] if len(junk) == 3 else [f"junk: {junk}"])


def _is_no_junk(path: str) -> bool:
    return not path.endswith((".DS_Store", "Thumbs.db"))


def killed_at(folder: Path, number: int, *moments: Moment) -> list[str]:
    """Live, die at the first moment, live on, die at the second …, then live to the end."""
    home = folder / str(number)
    home.mkdir()
    with Sandbox(world=a_world()) as box:
        life = Life(box, home)
        for moment in moments:
            life.run(Death(at=moment))
            life.drop_again()
        life.run(Death())
        return life.verdict()


def moments_of_a_life(folder: Path) -> list[Moment]:
    """Every moment that a life without death has."""
    home = folder / "life"
    home.mkdir()
    with Sandbox(world=a_world()) as box:
        life, death = Life(box, home), Death()
        assert not life.run(death)
        assert life.verdict() == []
        return death.every_moment


def test_death_around_a_claim_or_a_move_loses_and_doubles_nothing(memory: Path) -> None:
    """Rows without the rename, the rename without the note, single files on their way."""
    dice, moments = random.Random(20261121), moments_of_a_life(memory)
    kinds = ("before journal.write claimed", "after journal.open claimed", "after outbox.move")
    telling = [at for at in moments if at[0] in kinds or at[0].endswith("journal.write moved")]
    some = dice.sample(telling, 5)

    broken = {at: killed_at(memory, number, at) for number, at in enumerate(some)}
    assert {at: found for at, found in broken.items() if found} == {}


@pytest.mark.torture
def test_death_at_every_moment_loses_and_doubles_nothing(memory: Path) -> None:
    """The same for all of them."""
    moments = moments_of_a_life(memory)

    broken = {at: killed_at(memory, number, at) for number, at in enumerate(moments)}
    assert {at: found for at, found in broken.items() if found} == {}


@pytest.mark.torture
def test_death_during_recovery_loses_and_doubles_nothing(memory: Path) -> None:
    """Die, die again while coming back, and once more."""
    dice, moments = random.Random(7), moments_of_a_life(memory)
    early = [moment for moment in moments if moment[1] <= 3]
    deaths = [(dice.choice(moments), dice.choice(early), dice.choice(early)) for _ in range(100)]

    broken = {at: killed_at(memory, number, *at) for number, at in enumerate(deaths)}
    assert {at: found for at, found in broken.items() if found} == {}
