"""What does not add up is said in plain words, with the names of the segments."""

from __future__ import annotations

import pytest

from tests.core.documents.test_reading import only, reading
from tests.core.documents.written import EDIFACT, X12, isa

FLAWS = {
    (b"SE*6*", b"SE*7*"): "SE counts 7 segments, and ST 0001 has 6",
    (b"SE*6*0001", b"SE*6*1"): "SE has the control number '1', and ST 0001 '0001'",
    (b"SE*6*0001~", b""): "ST 0001 has no SE",
    (b"ST*850*0001~", b""): "SE 0001 closes no transaction set",
    (b"GE*1*77", b"GE*2*77"): "GE counts 2 transaction sets, and GS 77 has 1",
    (b"GE*1*77", b"GE**77"): "GE counts no transaction sets, and GS 77 has 1",
    (b"GE*1*77", b"GE*1*78"): "GE has the control number '78', and GS 77 '77'",
    (b"GE*1*77~", b""): "GS 77 has no GE",
    (b"GS*", b"GX*"): "ST 0001 stands in no group",
    (b"IEA*1*", b"IEA*2*"): "IEA counts 2 groups, and ISA has 1",
    (b"IEA*1*000000905", b"IEA*1*000000906"): ("IEA has the control number '000000906', and ISA '000000905'"),
    (b"IEA*1*000000905~", b""): "it has no IEA: it is not complete",
    (b"*1*000000905~", b"*1*905"): "its last segment, IEA, has no terminator",
    (b"NORTHWIND      ", b"NORTHWIND"): "its ISA has 99 characters without its terminator, not 105",
}


@pytest.mark.parametrize("flaw", FLAWS)
def test_a_flaw_of_x12_is_named(flaw: tuple[bytes, bytes]) -> None:
    assert FLAWS[flaw] in only(X12["850"].replace(*flaw)).faults


EDIFACT_FLAWS = {
    (b"UNT+5+", b"UNT+6+"): "UNT counts 6 segments, and UNH ME01 has 5",
    (b"UNT+5+ME01", b"UNT+5+ME02"): "UNT has the control number 'ME02', and UNH ME01 'ME01'",
    (b"UNT+5+ME01'", b""): "UNH ME01 has no UNT",
    (b"UNZ+1+", b"UNZ+2+"): "UNZ counts 2 messages, and UNB has 1",
    (b"UNZ+1+REF4711", b"UNZ+1+REF"): "UNZ has the control number 'REF', and UNB 'REF4711'",
    (b"UNZ+1+REF4711'", b""): "it has no UNZ: it is not complete",
    (b"UNZ+1+REF4711'", b"UNZ+1+REF471"): "its last segment, UNZ, has no terminator",
    (b"UNH+", b"UNE+1+G'UNH+"): "UNE G closes no group",
}


@pytest.mark.parametrize("flaw", EDIFACT_FLAWS)
def test_a_flaw_of_edifact_is_named(flaw: tuple[bytes, bytes]) -> None:
    assert EDIFACT_FLAWS[flaw] in only(EDIFACT["ORDERS"].replace(*flaw)).faults


def test_zeros_in_front_make_no_difference_to_an_interchange_number() -> None:
    assert only(X12["850"].replace(b"IEA*1*000000905", b"IEA*01*905")).faults == ()


@pytest.mark.parametrize("end", [b"", b"~~", b"~\r\n~", b"~\x0c", b"~\x1a\0\0", b" \r\n"])
def test_how_a_file_ends_is_nothing_that_stops_business(end: bytes) -> None:
    """With the whole control number in its trailer nothing of it can be missing."""
    assert only(X12["850"].removesuffix(b"~") + end).faults == ()
    assert only(EDIFACT["ORDERS"].removesuffix(b"'") + end.replace(b"~", b"'")).faults == ()


def test_a_trailer_that_ends_within_its_number_is_not_whole() -> None:
    """Also where what is there reads as the same number."""
    zeros = X12["850"].replace(b"000000905", b"000000000")

    assert only(zeros.removesuffix(b"00~")).faults == ("its last segment, IEA, has no terminator",)


def test_a_new_header_ends_an_interchange_without_a_trailer() -> None:
    """The next one is read as well, also when its segments end otherwise."""
    cut = X12["850"].replace(b"IEA*1*000000905~", b"")
    first, second = reading(cut + X12["810"]).interchanges

    assert first.faults == ("it has no IEA: it is not complete",)
    assert (second.groups[0].documents[0].kind, second.faults) == ("810", ())


def test_what_follows_and_is_no_interchange_is_told() -> None:
    found = only(X12["850"] + b"\r\nrest of something else")

    assert found.faults == ("after its end stands something that is no interchange: 'rest of something el'",)


def test_a_header_that_ends_early_is_told() -> None:
    assert only(isa().encode()[:60]).faults[0] == "its ISA is not complete"
    assert only(b"UNB+UNOC:3+A").faults[0] == "its UNB is not complete"


def test_a_thousand_flaws_are_counted_and_not_listed() -> None:
    content = X12["850"].replace(b"SE*6*", b"SE*1*1~" * 1000 + b"SE*6*")
    faults = only(content).faults

    assert len(faults) == 21
    assert faults[-1] == "and 982 more faults"
