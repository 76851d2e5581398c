"""What every outbox promises."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from syncd.core import status_file
from syncd.core.model import File, Folder, Message, Pair, PartnerType, Place
from syncd.errors import FileChanged, FileGone, NameTaken
from syncd.ports.folders import Stranger
from tests.contracts.folder_worlds import (
    AUTO,
    KINDS,
    NOON,
    NUMBERS,
    PAIR,
    TEST_PAIR,
    World,
    claimed,
    inbound,
    open_numbers,
    open_world,
    world,
)

OUTBOX = "outbox/ACME/WALMART"
SETTLE = timedelta(seconds=2)


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def outbox(kind: str, tmp_path: Path) -> World:
    return open_world(kind, tmp_path)


# What is taken ------------------------------------------------------------------------------------


def test_a_file_is_ready_when_it_has_kept_still(outbox: World) -> None:
    """Not before: measured between scans."""
    outbox.hands.drop(f"{OUTBOX}/a.edi")
    assert outbox.outbox.scan().ready == ()
    outbox.clock.pass_time(SETTLE - timedelta(milliseconds=10))
    assert outbox.outbox.scan().ready == ()
    assert outbox.outbox.next_settled() == pytest.approx(
        timedelta(milliseconds=10), abs=timedelta(milliseconds=1)
    )
    outbox.clock.pass_time(timedelta(milliseconds=10))
    (dropped,) = outbox.outbox.scan().ready
    assert (dropped.name, dropped.pair, dropped.refusal) == ("a.edi", PAIR, None)
    assert [(file.name, file.size) for file in dropped.files] == [("a.edi", 4)]


def test_a_file_that_changes_settles_anew(outbox: World) -> None:
    """Its size, its time or its inode."""
    outbox.hands.drop(f"{OUTBOX}/a.edi", b"1")
    outbox.outbox.scan()
    outbox.clock.pass_time(SETTLE)
    outbox.hands.drop(f"{OUTBOX}/a.edi", b"12")
    assert outbox.outbox.scan().ready == ()
    assert outbox.outbox.next_settled() == pytest.approx(SETTLE, abs=timedelta(milliseconds=1))


def test_with_nothing_to_settle_time_changes_nothing(outbox: World) -> None:
    """So nobody waits for it."""
    outbox.outbox.scan()
    assert outbox.outbox.next_settled() is None


def test_the_oldest_comes_first(outbox: World) -> None:
    """By the time of the file."""
    outbox.hands.drop(f"{OUTBOX}/z.edi")
    outbox.hands.drop(f"{OUTBOX}.test/a.edi")
    assert [dropped.pair for dropped in outbox.ready()] == [PAIR, TEST_PAIR]


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        *(("a.tmp", "*.tmp"), ("A.PART", "*.part"), (".a.edi", ".*"), ("~a", "~*"), ("a~", "*~")),
        ("x.mine", "*.mine"),
    ],
)
def test_an_ignored_name_is_never_taken_and_is_named(
    kind: str, tmp_path: Path, name: str, pattern: str
) -> None:
    """Ours and the user's own, without case; with the pattern."""
    made = open_world(kind, tmp_path, ignore=("*.MINE",))
    made.hands.drop(f"{OUTBOX}/{name}")
    assert made.ready() == ()
    (left,) = made.outbox.scan().not_taken
    assert (left.place, left.reason) == (f"{OUTBOX}/{name}", f"its name matches the ignore pattern {pattern}")


def test_a_folder_is_one_message(outbox: World) -> None:
    """Taken when all that is in it has kept still for twice as long."""
    outbox.hands.drop(f"{OUTBOX}/order/b.edi", b"22")
    outbox.hands.drop(f"{OUTBOX}/order/a.edi", b"1")
    assert outbox.scan_later(SETTLE).ready == ()
    outbox.clock.pass_time(SETTLE)
    (dropped,) = outbox.outbox.scan().ready
    assert (dropped.name, dropped.is_folder) == ("order", True)
    assert [file.name for file in dropped.files] == ["a.edi", "b.edi"]


def test_a_status_file_that_came_back_goes_along(outbox: World) -> None:
    """It is no message by itself."""
    outbox.hands.drop(f"{OUTBOX}/a.edi")
    outbox.hands.drop(f"{OUTBOX}/a.edi.syncd.json", b"{}")
    (dropped,) = outbox.ready()
    assert dropped.status_place == f"{OUTBOX}/a.edi.syncd.json"


def test_a_status_file_alone_is_not_taken(outbox: World) -> None:
    """It is named."""
    outbox.hands.drop(f"{OUTBOX}/a.edi.syncd.json", b"{}")
    assert outbox.ready() == ()
    assert "status file" in outbox.outbox.scan().not_taken[0].reason


# What is refused ----------------------------------------------------------------------------------


def test_an_empty_file_gets_its_time_and_is_refused(outbox: World) -> None:
    """Ten times settle."""
    outbox.hands.drop(f"{OUTBOX}/a.edi", b"")
    assert outbox.scan_later(SETTLE * 9).ready == ()
    outbox.clock.pass_time(SETTLE)
    (dropped,) = outbox.outbox.scan().ready
    assert dropped.refusal is not None
    assert "empty" in dropped.refusal


def test_eleven_files_are_refused(outbox: World) -> None:
    """The gateway takes ten."""
    for number in range(11):
        outbox.hands.drop(f"{OUTBOX}/order/{number}.edi")
    (dropped,) = outbox.ready()
    assert "11 files" in str(dropped.refusal)


def test_too_many_bytes_are_refused(outbox: World) -> None:
    """The last byte decides."""
    outbox.hands.drop(f"{OUTBOX}/fits.edi", bytes(10 * 1_048_576))
    outbox.hands.drop(f"{OUTBOX}/over.edi", bytes(10 * 1_048_576 + 1))
    fits, over = outbox.ready()
    assert fits.refusal is None
    assert "bytes" in str(over.refusal)


@pytest.mark.parametrize(
    ("place", "pair", "failed"),
    [
        ("outbox/ACME/NOBODY/a.edi", Pair(station="ACME", partner="NOBODY"), "failed/ACME/NOBODY/a.edi"),
        (
            "outbox/ACME/NO.test/a.edi",
            Pair(station="ACME", partner="NO", partner_type=PartnerType.TEST),
            "failed/ACME/NO.test/a.edi",
        ),
        (
            "outbox/OTHER/WALMART/a.edi",
            Pair(station="OTHER", partner="WALMART"),
            "failed/OTHER/WALMART/a.edi",
        ),
        ("outbox/ACME/a.edi", Pair(station="ACME", partner=""), "failed/ACME/a.edi"),
        ("outbox/a.edi", Pair(station="", partner=""), "failed/a.edi"),
    ],
)
def test_what_stands_under_no_pair_is_refused(outbox: World, place: str, pair: Pair, failed: str) -> None:
    """And goes to the same place under failed/."""
    outbox.hands.drop(place)
    (dropped,) = outbox.ready()
    assert dropped.pair == pair
    assert dropped.refusal
    assert outbox.outbox.free_place(Folder.FAILED, dropped.pair, dropped.name, now=NOON) == failed


@pytest.mark.parametrize(
    ("place", "failed"),
    [
        ("outbox/ACME/445566/a.edi", "failed/ACME/445566/a.edi"),
        ("outbox/112233/unknown/a.edi", "failed/112233/unknown/a.edi"),
        ("outbox/112233/007/a.edi", "failed/112233/007/a.edi"),
    ],
)
def test_where_ids_are_numbers_other_names_are_refused(
    kind: str, tmp_path: Path, place: str, failed: str
) -> None:
    """And what is refused goes to the same place under failed/."""
    made = open_numbers(kind, tmp_path)
    made.hands.drop(place)
    (dropped,) = made.ready()
    assert "no ECGrid ID" in str(dropped.refusal)
    assert made.outbox.free_place(Folder.FAILED, dropped.pair, dropped.name, now=NOON) == failed


@pytest.mark.parametrize("layout", ["by-state", "by-partner"])
def test_any_two_numbers_and_auto_are_taken_before_any_list_is_known(
    kind: str, tmp_path: Path, layout: str
) -> None:
    """In folders that a person made; whatever is taken from auto stays under auto."""
    made = world(kind, tmp_path, numbered=True, layout=layout, make_folders="none")
    made.tree.prepare()
    turn = (lambda place: place) if layout == "by-state" else _turned
    for place in ("outbox/auto/a.edi", "outbox/112233/445566/b.edi"):
        made.hands.drop(turn(place))
    assert [(dropped.pair, dropped.refusal) for dropped in made.ready()] == [(AUTO, None), (NUMBERS, None)]
    free = [
        made.outbox.free_place(folder, AUTO, "a.edi", now=NOON)
        for folder in (Folder.QUEUED, Folder.SENT, Folder.FAILED, Folder.HELD)
    ]
    wanted = ["queued/auto/a.edi", "sent/auto/2026-11-21/a.edi", "failed/auto/a.edi", "held/auto/a.edi"]
    assert free == [turn(place) for place in wanted]


def _turned(place: str) -> str:
    """The same place in the other layout."""
    folder, _, rest = place.partition("/")
    depth = 1 if rest.startswith("auto") else 2
    parts = rest.split("/")
    return "/".join([*parts[:depth], folder, *parts[depth:]])


def test_strangers_under_auto_are_found(kind: str, tmp_path: Path) -> None:
    """With their pair."""
    made = open_numbers(kind, tmp_path)
    made.hands.drop("queued/auto/lost.edi")
    (stranger,) = made.outbox.strangers(frozenset())
    assert _told(stranger) == ("queued/auto/lost.edi", AUTO, "lost.edi", ["lost.edi"], None)


def test_nothing_is_refused_before_the_gateways_lists_are_known(kind: str, tmp_path: Path) -> None:
    """An empty list proves nothing about a folder."""
    made = world(kind, tmp_path)
    made.tree.prepare()
    made.hands.drop(f"{OUTBOX}/a.edi")
    assert made.ready() == ()
    assert "not known yet" in made.outbox.scan().not_taken[0].reason


# Moves --------------------------------------------------------------------------------------------


def test_a_taken_name_gets_a_number(outbox: World) -> None:
    """Also when only its status file stands there, or when it is promised."""
    outbox.hands.drop("queued/ACME/WALMART/a.edi")
    outbox.hands.drop("queued/ACME/WALMART/a~2.edi.syncd.json")
    places = [outbox.outbox.free_place(Folder.QUEUED, PAIR, "a.edi", now=NOON) for _ in range(2)]
    assert places == ["queued/ACME/WALMART/a~3.edi", "queued/ACME/WALMART/a~4.edi"]


def test_a_place_that_a_message_counts_on_is_not_free(outbox: World) -> None:
    """Though nothing stands there; what is told anew takes the place of what was told."""
    kept = Place("queued/ACME/WALMART/a.edi")
    outbox.outbox.keep_free([kept])
    outbox.outbox.keep_free([kept])
    taken = outbox.outbox.free_place(Folder.QUEUED, PAIR, "a.edi", now=NOON)
    assert taken != kept
    outbox.outbox.keep_free([])
    assert outbox.outbox.free_place(Folder.QUEUED, PAIR, "a.edi", now=NOON) == kept


def test_sent_has_a_folder_a_day_in_the_zone(kind: str, tmp_path: Path) -> None:
    """22:30 in UTC is the next day in Berlin."""
    made = open_world(kind, tmp_path, zone=ZoneInfo("Europe/Berlin"))
    late = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
    place = made.outbox.free_place(Folder.SENT, PAIR, "a.edi", now=late)
    assert place == "sent/ACME/WALMART/2026-07-02/a.edi"


def test_a_move_keeps_the_identity(outbox: World) -> None:
    """By which recovery knows that the rename was done; for folders too."""
    outbox.hands.drop(f"{OUTBOX}/a.edi")
    outbox.hands.drop(f"{OUTBOX}/order/a.edi")
    for dropped in outbox.ready():
        message = claimed(outbox, dropped)
        assert message.place is not None
        assert outbox.outbox.identity(dropped.place) is None
        assert outbox.outbox.identity(message.place) == dropped.identity


def test_a_move_of_what_is_gone_says_so(outbox: World) -> None:
    """A person took it."""
    with pytest.raises(FileGone):
        outbox.outbox.move(Place(f"{OUTBOX}/a.edi"), Place("queued/ACME/WALMART/a.edi"))
    assert not outbox.hands.exists("queued/ACME/WALMART/a.edi")


def test_a_move_overwrites_nothing(outbox: World) -> None:
    """Both stay as they were."""
    outbox.hands.drop(f"{OUTBOX}/a.edi", b"ours")
    outbox.hands.drop("queued/ACME/WALMART/a.edi", b"theirs")
    with pytest.raises(NameTaken):
        outbox.outbox.move(Place(f"{OUTBOX}/a.edi"), Place("queued/ACME/WALMART/a.edi"))
    assert outbox.hands.read(f"{OUTBOX}/a.edi") == b"ours"
    assert outbox.hands.read("queued/ACME/WALMART/a.edi") == b"theirs"


# Reading and status files -------------------------------------------------------------------------


def hashed(message: Message, contents: Mapping[str, bytes]) -> Message:
    """The message with the hashes of what was sent."""
    files = [
        File(name=name, size=len(content), sha256=hashlib.sha256(content).hexdigest())
        for name, content in contents.items()
    ]
    return replace(message, files=tuple(files))


@pytest.mark.parametrize("contents", [{"a.edi": b"1"}, {"a.edi": b"1", "b.edi": b"2"}])
def test_a_copy_is_claimed_and_the_file_stays(outbox: World, contents: Mapping[str, bytes]) -> None:
    """A file or a folder; it is read as what it was made of."""
    whole = len(contents) > 1
    for name, content in contents.items():
        outbox.hands.drop(f"{OUTBOX}/whole/{name}" if whole else f"{OUTBOX}/{name}", content)
    message = hashed(claimed(outbox, outbox.ready()[0]), contents)

    copy = outbox.outbox.copy(message)

    outbox.outbox.clear_copies(frozenset({copy}))
    outbox.outbox.move(copy, Place("queued/ACME/WALMART/again"))
    again = replace(message, place=Place("queued/ACME/WALMART/again"))
    assert dict(outbox.outbox.read(again)) == dict(outbox.outbox.read(message)) == contents


def test_a_copy_that_nobody_knows_is_removed(outbox: World) -> None:
    """A crash left it behind."""
    outbox.hands.drop(f"{OUTBOX}/a.edi", b"1")
    message = hashed(claimed(outbox, outbox.ready()[0]), {"a.edi": b"1"})
    copy = outbox.outbox.copy(message)
    outbox.outbox.clear_copies(frozenset())
    assert outbox.outbox.identity(copy) is None


def test_only_what_was_sent_is_copied(outbox: World) -> None:
    """Other bytes are refused, and nothing is left; what is gone says so."""
    outbox.hands.drop(f"{OUTBOX}/a.edi", b"1")
    message = hashed(claimed(outbox, outbox.ready()[0]), {"a.edi": b"2"})
    with pytest.raises(FileChanged):
        outbox.outbox.copy(message)
    assert outbox.hands.names(".syncd/copies") == []
    outbox.hands.take(str(message.place))
    with pytest.raises(FileGone):
        outbox.outbox.copy(message)


def test_the_partner_gets_the_dropped_name(outbox: World) -> None:
    """Whatever the name in queued/ is."""
    outbox.hands.drop("queued/ACME/WALMART/a.edi")
    outbox.hands.drop(f"{OUTBOX}/a.edi", b"content")
    (dropped,) = outbox.ready()
    message = claimed(outbox, dropped)
    assert message.place == "queued/ACME/WALMART/a~2.edi"
    assert outbox.outbox.read(message) == (("a.edi", b"content"),)


def test_a_folder_is_read_by_name(outbox: World) -> None:
    """Each file with its own name."""
    outbox.hands.drop(f"{OUTBOX}/order/b", b"2")
    outbox.hands.drop(f"{OUTBOX}/order/a", b"1")
    (dropped,) = outbox.ready()
    assert outbox.outbox.read(claimed(outbox, dropped)) == (("a", b"1"), ("b", b"2"))


def test_reading_what_is_gone_says_so(outbox: World) -> None:
    """A person took it."""
    outbox.hands.drop(f"{OUTBOX}/a.edi")
    (dropped,) = outbox.ready()
    message = claimed(outbox, dropped)
    outbox.hands.take(str(message.place))
    with pytest.raises(FileGone):
        outbox.outbox.read(message)


def test_a_status_file_is_written_read_and_removed(outbox: World) -> None:
    """Beside its place, before what it describes is there."""
    place = Place("failed/ACME/WALMART/a.edi")
    message = replace(inbound("00000001", ()), reason="no")
    outbox.outbox.write_status(place, b"old")
    outbox.outbox.write_status(place, status_file.render(message))
    status = Place("failed/ACME/WALMART/a.edi.syncd.json")
    told = outbox.outbox.read_status(status)
    assert told is not None
    assert told["reason"] == "no"
    outbox.outbox.write_status(place, None)
    outbox.outbox.write_status(place, None)
    assert outbox.outbox.read_status(status) is None


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"version": 1}', b"\xff\xfe"])
def test_a_strange_status_file_is_none_of_ours(outbox: World, content: bytes) -> None:
    """Nothing of it is believed."""
    outbox.hands.drop(f"{OUTBOX}/a.edi.syncd.json", content)
    assert outbox.outbox.read_status(Place(f"{OUTBOX}/a.edi.syncd.json")) is None


def test_strangers_in_queued_are_found(outbox: World) -> None:
    """Files and folders without a row, status files left out."""
    for place in ("known.edi", "lost.edi", "order/a", "known.edi.syncd.json"):
        outbox.hands.drop(f"queued/ACME/WALMART/{place}")
    known = frozenset({Place("queued/ACME/WALMART/known.edi")})
    assert [_told(stranger) for stranger in outbox.outbox.strangers(known)] == [
        ("queued/ACME/WALMART/lost.edi", PAIR, "lost.edi", ["lost.edi"], None),
        ("queued/ACME/WALMART/order", PAIR, "order", ["a"], None),
    ]


def _told(stranger: Stranger) -> tuple[object, ...]:
    names = [file.name for file in stranger.files]
    return (stranger.place, stranger.pair, stranger.name, names, stranger.batch)
