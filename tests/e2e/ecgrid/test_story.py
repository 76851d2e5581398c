"""The whole story over ECGrid, pull, send and track, under every reading of the vendor's pages."""

from datetime import timedelta

import pytest

from syncd.sandbox import ECGridSandbox, ECGridSwitches
from tests.e2e.harness import Ground
from tests.e2e.invariants import faults
from tests.e2e.worlds import in_company

COMPANY = in_company(ECGridSwitches())
FATES = {
    "a.edi": "sent",
    "b.bad": "failed",
    "c.late": "sent",
    "größe ü.edi": "sent",
    "one.edi": "sent",
    "two.bad": "failed",
    "auto.edi": "sent",
}
ISA = (
    b"ISA*00*          *00*          *ZZ*SENDERID       *ZZ*RECEIVERID     "
    b"*261122*0200*U*00401*000000001*0*P*>~IEA*0*000000001~"
)


def tell_the_story(ground: Ground, box: ECGridSandbox) -> None:
    """What came in is in the inbox and confirmed; what went out is in sent/ or failed/, each once."""
    arrived = [box.deliver(files={f"in-{n}.edi": f"UNA {n}".encode()}) for n in range(3)]
    arrived += [box.deliver(files={"same.edi": content}) for content in (b"one", b"two")]
    arrived.append(box.deliver(station=None, partner=None, files={"größe ✓.edi": "ä".encode()}))
    hand = box.partner("445566")
    hand.behave(files="*.bad", delivery="failed")
    hand.behave(files="*.late", delivery="temporary", failures=1)
    for name in ("a.edi", "b.bad", "c.late", "größe ü.edi"):
        ground.drop(name, f"UNA {name}".encode())
    ground.drop("folder/one.edi", b"ISA one")
    ground.drop("folder/two.bad", b"ISA two")
    ground.drop("auto.edi", ISA, pair="auto")

    ground.settle(every=timedelta(seconds=20))
    downloads = box.ledger.count("download")
    ground.run()

    assert ground.states() == FATES
    assert len(ground.files("inbox")) == len(arrived)
    assert downloads == len(arrived) * (2 if box.switches.sizes == "wrapped" else 1)
    assert box.ledger.count("download") == downloads
    assert all(record.is_read for record in box.ledger.received)
    assert {row.batch for row in ground.rows() if row.name in ("one.edi", "two.bad")} == {"folder"}
    assert box.ledger.over_limit == 0
    assert faults(ground) == []


@pytest.mark.parametrize("switches", [ECGridSwitches(), *COMPANY], ids=["default", *range(len(COMPANY))])
def test_the_story_is_the_same_with_every_reading_in_company(ground: Ground, box: ECGridSandbox) -> None:
    """A gateway that differs in many things at once."""
    tell_the_story(ground, box)


@pytest.mark.torture
@pytest.mark.parametrize("switches", ECGridSwitches.every_reading(), ids=lambda one: one.turned)
def test_the_story_is_the_same_under_every_reading(ground: Ground, box: ECGridSandbox) -> None:
    """One at a time: that none hides what another does."""
    tell_the_story(ground, box)


@pytest.mark.parametrize(
    "switches", [ECGridSwitches(), ECGridSwitches().changed(ids="zero")], ids=lambda one: one.turned
)
def test_folders_are_the_two_numbers(ground: Ground, box: ECGridSandbox) -> None:
    """Where ids are told; else the mailbox's number and `unknown`."""
    box.deliver(files={"a.edi": b"UNA"})
    box.deliver(station=None, partner=None, files={"b.edi": b"UNB"})

    ground.run()

    told = box.switches.ids == "present"
    assert set(ground.files("inbox")) == {
        "112233/445566/a.edi" if told else "4711/unknown/a.edi",
        "4711/unknown/b.edi",
    }
