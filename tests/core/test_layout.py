from datetime import UTC, datetime, timedelta, timezone

import pytest

from syncd.core.layout import BY_PARTNER, Layout, Standing, beside, name_of, parent, within
from syncd.core.model import Folder, Place

LATE = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("layout", "pair_folder", "place"),
    [
        (Layout(), "ACME/W", "sent/ACME/W/a.edi"),
        (Layout(), "walmart", "sent/walmart/a.edi"),
        (Layout(), "", "sent/a.edi"),
        (Layout(BY_PARTNER), "ACME/W", "ACME/W/sent/a.edi"),
        (Layout(BY_PARTNER), "walmart", "walmart/sent/a.edi"),
    ],
)
def test_a_place_has_folder_and_pair(layout: Layout, pair_folder: str, place: str) -> None:
    """In the order of the layout."""
    assert layout.place(Folder.SENT, pair_folder, "a.edi") == place


@pytest.mark.parametrize("kind", ["by-state", "by-partner"])
@pytest.mark.parametrize("pair_folder", ["ACME/W", "walmart"])
@pytest.mark.parametrize("rest", ["a.edi", "2026-11-21/a.edi", ""])
@pytest.mark.parametrize("folder", list(Folder))
def test_a_place_can_be_read_back(kind: str, pair_folder: str, rest: str, folder: Folder) -> None:
    """Knowing the friendly folders."""
    layout = Layout(kind)
    place = layout.place(folder, pair_folder, rest)
    standing = Standing(folder=folder, pair_folder=pair_folder, rest=rest)
    assert layout.read(place, friendly={"walmart"}) == standing


@pytest.mark.parametrize("kind", ["by-state", "by-partner"])
@pytest.mark.parametrize("place", ["", "x", ".syncd/staging/1/0", "ACME/W", "sent"])
def test_what_is_no_pairs_place_is_none(kind: str, place: str) -> None:
    """Nothing is guessed."""
    assert Layout(kind).read(Place(place)) is None


@pytest.mark.parametrize(
    ("place", "inside"),
    [
        ("queued/A/W/a.edi", False),
        ("queued/A/W/order/a.edi", True),
        ("sent/A/W/2026-11-21/a.edi", False),
        ("sent/A/W/2026-11-21/order/a.edi", True),
        ("queued/auto/order/a.edi", True),
    ],
)
def test_what_stands_in_a_dropped_folder_is_told_from_what_stands_alone(place: str, inside: bool) -> None:
    """In every folder of the tree."""
    standing = Layout().read(Place(place), friendly={"auto"})
    assert standing is not None
    assert standing.is_inside == inside


def test_only_sent_has_a_folder_a_day() -> None:
    """In the given zone, not in UTC."""
    zone = timezone(timedelta(hours=1))
    assert Layout().dated(Folder.SENT, "A/W", now=LATE, zone=zone) == "sent/A/W/2026-11-22"
    assert Layout(BY_PARTNER).dated(Folder.SENT, "A/W", now=LATE, zone=UTC) == "A/W/sent/2026-11-21"
    assert Layout().dated(Folder.FAILED, "A/W", now=LATE, zone=zone) == "failed/A/W"


def test_places_have_parents_and_names() -> None:
    """Up to the root, which is the empty place."""
    assert parent(Place("a/b/c")) == "a/b"
    assert parent(Place("a")) == ""
    assert name_of(Place("a/b/c")) == "c"
    assert within(Place(""), "a") == "a"
    assert beside(Place("a/b"), "c") == "a/c"
