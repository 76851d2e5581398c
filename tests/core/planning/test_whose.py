"""Whose a received message is: the account's own lists decide, and the words only where they cannot."""

import pytest

from syncd.core.planning.whose import SenderIs, whose
from tests.core.building import record

ACME, WALMART = frozenset({"ACME"}), frozenset({"WALMART"})
NOBODY: frozenset[str] = frozenset()


@pytest.mark.parametrize(("sender", "receiver"), [("ACME", "WALMART"), ("WALMART", "ACME")])
@pytest.mark.parametrize("seen", [None, *SenderIs])
@pytest.mark.parametrize(("stations", "partners"), [(ACME, NOBODY), (ACME, WALMART), (NOBODY, WALMART)])
def test_a_clear_list_decides(
    sender: str, receiver: str, seen: SenderIs | None, stations: frozenset[str], partners: frozenset[str]
) -> None:
    """One id of the two among our stations, else among the partners, whatever was seen before."""
    told = whose(record(sender=sender, receiver=receiver), stations=stations, partners=partners, seen=seen)
    assert (told.pair.station, told.pair.partner, told.proven) == ("ACME", "WALMART", True)
    assert told.sender_is is (SenderIs.STATION if sender == "ACME" else SenderIs.PARTNER)


def test_the_stations_count_before_the_partners() -> None:
    """A station that somebody entered as a partner as well is still ours."""
    told = whose(
        record(sender="ACME", receiver="NEW"), stations=ACME, partners=frozenset({"ACME"}), seen=None
    )
    assert (told.pair.station, told.sender_is) == ("ACME", SenderIs.STATION)


@pytest.mark.parametrize("stations", [NOBODY, frozenset({"ACME", "WALMART"})])
def test_what_earlier_messages_showed_decides_next(stations: frozenset[str]) -> None:
    """Where the lists know neither or both, the account's clear messages are followed; it is no proof."""
    told = whose(
        record(sender="WALMART", receiver="ACME"), stations=stations, partners=stations, seen=SenderIs.PARTNER
    )
    assert (told.pair.station, told.pair.partner, told.proven) == ("ACME", "WALMART", False)


def test_the_words_decide_last() -> None:
    """The document calls the sender our station, also for received messages."""
    told = whose(record(sender="A", receiver="B"), stations=NOBODY, partners=NOBODY, seen=None)
    assert (told.pair.station, told.pair.partner, told.proven) == ("A", "B", False)
