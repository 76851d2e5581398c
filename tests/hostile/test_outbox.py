"""Whatever stands in an outbox: nothing is followed out of it, and nothing waits for it or is lost."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest

from syncd.sandbox import Sandbox, World
from tests.e2e.harness import Ground
from tests.e2e.invariants import faults
from tests.e2e.worlds import with_partners
from tests.hostile.around import Around
from tests.hostile.outbox_attacks import ATTACKS
from tests.safety.figures import record_campaign

PAIR = "RJ_Station/RJ_Partner"


@pytest.fixture
def world() -> World:
    return with_partners("RJ_Partner", "OTHER")


def picture(folder: Path) -> dict[str, tuple[int, str]]:
    """Kind and target of everything below a folder."""
    return {
        str(path.relative_to(folder)): (
            stat.S_IFMT(path.lstat().st_mode),
            str(path.readlink()) if path.is_symlink() else "",
        )
        for path in sorted(folder.rglob("*"))
    }


def test_what_is_no_honest_file_stays_and_holds_up_nobody(
    ground: Ground, around: Around, box: Sandbox
) -> None:
    """All attacks at once: each stays as it is and is named; an honest file beside them is sent."""
    ground.run()
    outbox = ground.root / "outbox" / PAIR
    for attack in ATTACKS:
        attack(outbox, around.decoys)
    around.remember()
    before = picture(outbox)
    ground.drop("honest.edi", b"UNA honest")
    ground.drop("elsewhere.edi", b"UNA elsewhere", pair="RJ_Station/OTHER")
    box.deliver(files={"in.edi": b"UNA in"})

    result = ground.run()
    ground.settle()

    assert around.changes() == []  # first: the test itself reads through links
    assert ground.states() == {"honest.edi": "sent", "elsewhere.edi": "sent"}
    assert sorted(file.name for sent in box.ledger.sent for file in sent.files) == [
        "elsewhere.edi",
        "honest.edi",
    ]
    assert ground.names("inbox") == ["in.edi"]
    assert picture(outbox) == before
    named = {Path(item.place).name for item in result.not_taken}
    unnamed = {name.partition("/")[0] for name in before if name.isprintable()} - named
    assert unnamed == set()
    assert [item for item in result.not_taken if not item.place.isprintable()] == []
    assert [fault for fault in faults(ground) if "nobody.edi" not in fault] == []


def _pair_folder(root: Path, outside: Path, tree: str) -> Path:
    return _exchange(root / tree / PAIR, outside)


def _station_folder(root: Path, outside: Path, tree: str) -> Path:
    return _exchange(root / tree / "RJ_Station", outside)


def _whole_tree(root: Path, outside: Path, tree: str) -> Path:
    return _exchange(root / tree, outside)


def _exchange(place: Path, outside: Path) -> Path:
    """Put a link to the outside where a folder has to be; the folder itself is kept aside."""
    if place.exists():
        place.rename(place.with_name(f".aside-{place.name}"))
    place.parent.mkdir(parents=True, exist_ok=True)
    place.symlink_to(outside, target_is_directory=True)
    return place


def _mend(place: Path) -> None:
    """As a person does: the link goes, the folder comes back. One in queued/ was held as a stranger."""
    if place.is_symlink():
        place.unlink()
    aside = place.with_name(f".aside-{place.name}")
    if aside.exists():
        aside.rename(place)


TREES = ("outbox", "queued", "sent", "failed", "held", "inbox")
DEPTHS = (_pair_folder, _station_folder, _whole_tree)
SAMPLE = (
    (_pair_folder, "queued"),
    (_station_folder, "outbox"),
    (_pair_folder, "inbox"),
    (_whole_tree, "failed"),
)
FATES = {"a.edi": "sent", "b.no": "failed", "lost.edi": "failed", "folder": "sent"}


def linked(ground: Ground, around: Around, where: Callable[[Path, Path, str], Path], tree: str) -> list[str]:
    """Live with a link in the tree, then mend it and live on; returns what went wrong."""
    ground.box.partner("RJ_Partner").behave(files="*.no", mdn="error")
    ground.run()
    ground.drop("a.edi", b"UNA a")
    ground.drop("b.no", b"UNA b")
    ground.drop("lost.edi", b"UNA lost", pair="RJ_Station/NOBODY")
    ground.drop("folder/a.edi", b"UNA folder")
    ground.box.deliver(files={"in.edi": b"UNA in", "two.edi": b"UNA two"})
    outside = around.decoys if where is _whole_tree else around.decoys / "RJ_Station"
    outside = outside / "RJ_Partner" if where is _pair_folder else outside
    link = where(ground.root, outside, tree)
    around.remember()
    for _ in ground.passes(4):
        pass
    touched = around.changes()
    _mend(link)
    ground.later(hours=1)
    ground.settle()
    states = {name: state for name, state in ground.states().items() if name not in link.parts}
    return touched + around.changes() + faults(ground) + ([] if states == FATES else [f"{states}"])


@pytest.mark.parametrize(("where", "tree"), SAMPLE)
def test_a_link_in_the_middle_of_a_path_leads_nowhere(
    ground: Ground, around: Around, where: Callable[[Path, Path, str], Path], tree: str
) -> None:
    """Nothing is read, written or made behind it; when it is mended everything is as it should be."""
    assert linked(ground, around, where, tree) == []


@pytest.mark.torture
@pytest.mark.parametrize(("where", "tree"), sorted(set(product(DEPTHS, TREES)) - set(SAMPLE), key=str))
def test_a_link_anywhere_leads_nowhere(
    ground: Ground, around: Around, where: Callable[[Path, Path, str], Path], tree: str
) -> None:
    """The same in every tree, at every depth."""
    found = linked(ground, around, where, tree)

    record_campaign("links and traps in folders", tried=1, found=bool(found))
    assert found == []


def test_a_linked_private_folder_stops_the_account(ground: Ground, around: Around, box: Sandbox) -> None:
    """Its marker cannot be believed: nothing is made behind it, and everything goes on when it is mended."""
    ground.run()
    ground.drop("a.edi", b"UNA a")
    box.deliver(files={"in.edi": b"UNA in"})
    link = _exchange(ground.root / ".syncd", around.decoys)
    (around.decoys / "staging").mkdir()
    (around.decoys / "scratch").mkdir()
    around.decoys.joinpath("root.json").write_bytes((ground.root / ".aside-.syncd/root.json").read_bytes())
    around.remember()

    result = ground.run()

    assert [trouble.job for trouble in result.troubles] == ["root"]
    assert around.changes() == []
    assert box.ledger.sent == ()
    _mend(link)
    ground.settle()
    assert ground.states() == {"a.edi": "sent"}
    assert faults(ground) == []


def test_a_pair_folder_that_nobody_can_name_is_told(ground: Ground, around: Around) -> None:
    """Bytes that are no UTF-8, control characters: it is not entered, and is shown so that it can be read."""
    ground.run()
    station = os.fsencode(ground.root / "outbox" / "RJ_Station")
    for name in (b"\xff", b"line\nbreak", b"escape\x1b[2J"):
        folder = Path(os.fsdecode(station + b"/" + name))
        folder.mkdir()
        (folder / "a.edi").write_bytes(b"UNA")

    result = ground.run()

    assert len(result.not_taken) == 3
    assert all(item.place.isprintable() for item in result.not_taken)
    assert ground.rows() == []
    assert around.changes() == []
