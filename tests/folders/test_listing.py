"""Listings are remembered for as long as nothing can have changed, and not a moment longer."""

import os
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from syncd.core.account import PairRules, PartnerTable
from syncd.core.model import Place
from syncd.core.naming import IgnorePatterns
from syncd.folders.listing import Listing, Listings
from tests.contracts.folder_worlds import PARTNERS, STATIONS, open_world, world
from tests.folders.watcher_desk import Desk

LONG_AFTER_NS = 60 * 10**9
PLACE = Place("outbox/ACME/WALMART")


def listings(
    *,
    after_ns: int = LONG_AFTER_NS,
    file_system: str = "ext4",
    monotonic: Callable[[], float] = time.monotonic,
) -> Listings:
    """Those of somebody whose clock is so much ahead: to him, all times are long ago."""
    return Listings(
        IgnorePatterns(),
        file_system=lambda _: file_system,
        now_ns=lambda: time.time_ns() + after_ns,
        monotonic=monotonic,
    )


def look(folder: Path, known: Listings, *, loose: bool = False) -> Listing:
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        return known.of(PLACE, fd, loose=loose)
    finally:
        os.close(fd)


def let_tick(folder: Path) -> None:
    """Until what is changed now gets another time than the folder has."""
    probe = folder.parent / "probe"
    probe.touch()
    while probe.stat().st_ctime_ns <= folder.stat().st_ctime_ns:
        threading.Event().wait(0.001)
        probe.touch()


CHANGES: dict[str, Callable[[Path], object]] = {
    "made": lambda folder: (folder / "new").touch(),
    "made a folder": lambda folder: (folder / "new").mkdir(),
    "linked": lambda folder: os.link(folder / "old", folder / "new"),
    "renamed": lambda folder: (folder / "old.tmp").rename(folder / "new"),
    "moved in": lambda folder: (folder.parent / "outside").rename(folder / "new"),
    "moved away": lambda folder: (folder / "old").rename(folder.parent / "gone"),
    "moved over another": lambda folder: (folder.parent / "outside").rename(folder / "old"),
    "removed": lambda folder: (folder / "old").unlink(),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_every_change_of_a_name_is_seen(tmp_path: Path, change: Callable[[Path], object]) -> None:
    """The folder's own times tell of it."""
    folder, known = tmp_path / "folder", listings()
    folder.mkdir()
    for place in (folder / "old", folder / "old.tmp", tmp_path / "outside"):
        place.touch()
    let_tick(folder)
    before = look(folder, known)
    assert look(folder, known) is before
    change(folder)
    after = look(folder, known)
    assert after is not before
    assert set(after.names) == {path.name for path in folder.iterdir()} - {"old.tmp"}


@pytest.mark.parametrize("known", [listings(after_ns=0), listings(file_system="nfs4")], ids=["young", "nfs"])
def test_what_may_have_changed_unseen_is_listed_anew(tmp_path: Path, known: Listings) -> None:
    """Within a tick of the clock two changes have one time; and not every file system keeps times."""
    assert look(tmp_path, known) is not look(tmp_path, known)


def test_no_listing_is_believed_for_long(tmp_path: Path) -> None:
    """A clock set back may give a change the time of the one before."""
    now_s = [0.0]
    known = listings(monotonic=lambda: now_s[0])
    before = look(tmp_path, known)
    now_s[0] = 299
    assert look(tmp_path, known) is before
    assert known.remembered(PLACE, tmp_path.stat(), loose=False) is before
    now_s[0] = 300
    assert known.remembered(PLACE, tmp_path.stat(), loose=False) is None
    assert look(tmp_path, known) is not before


def test_ignored_names_are_counted_and_forgotten(tmp_path: Path) -> None:
    """Thousands of them cost next to nothing; what file browsers leave is not even counted."""
    for number in range(100):
        (tmp_path / f"{number}.tmp").touch()
    for name in ("invoice.edi", "Thumbs.db", ".DS_Store"):
        (tmp_path / name).touch()
    found = look(tmp_path, listings())
    assert (found.names, found.ignored, len(found.some_ignored)) == (("invoice.edi",), 100, 20)


def test_where_folders_are_no_messages_they_stand_apart(tmp_path: Path) -> None:
    """In the outbox itself and in a station's folder; hidden ones are a person's own."""
    for name in ("ACME", ".git", "~old"):
        (tmp_path / name).mkdir()
    assert look(tmp_path, listings(), loose=True).names == ()
    assert look(tmp_path, listings(), loose=True).folders == ("ACME",)
    assert look(tmp_path, listings(), loose=False).names == ("ACME",)


def test_a_folder_that_turns_out_to_be_a_stations_is_listed_anew(tmp_path: Path) -> None:
    """Until the lists are known it looks like a pair's, and its partners' folders like messages."""
    table = PartnerTable(station="ACME", partner="WALMART", rules=PairRules(folder="ACME"))
    there = world("disk", tmp_path, partners=(table,))
    there.tree.listings = listings()  # type: ignore[attr-defined]  # it is the one on a disk
    there.tree.prepare()
    (tmp_path / PLACE).mkdir(parents=True)
    assert [left.place for left in there.outbox.scan().not_taken] == [PLACE]
    there.tree.make_pairs(stations=STATIONS, partners=PARTNERS[:1], used=())
    there.hands.drop(f"{PLACE}/order.edi")
    assert [drop.place for drop in there.ready()] == [f"{PLACE}/order.edi"]


def test_a_status_file_of_what_is_ignored_is_none_without_its_file(tmp_path: Path) -> None:
    """What is forgotten as a name is looked for where another name speaks of it."""
    there = open_world("disk", tmp_path)
    for name in ("a.tmp", "a.tmp.syncd.json", "b.tmp.syncd.json"):
        there.hands.drop(f"{PLACE}/{name}")
    outlook = there.scan_later(timedelta(minutes=1))
    assert {each.place.rpartition("/")[2] for each in outlook.not_taken} == {"a.tmp", "b.tmp.syncd.json"}


def test_a_file_in_a_folder_that_was_empty_for_long_is_taken(tmp_path: Path) -> None:
    """Such a folder is not even opened, until its times tell of a change."""
    there = open_world("disk", tmp_path)
    there.tree.listings = listings()  # type: ignore[attr-defined]  # it is the one on a disk
    let_tick(tmp_path / PLACE)
    for _ in range(2):
        assert there.outbox.scan().ready == ()
    there.hands.drop(f"{PLACE}/order.edi")
    assert [drop.name for drop in there.ready()] == ["order.edi"]


def test_a_folder_dropped_where_nothing_was_for_long_is_watched(tmp_path: Path) -> None:
    """What is put into it rings."""
    desk = Desk(tmp_path)
    desk.tree.listings = listings()
    try:
        desk.watcher.start()
        let_tick(desk.outbox)
        desk.follow()
        (desk.outbox / "order").mkdir()
        let_tick(desk.outbox)
        desk.follow()
        assert desk.rings_for_file("outbox/ACME/WALMART/order/a.edi")
    finally:
        desk.watcher.stop()
