"""What every outbox promises of folders whose files are messages each."""

from datetime import timedelta
from pathlib import Path

import pytest

from syncd.core.model import Folder, Place
from syncd.errors import NameTaken
from syncd.ports.folders import Stranger
from tests.contracts.folder_worlds import AUTO, KINDS, NOON, NUMBERS, World, open_numbers

SETTLE = timedelta(seconds=2)
ORDER = "outbox/112233/445566/order"
QUEUED = "queued/112233/445566/order"


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def single(kind: str, tmp_path: Path) -> World:
    """The outbox of a gateway that takes one file a message."""
    return open_numbers(kind, tmp_path)


def test_a_folder_is_taken_whole_whatever_is_wrong_with_single_files(single: World) -> None:
    """Eleven files, an empty one, a large one: each is judged by itself when it is sent."""
    for number in range(9):
        single.hands.drop(f"{ORDER}/{number}.edi")
    single.hands.drop(f"{ORDER}/empty.edi", b"")
    single.hands.drop(f"{ORDER}/large.edi", bytes(10_485_761))
    (dropped,) = single.scan_later(SETTLE * 10).ready
    assert (dropped.name, dropped.is_folder, dropped.refusal) == ("order", True, None)
    assert len(dropped.files) == 11
    assert dropped.identity == single.outbox.identity(dropped.place)


def test_a_folder_with_over_a_thousand_files_is_refused(single: World) -> None:
    """Somebody dropped the wrong folder; the reason says how many there may be."""
    for number in range(1001):
        single.hands.drop(f"{ORDER}/{number}.edi")
    (dropped,) = single.ready()
    assert dropped.refusal == "it has 1,001 files, and at most 1,000 are taken in one folder"


def test_a_large_file_by_itself_is_refused_by_the_scan(single: World) -> None:
    """As everywhere."""
    single.hands.drop("outbox/auto/large.edi", bytes(10_485_761))
    (dropped,) = single.ready()
    assert dropped.refusal == "it has 10485761 bytes, and the gateway takes 10485760 in one message"


def test_what_stands_in_a_folder_is_told_with_identities(single: World) -> None:
    """Without what file browsers leave, and without status files; nothing of what is not there."""
    for name in ("a.edi", "b.edi", "b.edi.syncd.json", ".DS_Store"):
        single.hands.drop(f"{ORDER}/{name}")
    inside = single.outbox.inside(Place(ORDER))
    assert inside == {name: single.outbox.identity(Place(f"{ORDER}/{name}")) for name in ("a.edi", "b.edi")}
    assert single.outbox.inside(Place("outbox/112233/445566/nothing")) == {}


def test_a_whole_folder_is_moved_with_all_that_lies_in_it(single: World) -> None:
    """Junk and status files too."""
    for name in ("a.edi", "a.edi.syncd.json", "Thumbs.db"):
        single.hands.drop(f"{ORDER}/{name}")
    single.outbox.move(Place(ORDER), Place(QUEUED))
    assert single.hands.names(QUEUED) == ["Thumbs.db", "a.edi", "a.edi.syncd.json"]
    assert not single.hands.exists(ORDER)


def test_files_of_one_folder_stay_in_a_folder_of_its_name(single: World) -> None:
    """Which may be there already; their own names are free."""
    single.hands.drop("sent/112233/445566/2026-11-21/order/a.edi")
    single.hands.drop("failed/112233/445566/order/b.edi.syncd.json")
    places = [
        single.outbox.free_place(folder, NUMBERS, name, now=NOON, batch="order")
        for folder, name in ((Folder.SENT, "a.edi"), (Folder.FAILED, "b.edi"), (Folder.HELD, "c.edi"))
    ]
    assert places == [
        "sent/112233/445566/2026-11-21/order/a~2.edi",
        "failed/112233/445566/order/b~2.edi",
        "held/112233/445566/order/c.edi",
    ]


def test_a_file_with_the_name_of_a_folder_is_stepped_aside_for(single: World) -> None:
    """When it stands there already, and when it came between choosing and moving."""
    held = "held/112233/445566/order"
    source, between = Place(f"{QUEUED}/a.edi"), Place(f"{held}/a.edi")
    single.hands.drop(source)
    single.hands.drop(held)
    place = single.outbox.free_place(Folder.HELD, NUMBERS, "a.edi", now=NOON, batch="order")
    assert place == "held/112233/445566/order~2/a.edi"
    with pytest.raises(NameTaken):
        single.outbox.write_status(between, b"{}")
    with pytest.raises(NameTaken):
        single.outbox.move(source, between)
    assert single.hands.read(held) == b"ISA*"


def test_the_last_file_leaves_no_folder_behind(single: World) -> None:
    """Not before; and to say it again, or of a folder that is not there, changes nothing."""
    for name in ("a.edi", "b.edi"):
        single.hands.drop(f"{QUEUED}/{name}")
    for name in ("a.edi", "b.edi"):
        assert single.hands.exists(QUEUED)
        single.outbox.move(Place(f"{QUEUED}/{name}"), Place(f"failed/112233/445566/order/{name}"))
        single.outbox.close_folder(Place(QUEUED), to=Place("failed/112233/445566/order"))
    single.outbox.close_folder(Place(QUEUED), to=Place("failed/112233/445566/order"))
    assert not single.hands.exists(QUEUED)
    assert single.hands.names("failed/112233/445566/order") == ["a.edi", "b.edi"]


def test_what_a_file_browser_left_goes_where_the_last_file_went(single: World) -> None:
    """Nothing that was dropped is deleted; without a place for it, it stays."""
    to = Place("sent/112233/445566/2026-11-21/order")
    single.hands.drop(f"{QUEUED}/.DS_Store", b"theirs")
    single.outbox.close_folder(Place(QUEUED), to=None)
    assert single.hands.names(QUEUED) == [".DS_Store"]
    single.outbox.close_folder(Place(QUEUED), to=to)
    assert not single.hands.exists(QUEUED)
    assert single.hands.read(f"{to}/.DS_Store") == b"theirs"
    single.hands.drop(f"{QUEUED}/.DS_Store", b"others")
    single.outbox.close_folder(Place(QUEUED), to=to)
    assert single.hands.read(f"{QUEUED}/.DS_Store") == b"others"
    assert single.hands.read(f"{to}/.DS_Store") == b"theirs"
    assert list(single.outbox.strangers(frozenset())) == []


def test_a_folder_with_a_file_of_anybodys_is_never_closed(single: World) -> None:
    """Whoever put it there."""
    single.hands.drop(f"{QUEUED}/.DS_Store")
    single.hands.drop(f"{QUEUED}/late.edi")
    single.outbox.close_folder(Place(QUEUED), to=Place("sent/112233/445566/2026-11-21/order"))
    assert single.hands.names(QUEUED) == [".DS_Store", "late.edi"]


def test_a_pair_folder_is_never_closed(single: World) -> None:
    """A file that stands by itself has left a folder that is not its own."""
    for place in ("queued/112233/445566", "queued/auto", "sent/112233/445566/2026-11-21"):
        single.hands.drop(f"{place}/.DS_Store")
        single.outbox.close_folder(Place(place), to=Place("failed/112233/445566"))
        assert single.hands.exists(f"{place}/.DS_Store")


def test_strangers_in_a_folder_are_found_each_by_its_own(single: World) -> None:
    """Also beside files that have a row; junk, status files and what only looks unfinished are none."""
    for name in ("known.edi", "lost.edi", "known.edi.syncd.json", ".DS_Store"):
        single.hands.drop(f"{QUEUED}/{name}")
    single.hands.drop("queued/auto/whole/a.edi")
    single.hands.drop("queued/auto/junk/Thumbs.db")
    known = frozenset({Place(f"{QUEUED}/known.edi")})
    assert [_told(stranger) for stranger in single.outbox.strangers(known)] == [
        (f"{QUEUED}/lost.edi", NUMBERS, "lost.edi", ["lost.edi"], "order"),
        ("queued/auto/whole/a.edi", AUTO, "a.edi", ["a.edi"], "whole"),
    ]


def _told(stranger: Stranger) -> tuple[object, ...]:
    names = [file.name for file in stranger.files]
    return (stranger.place, stranger.pair, stranger.name, names, stranger.batch)
