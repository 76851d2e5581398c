from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from syncd.core.account import Account, PairRules, PartnerTable
from syncd.core.model import Pair, PartnerType
from syncd.core.pairs import MOST_FOLDERS, PairBook
from syncd.core.shown import Partner, Station

PRODUCTION, TEST = PartnerType.PRODUCTION, PartnerType.TEST
LISTED = {"BOTH": (PRODUCTION, TEST), "PROD": (PRODUCTION,), "TRIAL": (TEST,), "X.test": (PRODUCTION,)}


def book(
    *,
    listed: Mapping[str, tuple[PartnerType, ...]] = LISTED,
    stations: tuple[str, ...] = ("ACME",),
    used: tuple[Pair, ...] = (),
    **rules: Any,  # noqa: ANN401 - the fields of Account
) -> PairBook:
    account = Account(name="acme", gateway="as2gateway", url="", root=Path("/srv/edi"), **rules)
    partners = [Partner(as2_id=name, partner_type=kind) for name, kinds in listed.items() for kind in kinds]
    return PairBook(
        account=account, stations=[Station(as2_id=name) for name in stations], partners=partners, used=used
    )


def pair(partner: str, kind: PartnerType = PRODUCTION) -> Pair:
    return Pair(station="ACME", partner=partner, partner_type=kind)


def table(partner: str = "BOTH", **rules: Any) -> PartnerTable:  # noqa: ANN401 - the fields of PairRules
    return PartnerTable(station="ACME", partner=partner, rules=PairRules(**rules))


EACH = [
    (pair("BOTH"), "ACME/BOTH"),
    (pair("BOTH", TEST), "ACME/BOTH.test"),
    (pair("PROD"), "ACME/PROD"),
    (pair("TRIAL", TEST), "ACME/TRIAL"),
    (pair("X.test"), "ACME/%58.test"),
]


@pytest.mark.parametrize(("known", "folder"), EACH)
def test_every_pair_has_a_folder_and_the_folder_its_pair(known: Pair, folder: str) -> None:
    """An ID of one type needs no suffix; of both, test has one."""
    assert book().folder(known) == folder
    found = book().lookup(folder)
    assert (found.pair, found.reason) == (known, None)


def test_a_test_only_partner_may_be_named_with_its_suffix() -> None:
    """There is no doubt about what is meant."""
    assert book().lookup("ACME/TRIAL.test").pair == pair("TRIAL", TEST)


@pytest.mark.parametrize(
    ("folder", "reason"),
    [
        ("OTHER/BOTH", "no station OTHER"),
        ("ACME/NOBODY", "no partner NOBODY"),
        ("ACME/PROD.test", "type cannot be told"),
        ("ACME", "under no pair"),
        ("", "under no pair"),
    ],
)
def test_a_folder_of_no_pair_has_its_reason(folder: str, reason: str) -> None:
    """And stands for its decoded names, so that its mirror under failed/ has the same."""
    found = book().lookup(folder)
    assert reason in str(found.reason)
    assert book().folder(found.pair) == folder


def test_types_that_the_account_leaves_out_are_unknown() -> None:
    """`partner_types = ["production"]`."""
    only = book(partner_types=(PRODUCTION,))
    assert only.lookup("ACME/BOTH.test").reason
    assert only.lookup("ACME/TRIAL").reason


def test_a_rule_settles_the_type() -> None:
    """Without looking, also for a partner that the gateway does not list."""
    ruled = book(partners=(table(partner_type=TEST), table("HIDDEN", partner_type=TEST)))
    assert ruled.lookup("ACME/BOTH").pair == pair("BOTH", TEST)
    assert ruled.folder(pair("BOTH", TEST)) == "ACME/BOTH"
    assert ruled.lookup("ACME/HIDDEN").pair == pair("HIDDEN", TEST)
    assert ruled.lookup("ACME/HIDDEN").reason is None


def test_a_friendly_folder_stands_for_its_pair() -> None:
    """In both types, test has the suffix here too."""
    friendly = book(partners=(table(folder="walmart"),))
    assert friendly.folder(pair("BOTH")) == "walmart"
    assert friendly.folder(pair("BOTH", TEST)) == "walmart.test"
    assert friendly.lookup("walmart").pair == pair("BOTH")
    assert friendly.lookup("walmart.test").pair == pair("BOTH", TEST)
    assert friendly.lookup("ACME/BOTH").pair == pair("BOTH")
    assert friendly.friendly == {"walmart", "walmart.test"}


def test_a_friendly_name_that_a_station_has_is_not_used() -> None:
    """Else the partners' folders in the station's would be taken for messages."""
    clash = book(partners=(table(folder="ACME"),))
    assert clash.folder(pair("BOTH")) == "ACME/BOTH"
    assert "station" in clash.problems[0]


def test_all_makes_folders_for_every_pair() -> None:
    """In every type."""
    assert set(book().to_make()) == {known for known, _ in EACH}


def test_none_makes_no_folders() -> None:
    """A person makes them."""
    assert book(make_folders="none").to_make() == ()


def test_used_makes_folders_for_traffic_and_tables() -> None:
    """Traffic with a partner that is no longer listed makes none."""
    used = (pair("PROD"), pair("GONE"))
    tables = (table("TRIAL", profile="fast"), PartnerTable(rules=PairRules(subject="{name}")))
    assert set(book(make_folders="used", used=used, partners=tables).to_make()) == {
        pair("PROD"),
        pair("TRIAL", TEST),
    }


def test_beyond_five_hundred_pairs_only_used_ones_get_folders() -> None:
    """Five hundred still get all."""
    many = {f"P{number:04}": (PRODUCTION,) for number in range(MOST_FOLDERS)}
    used = (pair("P0007"),)
    assert len(book(listed=many).to_make()) == MOST_FOLDERS
    over = book(listed={**many, "ONE": (PRODUCTION,)}, used=used)
    assert over.too_many
    assert over.to_make() == used


def test_five_hundred_counts_types() -> None:
    """Two hundred and fifty-one partners of both types are over it."""
    many = {f"P{number:04}": (PRODUCTION, TEST) for number in range(MOST_FOLDERS // 2 + 1)}
    assert book(listed=many).too_many


def test_without_stations_nothing_is_known() -> None:
    """So no folder proves anything."""
    assert book(stations=()).is_empty
    assert not book().is_empty
