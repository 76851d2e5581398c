"""Whose a message is, and what becomes of names that are hard to bear."""

from collections.abc import Iterator

import pytest

from syncd.core.model import Direction
from syncd.sandbox import Partner, Sandbox, Switches, World
from tests.e2e.harness import Ground
from tests.e2e.invariants import faults
from tests.e2e.worlds import with_partners

HARD_IDS = (
    "a/b",
    "what?",
    "no#1",
    "with space",
    "<angle>",
    "per%cent",
    ".dot",
    "tild~e",
    "ünï",
    "x.test",
    "auto",
)


@pytest.fixture
def world() -> World:
    both = (Partner(as2_id="BOTH"), Partner(as2_id="BOTH", partner_type="test"))
    only_test = Partner(as2_id="ONLY", partner_type="test")
    own = ("RJ_Station", "SELF")
    return with_partners("RJ_Partner", "SELF", *both, only_test, *HARD_IDS, stations=own)


@pytest.fixture(params=("station", "partner"))
def reading(request: pytest.FixtureRequest, world: World) -> Iterator[Sandbox]:
    """Both readings of senderId on a received message."""
    with Sandbox(world=world, switches=Switches(sender_on_received=request.param)) as opened:
        yield opened


def test_a_received_message_stands_under_our_station_whatever_sender_means(
    reading: Sandbox, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The lists say which id is ours; where they cannot, what the clear ones showed."""
    ground = Ground(reading, tmp_path_factory.mktemp("ground"))
    reading.deliver(files={"clear.edi": b"UNA clear"})
    reading.deliver(files={"own.edi": b"UNA own"}, station="RJ_Station", partner="SELF")

    ground.run()

    assert sorted(ground.files("inbox")) == [
        "RJ_Station/RJ_Partner/clear.edi",
        "RJ_Station/SELF/own.edi",
    ]
    assert faults(ground) == []


def test_test_and_production_partners_have_folders_of_their_own(ground: Ground, box: Sandbox) -> None:
    """An id that lives in both types has `.test` for its test side; in one type only, it needs none."""
    box.deliver(files={"p.edi": b"UNA p"}, partner="BOTH")
    box.deliver(files={"t.edi": b"UNA t"}, partner="BOTH", partner_type="test")
    box.deliver(files={"o.edi": b"UNA o"}, partner="ONLY", partner_type="test")
    for partner in ("BOTH", "BOTH.test", "ONLY"):
        ground.drop("out.edi", partner.encode(), pair=f"RJ_Station/{partner}")

    ground.settle()

    assert sorted(ground.files("inbox")) == [
        "RJ_Station/BOTH.test/t.edi",
        "RJ_Station/BOTH/p.edi",
        "RJ_Station/ONLY/o.edi",
    ]
    accepted = {(record.partner, record.partner_type, record.files[0].size) for record in box.ledger.sent}
    assert accepted == {("BOTH", "production", 4), ("BOTH", "test", 9), ("ONLY", "test", 4)}
    assert faults(ground) == []


def test_ids_that_no_folder_can_carry_work_both_ways(ground: Ground, box: Sandbox) -> None:
    """A slash, a question mark, brackets …: encoded in the folder's name, told to the gateway as they are."""
    ground.run()
    folders = sorted(path.name for path in (ground.root / "outbox/RJ_Station").iterdir())
    for partner in HARD_IDS:
        box.deliver(files={"in.edi": f"UNA in {partner}".encode()}, partner=partner)
    for folder in folders:
        ground.drop("out.edi", f"UNA out {folder}".encode(), pair=f"RJ_Station/{folder}")

    ground.settle()

    assert {record.partner for record in box.ledger.sent} >= set(HARD_IDS)
    inbound = {row.pair.partner: row.state for row in ground.rows() if row.direction is Direction.INBOUND}
    assert inbound == dict.fromkeys(HARD_IDS, "received")
    assert set(ground.states().values()) == {"sent"}
    assert faults(ground) == []


@pytest.mark.parametrize("bare", [False, True], ids=("brackets", "bare"))
def test_message_ids_with_letters_of_an_address_are_told_apart(
    ground: Ground, box: Sandbox, bare: bool
) -> None:
    """Percent signs, slashes, question marks and spaces in a message id break neither path nor archive."""
    box.switch(listed_ids="bare" if bare else "brackets", zip_folder="bare" if bare else "brackets")
    ids = ("a/b@x", "a%2Fb@x", "a?b#c@x", "a b@x", "a<b>c@x", "ü@x", "a\\b@x", "..", "a;b=c&d@x")
    for number, message_id in enumerate(ids):
        box.deliver(files={"in.edi": f"UNA {number}".encode()}, message_id=message_id)

    ground.run()
    ground.run()

    assert all(record.is_read for record in box.ledger.received)
    assert len(ground.names("inbox")) == len(ids)
    assert faults(ground) == []


UNSAFE = {
    "../../escape.edi": "_.._escape.edi",
    "/etc/passwd": "_etc_passwd",
    ".hidden": "hidden",
    "a.tmp": "a.tmp_",
    "x.syncd.json": "x.syncd.json_",
    "~lock": "_lock",
    "-rf": "_rf",
    "new\nline.edi": "newline.edi",
    "\u202egpj.exe": "gpj.exe",
    "": "attachment-1",
    "größe ✓.edi": "größe ✓.edi",
}


def test_names_from_outside_can_do_no_harm(ground: Ground, box: Sandbox) -> None:
    """Nothing leaves the inbox, hides in it, or looks like ours; the first name stays on record."""
    for name in UNSAFE:
        box.deliver(files={name: f"UNA {name}".encode()})
    long = "ä" * 150 + ".edi"
    box.deliver(files={long: b"UNA long"})

    ground.run()

    names = {path.rpartition("/")[2] for path in ground.all_files("inbox")}
    shortened = names - set(UNSAFE.values())
    assert names - shortened == set(UNSAFE.values())
    assert [name[-5:] for name in shortened] == ["ä.edi"]
    assert all(len(name.encode()) <= 200 for name in names)
    assert {row.files[0].name for row in ground.rows()} == {*UNSAFE, long}
    assert sorted(path.name for path in ground.folder.iterdir()) == [
        "collected",
        "root",
        "state",
        "syncd.toml",
    ]
    assert faults(ground) == []


def test_names_that_people_give_reach_the_partner_letter_for_letter(ground: Ground, box: Sandbox) -> None:
    """Spaces, umlauts, quotes, percent signs, two hundred bytes: as dropped."""
    names = (
        "größe ✓.edi",
        "a b.edi",
        'quo"te.edi',
        "100%.edi",
        "%41.edi",
        "=?utf-8?q?a?=.edi",
        "n" * 196 + ".edi",
    )
    for name in names:
        ground.drop(name, name.encode())

    ground.settle()

    assert {record.files[0].name for record in box.ledger.sent} == set(names)
    assert sorted(ground.names("sent")) == sorted(names)
    assert faults(ground) == []
