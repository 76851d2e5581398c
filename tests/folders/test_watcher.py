import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from watchdog.observers.inotify_c import Mask

from syncd.core.account import PairRules, PartnerTable
from tests.folders.watcher_desk import PAIR, Desk, Hearing


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path / "root")
    made.watcher.start()
    yield made
    made.watcher.stop()


@pytest.fixture
def by_partner(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path / "root", layout="by-partner")
    made.watcher.start()
    yield made
    made.watcher.stop()


# What rings -------------------------------------------------------------------------------------


def write(outside: Path, outbox: Path) -> None:
    (outbox / "new").write_bytes(b"ISA*")


def rename_in(outside: Path, outbox: Path) -> None:
    outside.rename(outbox / "new")


def link_in(outside: Path, outbox: Path) -> None:
    (outbox / "new").hardlink_to(outside)


def rename_inside(outside: Path, outbox: Path) -> None:
    (outbox / "old").rename(outbox / "new")


def write_again(outside: Path, outbox: Path) -> None:
    with (outbox / "old").open("ab") as stream:
        stream.write(b"~")


def make_readable(outside: Path, outbox: Path) -> None:
    (outbox / "old").chmod(0o664)


def delete(outside: Path, outbox: Path) -> None:
    (outbox / "old").unlink()


def drop_folder(outside: Path, outbox: Path) -> None:
    (outbox / "folder").mkdir()


@pytest.mark.parametrize(
    "change",
    [write, rename_in, link_in, rename_inside, write_again, make_readable, delete, drop_folder],
)
def test_a_change_in_an_outbox_rings(desk: Desk, change: Callable[[Path, Path], None]) -> None:
    """However a file comes, and whatever may make one ready that was not."""
    outside = desk.root.parent / "outside"
    outside.write_bytes(b"ISA*")
    assert desk.rings_for(lambda: change(outside, desk.root / PAIR))


@pytest.mark.parametrize("folder", ["outbox", "outbox/ACME"])
def test_a_file_above_the_pairs_rings(desk: Desk, folder: str) -> None:
    """It is refused, and the sooner the better."""
    assert desk.rings_for_file(f"{folder}/astray")


def test_what_is_put_into_a_dropped_folder_rings(desk: Desk) -> None:
    """So does what leaves it: a folder may have had too much in it."""
    inner = desk.root / PAIR / "folder"
    inner.mkdir()
    desk.follow()
    assert desk.rings_for_file(f"{PAIR}/folder/one")
    assert desk.rings_for(lambda: (inner / "one").rename(desk.root / "one"))


def test_our_own_reading_does_not_ring(desk: Desk) -> None:
    """Or each scan would ask for the next."""
    outbox = desk.root / PAIR
    for _ in range(3):
        assert (outbox / "old").read_bytes()
        assert os.listdir(outbox) == ["old"]  # noqa: PTH208 - reads the folder as a scan does
    desk.watcher.refresh()
    (outbox / "sentinel").write_bytes(b"ISA*")
    assert desk.opened[0].before("sentinel") == []


def test_what_is_written_under_an_ignored_name_rings_when_it_gets_its_own(desk: Desk) -> None:
    """The scan has nothing to see before, and would wait for its next turn afterwards."""
    desk.bell.clear()
    for name in (".invoice.edi", "invoice.tmp"):
        (desk.outbox / name).write_bytes(b"ISA*")
        desk.opened[-1].before(name)
    assert not desk.bell.is_set()
    assert desk.rings_for(lambda: (desk.outbox / "invoice.tmp").rename(desk.outbox / "invoice.edi"))
    assert desk.rings_for((desk.outbox / ".invoice.edi").unlink)


def test_a_done_marker_rings_though_its_name_is_ignored(tmp_path: Path) -> None:
    """Its file is ready with it."""
    table = PartnerTable(partner="WALMART", rules=PairRules(done_marker=".done"))
    desk = Desk(tmp_path / "root", ignore=("*.done", "*.part"), partners=(table,))
    desk.watcher.start()
    try:
        desk.bell.clear()
        (desk.outbox / "old.part").touch()
        desk.opened[-1].before("old.part")
        assert not desk.bell.is_set()
        assert desk.rings_for_file(f"{PAIR}/old.done")
    finally:
        desk.watcher.stop()


def test_our_own_claims_do_not_ring(desk: Desk) -> None:
    """Neither of a file nor of a folder."""
    outbox = desk.root / PAIR
    (outbox / "folder").mkdir()
    (desk.root / "queued").mkdir()
    desk.follow()
    known = len(desk.opened[0].heard)
    (outbox / "old").rename(desk.root / "queued/old")
    (outbox / "folder").rename(desk.root / "queued/folder")
    (outbox / "sentinel").write_bytes(b"ISA*")
    assert desk.opened[0].before("sentinel")[known:] == []


def test_a_link_in_the_place_of_a_folder_is_not_followed(desk: Desk) -> None:
    """Nothing outside the root is watched."""
    elsewhere = desk.root.parent / "elsewhere"
    elsewhere.mkdir()
    (desk.root / "outbox/ACME/LINK").symlink_to(elsewhere)
    desk.follow()
    (elsewhere / "new").write_bytes(b"ISA*")
    (desk.root / PAIR / "sentinel").write_bytes(b"ISA*")
    assert "new" not in desk.opened[0].before("sentinel")


def test_a_burst_is_heard_to_its_end(desk: Desk) -> None:
    """Ten thousand files at once, and one after them."""
    outbox = desk.root / PAIR
    for number in range(10_000):
        os.link(outbox / "old", outbox / str(number))
    desk.follow()
    assert desk.rings_for_file(f"{PAIR}/last")


# Folders that come, go and change ---------------------------------------------------------------


def test_a_new_pair_is_watched(desk: Desk) -> None:
    """Its folder rings, and after the refresh so does what is dropped there."""
    assert desk.rings_for(lambda: (desk.root / "outbox/NEW/PARTNER").mkdir(parents=True))
    desk.follow()
    assert desk.rings_for_file("outbox/NEW/PARTNER/new")


def test_a_folder_that_comes_between_two_looks_is_watched(desk: Desk) -> None:
    """Made after its parent was listed, and before its parent was watched."""
    desk.watcher.stop()
    late = desk.root / "outbox/LATE/PARTNER"

    class Slow(Hearing):
        def watch(self, fd: int, told: Mask) -> None:
            late.mkdir(parents=True, exist_ok=True)
            super().watch(fd, told)

    desk.listen = Slow
    desk.watcher.start()
    assert desk.rings_for_file("outbox/LATE/PARTNER/new")


def test_by_partner_rings(by_partner: Desk) -> None:
    """The outboxes stand inside of the pairs' folders."""
    assert by_partner.rings_for_file("ACME/WALMART/outbox/new")


def test_by_partner_a_new_pair_is_watched(by_partner: Desk) -> None:
    """From the station's folder down, step by step."""
    for place in ("NEW", "NEW/PARTNER", "NEW/PARTNER/outbox"):
        assert by_partner.rings_for((by_partner.root / place).mkdir)
        by_partner.follow()
    assert by_partner.rings_for_file("NEW/PARTNER/outbox/new")


def test_by_partner_the_other_folders_are_not_watched(by_partner: Desk) -> None:
    """What arrives in the inbox wakes no scan of the outbox."""
    (by_partner.root / "ACME/WALMART/inbox").mkdir()
    by_partner.follow()
    (by_partner.root / "ACME/WALMART/inbox/new").write_bytes(b"ISA*")
    (by_partner.root / "ACME/WALMART/outbox/sentinel").write_bytes(b"ISA*")
    assert "new" not in by_partner.opened[0].before("sentinel")


@pytest.mark.parametrize("place", ["outbox", "outbox/ACME", PAIR])
def test_a_folder_that_is_made_anew_is_watched(desk: Desk, place: str) -> None:
    """Even if the new one has the inode of the old."""
    for _ in range(3):
        shutil.rmtree(desk.root / place)
        (desk.root / PAIR).mkdir(parents=True)
        desk.follow()
        assert desk.rings_for_file(f"{PAIR}/new")


def test_a_folder_that_takes_the_place_of_another_is_watched(desk: Desk) -> None:
    """And the one that was renamed is left alone."""
    (desk.root / "outbox").rename(desk.root / "outbox.old")
    (desk.root / PAIR).mkdir(parents=True)
    desk.follow()
    (desk.root / "outbox.old/ACME/WALMART/astray").write_bytes(b"ISA*")
    (desk.root / PAIR / "sentinel").write_bytes(b"ISA*")
    assert "astray" not in desk.opened[0].before("sentinel")


def test_a_root_that_is_renamed_and_put_back_is_watched(desk: Desk) -> None:
    """Whether a refresh came in between or not."""
    away = desk.root.parent / "away"
    desk.root.rename(away)
    away.rename(desk.root)
    assert desk.rings_for_file(f"{PAIR}/one")
    desk.root.rename(away)
    desk.follow()
    assert str(desk.watcher.mode) == f"scanning: the root {desk.root} cannot be opened: {os.strerror(2)}"
    away.rename(desk.root)
    desk.follow()
    assert desk.rings_for_file(f"{PAIR}/two")


def test_a_refresh_opens_nothing_anew(desk: Desk) -> None:
    """One inotify instance for the account, as long as it hears."""
    for _ in range(3):
        desk.watcher.refresh()
    assert len(desk.opened) == 1
