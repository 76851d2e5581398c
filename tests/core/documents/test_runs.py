"""Segments that are but counted are passed over many at a time, and are counted as if each were read."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.core.envelopes import read
from syncd.core.envelopes.source import VAIN
from syncd.core.envelopes.x12 import HEAD
from tests.core.documents.test_reading import Dripping, only
from tests.core.documents.written import edifact, isa, x12

ORDINARY = ["x", "N1*A", "STC*1", "GEX", "a\nb", "ab\n", "", " \0"]
X12_PIECES = [
    *ORDINARY,
    "ST*850*2",
    "SE*4*1",
    "ST",
    "SE",
    "S\nE*4*1",
    "GS*PO*A*B*1*2*3",
    "GE*1*3",
    "TA1*1***A",
]
X12_PIECES += [
    *ORDINARY,
    "T\nA1*1***A",
    "BIN*3*~~~",
    "BDS*A*1*~",
    "ST*997*2",
    "AK1*PO*7",
    "AK9*A",
    "IEA*1*905",
]
PLAIN = ["BGM+1", "?+?", "x?'", "x??", "?", "???", "a?'\nb", "a\nb", "ab\n", "", " "]
EDIFACT_PIECES = [*PLAIN, "UNG+A", "UNE+1", "UNH+2+ORDERS:D", "UNT+4+1", "U\nNT+4+1", "UNO+1", "UNZ+1+7"]
EDIFACT_PIECES += [*PLAIN, "UNH+2+CONTRL:D", "UCI+S+A+B+7", "UNSX", "UN\nG"]
LINE_ENDS = st.sampled_from(["", "\n", "\r\n", " ", "\n\n"])
WRAPPED = ["a\nb", *["N1"] * (VAIN + 1)]
"""Behind it lines may end anywhere."""
LONG = "N" + "9" * HEAD
"""Behind it nothing is in hand that was needed to know the header by."""


def x12_with(*pieces: str, end: str = "~", eol: str = "") -> bytes:
    """In a set, and before a second header that is known only when its lines were seen to end anywhere."""
    head, next_head = isa(terminator=end), isa(terminator=end).replace("ISA", "I\nSA")
    segments = (LONG, "N1", "ST*850*1", "N1", *pieces, "N1", "SE*5*1", "IEA*0*905")
    return (head + "".join(each + end + eol for each in segments) + next_head).encode("latin-1")


def edifact_with(*pieces: str, end: str = "'", release: str = "?", eol: str = "") -> bytes:
    """The same in a message."""
    head = f"UNA:+.{release} {end}UNB+UNOC:3+A+B+1+7{end}"
    changed = (each.replace("'", end) for each in pieces)
    segments = (LONG, "BGM", "UNH+1+ORDERS:D", "BGM", *changed, "BGM", "UNT+5+1", "UNZ+1+7")
    return (head + "".join(each + end + eol for each in segments) + "UN\nB+UNOC:3").encode("latin-1")


def is_told_alike(content: bytes) -> bool:
    """A few bytes at a time there is no run in hand."""
    return read(Dripping(content)) == read(io.BytesIO(content))


@pytest.mark.parametrize("piece", sorted({*X12_PIECES}))
def test_what_stands_out_ends_a_run_of_x12(piece: str) -> None:
    """However a file divides."""
    for end in "~\n\rE*S":
        for eol in ("", "\n", "\r\n"):
            assert is_told_alike(x12_with(piece, end=end, eol=eol)), (end, eol)
            assert is_told_alike(x12_with(*WRAPPED, piece, "ST*850*1", end=end, eol=eol)), (end, eol)


@pytest.mark.parametrize("piece", sorted({*EDIFACT_PIECES}))
def test_what_stands_out_ends_a_run_of_edifact(piece: str) -> None:
    """However a file divides and releases."""
    for end in "'~\n?":
        for release in "? \\":
            for eol in ("", "\n"):
                marks = {"end": end, "release": release, "eol": eol}
                assert is_told_alike(edifact_with(piece, "UNT+4+1", **marks)), marks
                assert is_told_alike(edifact_with(*WRAPPED, piece, **marks)), marks


@given(pieces=st.lists(st.sampled_from(X12_PIECES), max_size=20), end=st.sampled_from("~\n"), eol=LINE_ENDS)
def test_x12_is_the_same_in_runs(pieces: list[str], end: str, eol: str) -> None:
    assert is_told_alike(x12_with(*pieces, end=end, eol=eol))


@given(pieces=st.lists(st.sampled_from(EDIFACT_PIECES), max_size=20), eol=LINE_ENDS)
def test_edifact_is_the_same_in_runs(pieces: list[str], eol: str) -> None:
    assert is_told_alike(edifact_with(*pieces, eol=eol))


def test_many_segments_are_counted_to_the_last() -> None:
    """Over the edges of chunks, between two that hold a released terminator, and in a wrapped file."""
    lines = [f"LIN+{n}++{n * 7919}:EN" for n in range(9_000)]
    texts = [f"FTX+AAI+++it?'s {n}" if n % 40 == 0 else f"QTY+21:{n}" for n in range(9_000)]
    wrapped = x12("PO", "850", *(line.replace("+", "*") for line in lines))

    assert only(edifact("ORDERS:D:96A:UN", *lines)).faults == ()
    assert only(edifact("ORDERS:D:96A:UN", *texts, eol="\r\n")).faults == ()
    assert only(b"\n".join(wrapped[at : at + 80] for at in range(0, len(wrapped), 80))).faults == ()
