"""One life of the bridge, told with everything in it, killed at one moment or at several."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path

from syncd.sandbox import Partner, Sandbox, World
from tests.e2e.harness import Ground
from tests.e2e.invariants import faults, faults_at_any_moment
from tests.e2e.worlds import with_partners
from tests.safety.dying import Death, Killed, Moment

STEP = timedelta(seconds=20)
SHORT = {"failed_grace": "30s", "in_doubt_wait": "30s", "settle": "1s", "parallel_sends": 2}
_numbers = count()


def a_world() -> World:
    """A partner that soon times out, so that doubt and failure are soon over."""
    return with_partners(replace(Partner(as2_id="RJ_Partner"), send_timeout_s=1))


class Life:
    """One ground and its sandbox, with messages of every kind waiting on both sides."""

    def __init__(self, box: Sandbox, folder: Path, **keys: object) -> None:
        folder = folder / str(next(_numbers))
        folder.mkdir()
        self.box = box
        self.ground = Ground(box, folder, keys={**SHORT, **keys})
        self._arrive()
        self._drop()

    def _arrive(self) -> None:
        """Some for a batch, one that no archive can carry, one with two files."""
        for number in range(5):
            self.box.deliver(files={"in.edi": f"UNA in {number}".encode()})
        self.box.deliver(files=[("same.edi", b"one"), ("same.edi", b"two")])
        self.box.deliver(files={"a.edi": b"UNA a", "b.edi": b"UNA b"})

    def _drop(self) -> None:
        hand = self.box.partner("RJ_Partner")
        hand.behave(files="*.bad", delivery="permanent")
        hand.behave(files="*.no", mdn="error")
        for name in ("first.edi", "second.edi", "third.bad", "fourth.no"):
            self.ground.drop(name, f"UNA {name}".encode())
        self.ground.drop("folder/a.edi", b"ISA folder a")
        self.ground.drop("folder/b.edi", b"ISA folder b")
        self.ground.drop("too big for nobody.edi", b"UNA nobody", pair="RJ_Station/NOBODY")
        self.box.trouble("reset", operation="send", when="after", skip=1)
        self.box.trouble("reset", operation="send", when="before", skip=3)

    def run(self, death: Death) -> bool:
        """Live until nothing is under way; True when death came first."""
        try:
            self.ground.settle(every=STEP, wrap=death.wrap)
        except Killed:
            return True
        return False

    def verdict(self) -> list[str]:
        """What is wrong once all is quiet; one more pass has to change nothing."""
        found = faults(self.ground) + [
            f"{name} is {state}" for name, state in self.ground.states().items() if state != FATES[name]
        ]
        before = _picture(self.ground.root)
        again = Death()
        self.run(again)
        if again.changes:
            found.append(f"a pass with nothing to do made {again.changes}")
        if _picture(self.ground.root) != before:
            found.append("a pass with nothing to do moved files")
        return found


FATES = {
    "first.edi": "sent",
    "second.edi": "sent",
    "third.bad": "failed",
    "fourth.no": "failed",
    "folder": "sent",
    "too big for nobody.edi": "failed",
}


def _picture(root: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def killed_at(folder: Path, *moments: Moment, **keys: object) -> list[str]:
    """Live, die at the first moment, live on, die at the second (counted anew) …, then live to the end.

    After every other death the ERP takes what it sees, before the bridge is back.
    """
    with Sandbox(world=a_world()) as box:
        life = Life(box, folder, **keys)
        found: list[str] = []
        for moment in moments:
            life.run(Death(at=moment))
            found += faults_at_any_moment(life.ground)
            if moment[1] % 2:
                life.ground.collect()
        life.run(Death())
        return found + life.verdict()


def moments_of_a_life(folder: Path, **keys: object) -> list[Moment]:
    """Every moment that a life without death has."""
    with Sandbox(world=a_world()) as box:
        life, death = Life(box, folder, **keys), Death()
        assert not life.run(death)
        assert life.verdict() == []
        return death.every_moment
