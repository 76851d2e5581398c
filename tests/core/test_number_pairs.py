from pathlib import Path
from typing import Any

import pytest

from syncd.core.account import Account, PairRules, PartnerTable
from syncd.core.layout import Layout
from syncd.core.model import Folder, Pair
from syncd.core.number_pairs import BY_HEADER, NumberBook, pair_book
from syncd.core.pairs import PairBook

NUMBERS = Pair(station="112233", partner="445566")
UNNAMED = Pair(station="112233", partner="unknown")


def book(*, used: tuple[Pair, ...] = (), **rules: Any) -> NumberBook:  # noqa: ANN401 - the fields of Account
    account = Account(name="acme", gateway="ecgrid", url="", root=Path("/srv/edi"), **rules)
    return NumberBook(account=account, used=used)


def table(station: str = "112233", partner: str = "445566", **rules: Any) -> PartnerTable:  # noqa: ANN401
    return PartnerTable(station=station, partner=partner, rules=PairRules(**rules))


@pytest.mark.parametrize(
    ("pair", "folder"),
    [(NUMBERS, "112233/445566"), (BY_HEADER, "auto"), (Pair(station="1", partner="1"), "1/1")],
)
def test_any_two_numbers_and_auto_have_a_folder_and_the_folder_its_pair(pair: Pair, folder: str) -> None:
    """Listed or not: there is no list."""
    assert book().folder(pair) == folder
    found = book().lookup(folder)
    assert (found.pair, found.reason) == (pair, None)


@pytest.mark.parametrize(
    ("folder", "strange"),
    [
        ("ACME/445566", "ACME"),
        ("112233/WALMART", "WALMART"),
        ("112233/0445566", "0445566"),
        ("0/445566", "0"),
        ("112233/-5", "-5"),
        ("112233/4 5", "4 5"),
        ("112233/٤٤", "٤٤"),
        ("112233/445566.test", "445566.test"),
        ("112233/unknown", "unknown"),
        ("unknown/445566", "unknown"),
        ("a.test/445566", "a.test"),
    ],
)
def test_what_is_no_number_is_no_id(folder: str, strange: str) -> None:
    """The reason says so, and the mirror under failed/ has the same name."""
    found = book().lookup(folder)
    assert found.reason == f"{strange} is no ECGrid ID: outbox/<number>/<number>/ or outbox/auto/"
    assert book().folder(found.pair) == folder


@pytest.mark.parametrize("folder", ["112233", "x", ""])
def test_what_stands_above_a_pair_stands_under_none(folder: str) -> None:
    """In the words of the account's layout."""
    found = book(layout="by-partner").lookup(folder)
    assert "belongs into <number>/<number>/outbox/ or auto/outbox/" in str(found.reason)
    assert book().folder(found.pair) == folder


def test_a_partner_whom_nobody_names_has_an_inbox_folder_alone() -> None:
    """Literally `unknown`; nothing can be sent there."""
    assert book().folder(UNNAMED) == "112233/unknown"
    assert book().lookup("112233/unknown").pair == UNNAMED
    assert UNNAMED not in book(used=(UNNAMED,)).to_make()


@pytest.mark.parametrize("kind", ["by-state", "by-partner"])
@pytest.mark.parametrize("folder", list(Folder))
def test_auto_is_one_component_in_every_folder_of_the_tree(kind: str, folder: Folder) -> None:
    """Read back as it was written."""
    place = Layout(kind).place(folder, "auto", "a.edi")
    standing = Layout(kind).read(place, friendly=book().friendly)
    assert standing is not None
    assert (standing.folder, standing.pair_folder, standing.rest) == (folder, "auto", "a.edi")


@pytest.mark.parametrize("make_folders", ["all", "used"])
def test_folders_are_made_for_traffic_tables_and_auto(make_folders: str) -> None:
    """There is no list that they could be made from; refused pairs are no traffic."""
    used = (NUMBERS, BY_HEADER, UNNAMED, Pair(station="ACME", partner="445566"))
    tables = (table("112233", "7"), table("*", "8"), table("112233", "*"))
    made = book(make_folders=make_folders, used=used, partners=tables).to_make()
    assert made == (BY_HEADER, NUMBERS, Pair(station="112233", partner="7"))


def test_none_makes_no_folders_and_auto_is_taken_all_the_same() -> None:
    """A person makes them."""
    without = book(make_folders="none", used=(NUMBERS,))
    assert without.to_make() == ()
    assert without.lookup("auto").reason is None


def test_auto_has_no_inbox() -> None:
    """Nothing ever arrives from a header's own routing."""
    assert not book().has_inbox(BY_HEADER)
    assert book().has_inbox(NUMBERS)


def test_a_friendly_folder_stands_for_its_pair() -> None:
    """There is no test partner, and so no suffix."""
    friendly = book(partners=(table(folder="walmart"),))
    assert friendly.folder(NUMBERS) == "walmart"
    assert friendly.lookup("walmart").pair == NUMBERS
    assert friendly.lookup("112233/445566").pair == NUMBERS
    assert friendly.lookup("walmart.test").reason
    assert friendly.friendly == {"auto", "walmart"}


@pytest.mark.parametrize("name", ["auto", "unknown", "7"])
def test_a_friendly_name_with_a_meaning_of_its_own_is_not_used(name: str) -> None:
    """A station's folder would be taken for a pair's."""
    clash = book(partners=(table(folder=name),))
    assert clash.folder(NUMBERS) == "112233/445566"
    assert "meaning of its own" in clash.problems[0]


def test_folders_are_judged_before_any_list_is_known() -> None:
    """Two numbers are a pair whatever the gateway says."""
    assert not book().is_empty
    assert not book().too_many


@pytest.mark.parametrize(("numbered", "kind"), [(True, NumberBook), (False, PairBook)])
def test_the_gateway_decides_which_book_an_account_has(numbered: bool, kind: type) -> None:
    """By what its IDs are."""
    account = Account(name="acme", gateway="any", url="", root=Path("/srv/edi"))
    assert type(pair_book(account, numbered=numbered)) is kind
