"""The rules of a pair are merged from every table that matches it, the narrower winning key by key."""

import itertools
from datetime import timedelta
from pathlib import Path

import pytest

from syncd.core.account import Account, PairRules, PartnerTable
from syncd.core.model import PartnerType

NEITHER = PartnerTable(rules=PairRules(subject="neither", profile="neither", done_marker=".done"))
STATION = PartnerTable(station="ACME", rules=PairRules(subject="station", profile="station"))
PARTNER = PartnerTable(
    partner="WALMART", rules=PairRules(subject="partner", mdn_within=timedelta(), folder="w")
)
BOTH = PartnerTable(station="ACME", partner="WALMART", rules=PairRules(subject="both"))
TABLES = (NEITHER, STATION, PARTNER, BOTH)


def rules(*tables: PartnerTable, station: str = "ACME", partner: str = "WALMART") -> PairRules:
    account = Account(
        name="acme", gateway="as2gateway", url="https://gateway", root=Path("/srv"), partners=tables
    )
    return account.rules(station=station, partner=partner)


@pytest.mark.parametrize("tables", list(itertools.permutations(TABLES)))
def test_narrower_tables_win_key_by_key(tables: tuple[PartnerTable, ...]) -> None:
    """Both beat the partner, the partner beats the station; the order in the file does not matter."""
    assert rules(*tables) == PairRules(
        subject="both", profile="station", done_marker=".done", mdn_within=timedelta(), folder="w"
    )


@pytest.mark.parametrize(
    ("station", "partner", "subject"),
    [
        ("ACME", "TARGET", "station"),
        ("OTHER", "WALMART", "partner"),
        ("OTHER", "TARGET", "neither"),
        ("acme", "walmart", "neither"),
    ],
)
def test_only_tables_that_match_count(station: str, partner: str, subject: str) -> None:
    """Ids are compared letter for letter."""
    assert rules(*TABLES, station=station, partner=partner).subject == subject


def test_a_pair_without_a_table_has_no_rules() -> None:
    """Nothing said is nothing special."""
    assert rules() == PairRules()


def test_what_is_set_is_not_undone_by_what_is_not() -> None:
    """A narrower table changes only the keys that it names."""
    wide = PartnerTable(rules=PairRules(partner_type=PartnerType.TEST))
    assert rules(wide, BOTH).partner_type is PartnerType.TEST
