"""Envelopes of the common documents, in the forms of the real world: read, and found to add up."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.core.documents import Interchange, Reading
from syncd.core.envelopes import read
from tests.core.documents.written import EDIFACT, EVERY, X12, edifact, isa, x12


def reading(content: bytes) -> Reading:
    found = read(io.BytesIO(content))
    assert found is not None
    return found


def only(content: bytes) -> Interchange:
    (interchange,) = reading(content).interchanges
    return interchange


@pytest.mark.parametrize("kind", X12)
def test_an_x12_document_is_known_by_its_envelopes(kind: str) -> None:
    """Whatever ends its segments."""
    found = only(X12[kind])

    assert found.faults == ()
    assert (found.standard, found.control, found.is_test) == ("x12", "000000905", False)
    assert (found.sender_qualifier, found.sender) == ("ZZ", "NORTHWIND")
    assert (found.receiver_qualifier, found.receiver) == ("12", "4165550123")
    (group,) = found.groups
    assert (group.control, group.sender, group.version) == ("77", "NORTHWIND", "004010")
    assert [(document.kind, document.control) for document in group.documents] == [(kind, "0001")]


@pytest.mark.parametrize("kind", EDIFACT)
def test_an_edifact_message_is_known_by_its_envelope(kind: str) -> None:
    """With a UNA and without, with release characters, in any alphabet."""
    found = only(EDIFACT[kind])

    assert found.faults == ()
    assert (found.standard, found.control) == ("edifact", "REF4711")
    assert (found.sender, found.sender_qualifier) == ("4012345000009", "14")
    assert (found.receiver, found.receiver_qualifier) == ("4098765000004", "14")
    (group,) = found.groups
    assert (group.kind, group.control) == ("", "")
    assert [(document.kind, document.control) for document in group.documents] == [(kind, "ME01")]


def test_edifact_groups_have_names_and_numbers() -> None:
    content = (
        b"UNB+UNOB:2+ONE:ZZ+TWO:ZZ+261122:0915+9++++++1'UNG+INVOIC+A+B+261122:0915+G7+UN+D:96A'"
        b"UNH+1+INVOIC:D:96A:UN'BGM+380'UNT+3+1'UNE+1+G7'UNZ+1+9'"
    )
    found = only(content)
    (group,) = found.groups

    assert (found.is_test, found.faults) == (True, ())
    assert (group.kind, group.control, group.sender, group.receiver) == ("INVOIC", "G7", "A", "B")
    assert group.version == "D 96A"


def test_several_interchanges_stand_in_one_file() -> None:
    """Of both standards, behind a byte order mark and blank lines, with padding after the last."""
    content = b"\xef\xbb\xbf\r\n\n" + X12["850"] + b"\n" + EDIFACT["DESADV"] + X12["810"] + b"\r\n\x1a\0\0"

    found = reading(content).interchanges

    assert [each.standard for each in found] == ["x12", "edifact", "x12"]
    assert [each.faults for each in found] == [(), (), ()]


def test_other_marks_are_taken_from_where_they_stand() -> None:
    una = b"UNA*|,\\ ~" + b"UNB|UNOC*3|A\\|B*14|C|261122*0915|7~UNH|1|ORDERS*D*96A*UN~UNT|2|1~UNZ|1|7~"
    by_control_characters = b"UNB+UNOB:1+A+B+C+7'UNZ+0+7'".translate(bytes.maketrans(b"+:'", b"\x1d\x1f\x1c"))
    bars = isa(element="|", usage="T").encode() + b"TA1|000000001|261122|0915|A|000~IEA|0|000000905~"

    assert (only(una).sender, only(una).sender_qualifier, only(una).faults) == ("A|B", "14", ())
    assert (only(by_control_characters).sender, only(by_control_characters).faults) == ("A", ())
    assert (only(bars).is_test, only(bars).faults) == (True, ())


def test_a_file_wrapped_at_a_line_length_is_whole() -> None:
    content = X12["856"]
    lines = [content[at : at + 80] for at in range(0, len(content), 80)]

    assert only(b"\r\n".join(lines)).faults == ()


def test_binary_content_is_passed_over_by_its_length() -> None:
    """Though it holds terminators and what looks like trailers."""
    binary = "~SE*9*9~IEA*1*5~"
    content = x12("PK", "841", "EFI*XX", f"BIN*{len(binary)}*{binary}")

    assert only(content).faults == ()


def test_an_edifact_package_of_any_bytes_is_not_judged() -> None:
    assert only(edifact("ORDERS:D:96A:UN", "UNO+1+X", "\x00'UNT+9+9'\x00")).faults == ()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"ISABELLA writes: * and * and * are stars",
        b"UNAUTHORIZED, he said",
        b"UNBELIEVABLE",
        b"ISA",
        b"%PDF-1.7",
        b"PK\x03\x04",
        "ISA*00*".encode("utf-16"),
        b"<?xml version='1.0'?>",
        b"//JOB\nISA*00*",
        b"ISA Widgets,12,4.50\n" * 40,
    ],
)
def test_what_is_no_edi_is_left_alone(content: bytes) -> None:
    assert read(io.BytesIO(content)) is None


@pytest.mark.parametrize("kind", ["850", "860", "997", "ORDRSP", "DESADV"])
def test_a_file_cut_off_anywhere_is_said_to_be_so(kind: str) -> None:
    """At every byte: never an exception, and never taken for whole once it is taken for EDI."""
    content = EVERY.get(kind) or x12("FA", "997", "AK1*PO*77", "AK2*850*0001", "AK5*A", "AK9*A*1*1*1")
    whole = len(content.rstrip())
    for length in range(whole):
        found = read(io.BytesIO(content[:length]))
        has_all = length >= whole - 1  # but the terminator
        assert found is None or has_all or found.interchanges[0].faults, content[:length]
    assert read(io.BytesIO(content[: whole - 20])) is not None


class Dripping(io.BytesIO):
    """A stream that gives a few bytes at a time."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(min(size or 7, 7))


@pytest.mark.parametrize("kind", EVERY)
def test_where_a_chunk_ends_makes_no_difference(kind: str) -> None:
    assert read(Dripping(EVERY[kind])) == read(io.BytesIO(EVERY[kind]))


def test_a_trouble_of_the_disk_is_not_hidden() -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise OSError(5, "Input/output error")

    with pytest.raises(OSError, match="Input/output"):
        read(Broken())


def test_what_is_kept_of_a_file_is_bounded() -> None:
    """Counting goes on: what adds up still adds up."""
    many = b"".join(b"ST*850*%d~SE*2*%d~" % (at, at) for at in range(10_050))
    content = isa().encode() + b"GS*PO*A*B*20261122*0915*1*X*004010~" + many + b"GE*10050*1~IEA*1*000000905~"
    found = reading(content)
    interchanges = reading(X12["850"] * 1_001)

    assert (found.is_cut, found.interchanges[0].faults) == (True, ())
    assert len(found.interchanges[0].groups[0].documents) == 10_000
    assert (interchanges.is_cut, len(interchanges.interchanges)) == (True, 1_000)
    assert not reading(X12["850"] * 1_000).is_cut


@pytest.mark.parametrize("kind", ["850", "ORDERS", "DESADV"])
@pytest.mark.parametrize("width", [72, 80])
def test_a_wrapped_file_of_several_interchanges_is_read(kind: str, width: int) -> None:
    """Wherever a line ends: also in the middle of the second header."""
    for filler in range(width):
        whole = EVERY[kind].replace(b"\r\n", b"").replace(b"P-100", b"P" * (filler + 1))
        whole = whole.replace(b"P100", b"P" * (filler + 1)).replace(b"351", b"3" * (filler + 1)) * 2
        wrapped = b"\r\n".join(whole[at : at + width] for at in range(0, len(whole), width))

        found = reading(wrapped).interchanges

        assert [each.faults for each in found] == [(), ()], wrapped


@pytest.mark.parametrize("unit", [b"GS*PO~", b"ST*850*1~", b"x~", b"TA1*1***A~"])
def test_what_is_read_of_a_file_is_bounded(unit: bytes) -> None:
    """A file of nothing but tiny segments holds up nothing: what it told so far is kept, and not judged."""
    found = read(io.BytesIO(isa().encode() + unit * 3_000 + X12["810"]), steps=2_000)

    assert found is not None
    assert (found.is_cut, found.is_spent) == (True, True)
    assert [(each.control, each.faults) for each in found.interchanges] == [("000000905", ())]


def test_reading_stops_between_two_interchanges_as_well() -> None:
    whole = io.BytesIO(X12["850"] * 100)
    found = read(whole, steps=300)

    assert found is not None
    assert found.is_cut
    assert 1 < len(found.interchanges) < 100
    assert not any(each.faults for each in found.interchanges)


def test_a_very_long_segment_is_one_segment() -> None:
    """Though release characters fall on the edges of chunks."""
    body = ["FTX+AAI+++" + "?'" * 40_000 + filler for filler in ("", "x", "xx??")]

    assert only(edifact("ORDERS:D:96A:UN", *body)).faults == ()


def test_names_are_safe_to_show() -> None:
    found = only(EDIFACT["ORDERS"].replace(b"4012345000009", b"A\x1b[2J" + "\u202e".encode()))

    assert found.sender.isprintable()


WORDS = st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=382, categories=["L", "N", "P"]))
NAMES = WORDS.map(str.strip).filter(lambda name: 0 < len(name.encode()) <= 35)


def released(words: str) -> str:
    return "".join(f"?{char}" if char in "?+:'" else char for char in words)


@given(names=st.tuples(NAMES, NAMES, NAMES), texts=st.lists(WORDS, max_size=4), chunk=st.integers(1, 50))
def test_what_is_written_is_read(names: tuple[str, str, str], texts: list[str], chunk: int) -> None:
    """Any names and texts, released as the standard has it."""
    sender, receiver, control = map(released, names)
    body = "".join(f"FTX+{released(words)}'" for words in texts)
    content = f"UNB+UNOW:4+{sender}:14+{receiver}+261122:0915+{control}'UNH+{control}+ORDERS:D:96A:UN'{body}"
    content += f"UNT+{len(texts) + 2}+{control}'UNZ+1+{control}'"

    found = only(content.encode())

    assert (found.sender, found.receiver, found.control) == names
    assert found.groups[0].documents[0].control == names[2]
    assert found.faults == ()
