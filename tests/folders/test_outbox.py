import os
import stat
from datetime import timedelta
from pathlib import Path

import pytest

from syncd.core.account import PairRules, PartnerTable
from syncd.core.model import Folder, Place
from syncd.errors import FileChanged, FileTooLarge, FolderError
from syncd.folders.listing import NAMED_ONE_BY_ONE
from tests.contracts.folder_worlds import NOON, PAIR, World, claimed, open_world, outbound

OUTBOX = "outbox/ACME/WALMART"
SETTLE = timedelta(seconds=2)


@pytest.fixture
def outbox(tmp_path: Path) -> World:
    return open_world("disk", tmp_path)


@pytest.fixture
def here(outbox: World, tmp_path: Path) -> Path:
    return tmp_path / OUTBOX


def left(world: World) -> dict[str, str]:
    """What is not taken, by name, and why."""
    world.ready()
    return {item.place.rpartition("/")[2]: item.reason for item in world.outbox.scan().not_taken}


# What is not taken --------------------------------------------------------------------------------


def test_links_fifos_and_sockets_stay_and_are_named(outbox: World, here: Path) -> None:
    """They are never followed, and a person is asked for."""
    (here / "link").symlink_to("/etc/hostname")
    (here / "broken").symlink_to("nowhere")
    os.mkfifo(here / "fifo")
    os.mknod(here / "socket", stat.S_IFSOCK | 0o600)
    assert set(left(outbox)) == {"link", "broken", "fifo", "socket"}
    assert all(item.needs_person and item.since for item in outbox.outbox.scan().not_taken)


def test_a_linked_pair_folder_is_not_entered(outbox: World, tmp_path: Path) -> None:
    """Nor is what stands in it anybody's message."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/a.edi").write_text("secret")
    (tmp_path / "outbox/ACME/LINKED").symlink_to(tmp_path / "elsewhere")
    assert outbox.ready() == ()
    assert "a link" in left(outbox)["LINKED"]


def test_a_second_hard_link_waits(outbox: World, here: Path) -> None:
    """Until it is the only name."""
    (here / "a.edi").write_text("x")
    os.link(here / "a.edi", here.parent.parent.parent / "other")
    assert "hard link" in left(outbox)["a.edi"]
    (here.parent.parent.parent / "other").unlink()
    assert len(outbox.ready()) == 1


def test_a_file_held_open_for_writing_waits(outbox: World, here: Path) -> None:
    """However still it keeps."""
    with (here / "a.edi").open("wb") as writer:
        writer.write(b"half")
        writer.flush()
        assert left(outbox) == {"a.edi": "it is held open for writing"}
    assert len(outbox.ready()) == 1


def test_a_name_that_nobody_can_be_told_stays(outbox: World, here: Path) -> None:
    """Control characters and bytes that are no UTF-8; shown so that they can be printed."""
    (here / "a\nb.edi").write_text("x")
    Path(os.fsdecode(os.fsencode(here) + b"/\xff.edi")).write_text("x")
    reasons = left(outbox)
    assert len(reasons) == 2
    assert all(name.isprintable() and name.isascii() for name in reasons)
    assert all("rename it" in reason for reason in reasons.values())


def test_what_settles_says_how_long_and_whether_it_still_changes(outbox: World, here: Path) -> None:
    """Changing is what two looks tell; a folder keeps still for twice as long."""
    (here / "a.edi").write_text("x")
    (here / "order").mkdir()
    (here / "order/b.edi").write_text("x")
    told = [item.reason for item in outbox.outbox.scan().not_taken]
    taken = "it is taken when it has kept still for"
    assert sorted(told) == [f"it is settling; {taken} 2 s", f"it is settling; {taken} 4 s"]
    (here / "a.edi").write_text("xy")
    outbox.clock.pass_time(SETTLE)
    told = [item.reason for item in outbox.outbox.scan().not_taken]
    assert sorted(told) == [f"it is settling; {taken} 4 s", f"it is still changing; {taken} 2 s"]


def test_many_ignored_names_are_named_together(outbox: World, here: Path) -> None:
    """Without a look at any of them."""
    for number in range(NAMED_ONE_BY_ONE + 1):
        (here / f"{number}.tmp").write_text("x")
    (here / "Thumbs.db").write_text("x")
    (item,) = outbox.outbox.scan().not_taken
    assert item.place == OUTBOX
    assert item.reason.startswith(f"{NAMED_ONE_BY_ONE + 1} names in it match")


def test_it_is_told_since_when_something_stays(outbox: World, here: Path) -> None:
    """From the first scan that saw it."""
    (here / "link").symlink_to("x")
    first = outbox.outbox.scan().not_taken[0].since
    outbox.clock.pass_time(timedelta(hours=1))
    assert outbox.outbox.scan().not_taken[0].since == first


# Dropped folders ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        ("mkdir order/inner", "sub-folder"),
        ("ln -s x order/link", "a link"),
        ("mkfifo order/fifo", "a FIFO"),
        ("touch order/x.part", "unfinished"),
        ("touch order/.hidden", "unfinished"),
        ("ln order/a.edi second~", "hard link"),
        ("rm order/a.edi", "holds no file"),
    ],
)
def test_a_folder_with_a_hitch_stays_and_is_named(outbox: World, here: Path, make: str, reason: str) -> None:
    """Nothing is taken in parts."""
    (here / "order").mkdir()
    (here / "order/a.edi").write_text("x")
    assert os.system(f"cd {here} && {make}") == 0
    assert outbox.ready() == ()
    assert reason in left(outbox)["order"]


def test_what_file_browsers_leave_is_no_part_of_a_message(outbox: World, here: Path) -> None:
    """Nor is a status file inside."""
    (here / "order").mkdir()
    for name in (".DS_Store", "Thumbs.db", "desktop.ini", "a.edi", "a.edi.syncd.json"):
        (here / "order" / name).write_text("x")
    (dropped,) = outbox.ready()
    assert [file.name for file in dropped.files] == ["a.edi"]
    message = claimed(outbox, dropped)
    assert outbox.outbox.read(message) == (("a.edi", b"x"),)
    assert outbox.outbox.identity(message.place or Place("")) == dropped.identity


def test_a_file_added_to_a_folder_settles_it_anew(outbox: World, here: Path) -> None:
    """The list of entries has to keep still as well."""
    (here / "order").mkdir()
    (here / "order/a").write_text("x")
    outbox.scan_later(2 * SETTLE - timedelta(milliseconds=1))
    (here / "order/b").write_text("x")
    assert outbox.scan_later(SETTLE).ready == ()
    outbox.clock.pass_time(SETTLE)
    assert len(outbox.outbox.scan().ready) == 1


@pytest.mark.parametrize("second", ["A.EDI", "e\u0301.edi"])
def test_two_files_of_one_name_are_refused(outbox: World, here: Path, second: str) -> None:
    """Names that differ by case or composition only are one name where the partner is."""
    (here / "order").mkdir()
    for name in ("a.edi", "\u00e9.edi", second):
        (here / "order" / name).write_text("x")
    (dropped,) = outbox.ready()
    assert "two files of one name" in str(dropped.refusal)


def test_a_folder_held_open_for_writing_waits(outbox: World, here: Path) -> None:
    """Any file in it."""
    (here / "order").mkdir()
    with (here / "order/a").open("wb") as writer:
        writer.write(b"x")
        writer.flush()
        assert left(outbox) == {"order": "it is held open for writing"}


# Done markers -------------------------------------------------------------------------------------


@pytest.fixture
def marked(tmp_path: Path) -> World:
    rules = PairRules(done_marker=".done")
    table = PartnerTable(station="ACME", partner="WALMART", rules=rules)
    return open_world("disk", tmp_path, partners=(table,))


def test_a_file_waits_for_its_done_marker(marked: World, tmp_path: Path) -> None:
    """Both still; the marker is no message, and goes along."""
    (tmp_path / OUTBOX / "a.edi").write_text("x")
    assert marked.ready() == ()
    assert left(marked) == {"a.edi": "it waits for a.edi.done"}
    (tmp_path / OUTBOX / "a.edi.done").touch()
    (dropped,) = marked.ready()
    message = claimed(marked, dropped)
    assert marked.hands.names("queued/ACME/WALMART") == ["a.edi", "a.edi.done"]
    assert marked.hands.names(OUTBOX) == []
    sent = marked.outbox.free_place(Folder.SENT, PAIR, "a.edi", now=NOON)
    marked.outbox.move(message.place or Place(""), sent)
    assert marked.hands.names("sent/ACME/WALMART/2026-11-21") == ["a.edi", "a.edi.done"]
    assert list(marked.outbox.strangers(frozenset())) == []


def test_a_marker_alone_is_named(marked: World, tmp_path: Path) -> None:
    """It is never sent."""
    (tmp_path / OUTBOX / "a.edi.done").touch()
    assert marked.ready() == ()
    assert left(marked) == {"a.edi.done": "a done marker without its file"}


def test_a_pair_without_the_rule_knows_no_markers(outbox: World, here: Path) -> None:
    """There such a file is a message."""
    (here / "a.edi.done").write_text("x")
    assert [dropped.name for dropped in outbox.ready()] == ["a.edi.done"]


# Moving and reading -------------------------------------------------------------------------------


def test_a_link_in_the_way_is_never_followed(outbox: World, here: Path, tmp_path: Path) -> None:
    """Moves and status files stay in the root."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "queued").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "failed").symlink_to(tmp_path / "elsewhere")
    (here / "a.edi").write_text("x")
    with pytest.raises(FolderError, match="link"):
        outbox.outbox.move(Place(f"{OUTBOX}/a.edi"), Place("queued/ACME/WALMART/a.edi"))
    with pytest.raises(FolderError, match="link"):
        outbox.outbox.write_status(Place("failed/a.edi"), b"{}")
    assert list((tmp_path / "elsewhere").iterdir()) == []
    assert (here / "a.edi").exists()


def test_a_place_never_leads_out_of_the_root(outbox: World) -> None:
    """Whatever a row says."""
    with pytest.raises(FolderError):
        outbox.outbox.write_status(Place("failed/../../x"), b"{}")


def test_a_claimed_file_that_became_a_link_is_not_read(outbox: World, here: Path, tmp_path: Path) -> None:
    """Nothing from outside is ever sent."""
    (here / "a.edi").write_text("x")
    (dropped,) = outbox.ready()
    message = claimed(outbox, dropped)
    (tmp_path / str(message.place)).unlink()
    (tmp_path / str(message.place)).symlink_to("/etc/hostname")
    with pytest.raises(FolderError, match="a link"):
        outbox.outbox.read(message)


def test_a_file_that_is_being_written_is_not_sent(outbox: World, here: Path, tmp_path: Path) -> None:
    """A rename does not stop a writer."""
    (here / "a.edi").write_text("x")
    (dropped,) = outbox.ready()
    message = claimed(outbox, dropped)
    with (tmp_path / str(message.place)).open("ab"), pytest.raises(FileChanged):
        outbox.outbox.read(message)
    assert outbox.outbox.read(message) == (("a.edi", b"x"),)


def test_a_file_that_grew_over_the_limit_is_not_read(outbox: World, tmp_path: Path) -> None:
    """Memory is bounded, whatever stands there."""
    queued = tmp_path / "queued/ACME/WALMART"
    queued.mkdir(parents=True)
    (queued / "a.edi").write_text("x")
    (tmp_path / OUTBOX / "a.edi").write_text("x")
    (dropped,) = outbox.ready()
    os.truncate(queued / "a.edi", 10**9)
    with pytest.raises(FileTooLarge, match="it has 1000000000 bytes, and the gateway takes 10485760"):
        outbox.outbox.read(outbound(dropped, Place("queued/ACME/WALMART/a.edi")))


def test_a_folder_that_grew_over_the_limit_is_not_read(outbox: World, tmp_path: Path) -> None:
    """Refused like a file: it would never become smaller by waiting."""
    outbox.hands.drop(f"{OUTBOX}/order/a.edi")
    (dropped,) = outbox.ready()
    message = claimed(outbox, dropped)
    os.truncate(tmp_path / str(message.place) / "a.edi", 10**9)
    with pytest.raises(FileTooLarge, match="it has 1000000000 bytes"):
        outbox.outbox.read(message)


def test_a_huge_status_file_is_not_read(outbox: World, here: Path) -> None:
    """Nor parsed."""
    (here / "a.edi.syncd.json").write_text("{}")
    os.truncate(here / "a.edi.syncd.json", 10**9)
    assert outbox.outbox.read_status(Place(f"{OUTBOX}/a.edi.syncd.json")) is None


def test_a_name_too_long_for_its_status_file_is_shortened(outbox: World, here: Path) -> None:
    """Here; the partner gets the whole name."""
    name = "a" * 251 + ".edi"
    (here / name).write_text("x")
    (dropped,) = outbox.ready()
    message = claimed(outbox, dropped)
    assert len(str(message.place).rpartition("/")[2]) == 200
    outbox.outbox.write_status(message.place or Place(""), b"{}")
    assert outbox.outbox.read(message) == ((name, b"x"),)


# Layouts ------------------------------------------------------------------------------------------


def test_by_partner_finds_every_outbox(tmp_path: Path) -> None:
    """Known pairs, and folders that stand for none."""
    made = open_world("disk", tmp_path, layout="by-partner")
    made.hands.drop("ACME/WALMART/outbox/a.edi")
    made.hands.drop("ACME/NOBODY/outbox/b.edi")
    made.hands.drop("queued.txt")
    assert {dropped.name: bool(dropped.refusal) for dropped in made.ready()} == {
        "a.edi": False,
        "b.edi": True,
    }


def test_a_friendly_folder_is_an_outbox(tmp_path: Path) -> None:
    """Its sub-folders are messages, not partners."""
    table = PartnerTable(station="ACME", partner="WALMART", rules=PairRules(folder="walmart"))
    made = open_world("disk", tmp_path, partners=(table,))
    made.hands.drop("outbox/walmart/a.edi")
    made.hands.drop("outbox/walmart/order/b.edi")
    assert [(dropped.name, dropped.pair) for dropped in made.ready()] == [("a.edi", PAIR), ("order", PAIR)]
    assert made.outbox.free_place(Folder.QUEUED, PAIR, "a.edi", now=NOON) == "queued/walmart/a.edi"
