"""One life of the bridge, told with everything in it, killed at one moment or at several."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count
from pathlib import Path

from syncd.sandbox import ECGridSandbox, ECGridSwitches, Partner, Sandbox, World
from tests.e2e.harness import AnyBox, Ground
from tests.e2e.invariants import faults, faults_at_any_moment
from tests.e2e.verified import found as found_by_verify
from tests.e2e.worlds import with_partners
from tests.safety.dying import Death, Killed, Moment

STEP = timedelta(seconds=20)
SHORT = {"failed_grace": "30s", "in_doubt_wait": "30s", "settle": "1s", "parallel_sends": 2}
_numbers = count()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tale:
    """What happens in a life: at which gateway, what arrives and is dropped, and how all of it has to end.

    `turn` is what a person does at the gateway once all is quiet; then there is a second half.
    """

    open: Callable[[], AnyBox]
    begin: Callable[[Ground], None]
    fates: Mapping[str, str]
    keys: Mapping[str, object] = field(default_factory=dict)
    turn: Callable[[Ground], None] | None = None


class Life:
    """One ground and its sandbox, with messages of every kind waiting on both sides."""

    def __init__(self, tale: Tale, box: AnyBox, folder: Path, **keys: object) -> None:
        folder = folder / str(next(_numbers))
        folder.mkdir()
        self.tale = tale
        self.box = box
        self.ground = Ground(box, folder, keys={**tale.keys, **keys})
        self._is_turned = False
        tale.begin(self.ground)

    def run(self, death: Death) -> bool:
        """Live until nothing is under way; True when death came first."""
        try:
            self._live(death)
        except Killed:
            return True
        return False

    def _live(self, death: Death) -> None:
        self.ground.settle(every=STEP, wrap=death.wrap)
        if self.tale.turn is None:
            return
        self.ground.run(wrap=death.wrap)  # this pass sees that what was confirmed has left the list
        if not self._is_turned:
            self._is_turned = True
            self.tale.turn(self.ground)
            self.ground.settle(every=STEP, wrap=death.wrap)
            self.ground.run(wrap=death.wrap)

    def verdict(self) -> list[str]:
        """What is wrong once all is quiet, `verify` asked too; one more pass has to change nothing."""
        found, fates = [*faults(self.ground), *found_by_verify(self.ground)], dict(self.tale.fates)
        if self.ground.states() != fates:
            found.append(f"{self.ground.states()} instead of {fates}")
        before = _picture(self.ground.root)
        again = Death()
        self.run(again)
        if again.changes:
            found.append(f"a pass with nothing to do made {again.changes}")
        if _picture(self.ground.root) != before:
            found.append("a pass with nothing to do moved files")
        return found


def _picture(root: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def killed_at(tale: Tale, folder: Path, *moments: Moment, **keys: object) -> list[str]:
    """Live, die at the first moment, live on, die at the second (counted anew) …, then live to the end.

    After every other death the ERP takes what it sees, before the bridge is back.
    """
    with tale.open() as box:
        life = Life(tale, box, folder, **keys)
        found: list[str] = []
        for moment in moments:
            life.run(Death(at=moment))
            found += faults_at_any_moment(life.ground)
            if moment[1] % 2:
                life.ground.collect()
        life.run(Death())
        return found + life.verdict()


def moments_of_a_life(tale: Tale, folder: Path, **keys: object) -> list[Moment]:
    """Every moment that a life without death has."""
    with tale.open() as box:
        life, death = Life(tale, box, folder, **keys), Death()
        assert not life.run(death)
        assert life.verdict() == []
        return death.every_moment


# AS2 Gateway --------------------------------------------------------------------------------------


def a_world() -> World:
    """A partner that soon times out, so that doubt and failure are soon over."""
    return with_partners(replace(Partner(as2_id="RJ_Partner"), send_timeout_s=1))


def _begin_as2gateway(ground: Ground) -> None:
    """Some for a batch, one that no archive can carry, one with two files; files, and a folder."""
    box = ground.box
    for number in range(5):
        box.deliver(files={"in.edi": f"UNA in {number}".encode()})
    box.deliver(files=[("same.edi", b"one"), ("same.edi", b"two")])
    box.deliver(files={"a.edi": b"UNA a", "b.edi": b"UNA b"})
    hand = box.partner("RJ_Partner")
    hand.behave(files="*.bad", delivery="permanent")
    hand.behave(files="*.no", mdn="error")
    for name in ("first.edi", "second.edi", "third.bad", "fourth.no"):
        ground.drop(name, f"UNA {name}".encode())
    ground.drop("folder/a.edi", b"ISA folder a")
    ground.drop("folder/b.edi", b"ISA folder b")
    ground.drop("too big for nobody.edi", b"UNA nobody", pair="RJ_Station/NOBODY")
    box.trouble("reset", operation="send", when="after", skip=1)
    box.trouble("reset", operation="send", when="before", skip=3)


AS2GATEWAY = Tale(
    open=lambda: Sandbox(world=a_world()),
    begin=_begin_as2gateway,
    fates={
        "first.edi": "sent",
        "second.edi": "sent",
        "third.bad": "failed",
        "fourth.no": "failed",
        "folder": "sent",
        "too big for nobody.edi": "failed",
    },
    keys=SHORT,
)


# ECGrid -------------------------------------------------------------------------------------------

_ISA = (
    b"ISA*00*          *00*          *ZZ*SENDERID       *ZZ*RECEIVERID     "
    b"*261122*0200*U*00401*000000001*0*P*>~IEA*0*000000001~"
)


def _begin_ecgrid(ground: Ground) -> None:
    """Parcels with and without ids; files, a folder to be split, one for the gateway to route."""
    box = ground.box
    assert isinstance(box, ECGridSandbox)
    for number in range(2):
        box.deliver(files={"in.edi": f"UNA in {number}".encode()})
    box.deliver(station=None, partner=None, files={"in.edi": b"UNA nobody's"})
    box.partner("445566").behave(files="*.bad", delivery="failed")
    for name in ("first.edi", "second.bad"):
        ground.drop(name, f"UNA {name}".encode())
    ground.drop("folder/a.edi", b"ISA folder a")
    ground.drop("folder/b.edi", b"ISA folder b")
    ground.drop("auto.edi", _ISA, pair="auto")
    ground.drop("no number.edi", b"UNA nobody", pair="112233/NOBODY")
    box.trouble("reset", operation="upload", when="after", skip=1)
    box.trouble("reset", operation="upload", when="before", skip=3)


def _reset_the_first(ground: Ground) -> None:
    """A person resets a confirmed parcel to the inbox: it has to come once more."""
    first = ground.box.ledger.received[0].id
    ground.box.mark_unread(first)
    ground.again.append(first)


def ecgrid(**readings: str) -> Tale:
    """The life at ECGrid, with the vendor's pages read so."""
    switches = ECGridSwitches().changed(**readings)
    return Tale(
        open=lambda: ECGridSandbox(switches=switches),
        begin=_begin_ecgrid,
        fates={
            "first.edi": "sent",
            "second.bad": "failed",
            "a.edi": "sent",
            "b.edi": "sent",
            "auto.edi": "sent",
            "no number.edi": "failed",
        },
        keys={"in_doubt_wait": "30s", "settle": "1s", "parallel_sends": 2},
        turn=_reset_the_first,
    )
