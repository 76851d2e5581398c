"""What every tree promises."""

from pathlib import Path

import pytest

from syncd.core.model import Pair, PartnerType
from syncd.core.shown import Partner
from syncd.errors import RootUnusable
from tests.contracts.folder_worlds import (
    KINDS,
    NUMBERS,
    PARTNERS,
    STATIONS,
    World,
    open_numbers,
    open_world,
    world,
)


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def learn(made: World) -> None:
    made.tree.make_pairs(stations=STATIONS, partners=PARTNERS, used=())


def test_a_new_root_is_prepared_once_and_checked_often(kind: str, tmp_path: Path) -> None:
    """Preparing is safe to repeat."""
    made = world(kind, tmp_path)
    made.tree.prepare()
    made.tree.prepare()
    made.tree.check()
    assert made.hands.exists(".syncd/root.json")


def test_a_root_that_is_not_prepared_is_refused(kind: str, tmp_path: Path) -> None:
    """Nothing is made by looking."""
    made = world(kind, tmp_path)
    with pytest.raises(RootUnusable, match="no marker"):
        made.tree.check()
    assert made.hands.names("") == []


def test_a_known_root_without_its_marker_is_never_made_anew(kind: str, tmp_path: Path) -> None:
    """An unmounted disk is an empty folder: a second tree there would swallow messages."""
    made = world(kind, tmp_path, known=True)
    with pytest.raises(RootUnusable, match="no marker"):
        made.tree.prepare()
    assert made.hands.names("") == []


def test_a_marker_that_vanishes_pauses_the_account(kind: str, tmp_path: Path) -> None:
    """Also within the life of one process."""
    made = open_world(kind, tmp_path)
    made.hands.take(".syncd/root.json")
    with pytest.raises(RootUnusable, match="no marker"):
        made.tree.check()
    with pytest.raises(RootUnusable, match="no marker"):
        made.tree.prepare()


def test_another_states_marker_is_refused(kind: str, tmp_path: Path) -> None:
    """Two syncds in one tree would send twice."""
    theirs = world(kind, tmp_path, state_id="other")
    theirs.tree.prepare()
    marker = theirs.hands.read(".syncd/root.json")
    ours = world(kind, tmp_path)
    ours.hands.drop(".syncd/root.json", marker)
    with pytest.raises(RootUnusable, match="belongs to another"):
        ours.tree.prepare()


def test_folders_are_made_for_every_pair_and_type(kind: str, tmp_path: Path) -> None:
    """An inbox with each outbox; in both types, test has its suffix."""
    made = open_world(kind, tmp_path)
    for pair in ("ACME/WALMART", "ACME/WALMART.test"):
        assert made.hands.exists(f"outbox/{pair}")
        assert made.hands.exists(f"inbox/{pair}")


def test_by_partner_puts_the_folders_into_the_pairs(kind: str, tmp_path: Path) -> None:
    """The tree that SFTP users of the gateway have."""
    made = open_world(kind, tmp_path, layout="by-partner")
    assert made.hands.exists("ACME/WALMART/outbox")
    assert made.hands.exists("ACME/WALMART.test/inbox")


def test_used_makes_folders_for_pairs_with_traffic(kind: str, tmp_path: Path) -> None:
    """And for no other."""
    made = world(kind, tmp_path, make_folders="used")
    made.tree.prepare()
    used = [Pair(station="ACME", partner="WALMART")]
    made.tree.make_pairs(stations=STATIONS, partners=PARTNERS, used=used)
    assert made.hands.exists("outbox/ACME/WALMART")
    assert not made.hands.exists("outbox/ACME/WALMART.test")


def test_there_is_room(kind: str, tmp_path: Path) -> None:
    """In bytes."""
    assert open_world(kind, tmp_path).tree.room() > 0


@pytest.mark.parametrize("layout", ["by-state", "by-partner"])
def test_of_numbers_folders_are_made_for_traffic_and_for_auto(kind: str, tmp_path: Path, layout: str) -> None:
    """What the gateway routes by itself has an outbox only."""
    made = open_numbers(kind, tmp_path, used=(NUMBERS,), layout=layout)
    places = {
        "by-state": ("outbox/auto", "inbox/auto", "outbox/112233/445566", "inbox/112233/445566"),
        "by-partner": ("auto/outbox", "auto/inbox", "112233/445566/outbox", "112233/445566/inbox"),
    }
    assert [made.hands.exists(place) for place in places[layout]] == [True, False, True, True]


def test_the_ids_auto_and_unknown_of_an_as2_partner_stay_encoded(kind: str, tmp_path: Path) -> None:
    """They mean nothing there."""
    made = world(kind, tmp_path)
    made.tree.prepare()
    partners = [Partner(as2_id=name, partner_type=PartnerType.PRODUCTION) for name in ("auto", "unknown")]
    made.tree.make_pairs(stations=STATIONS, partners=partners, used=())
    assert made.hands.exists("outbox/ACME/%61uto")
    assert made.hands.exists("outbox/ACME/%75nknown")
    assert not made.hands.exists("outbox/auto")
