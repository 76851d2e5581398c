"""What arriving 997, 999, TA1 and CONTRL say about what was sent."""

from __future__ import annotations

from tests.core.documents.test_reading import only
from tests.core.documents.written import CONTRL, edifact, isa, x12

Said = tuple[str, str, str, str]


def said(content: bytes) -> list[Said]:
    """Interchange or group, document, verdict and note of each."""
    return [
        (
            " ".join(
                part for part in (each.interchange_control, each.group_kind, each.group_control) if part
            ),
            f"{each.document_kind} {each.document_control}".strip(),
            each.verdict.value,
            each.note,
        )
        for each in only(content).acknowledgements
    ]


def test_a_997_speaks_of_each_set_and_of_the_group() -> None:
    body = ("AK1*PO*77", "AK2*850*0001", "AK5*A", "AK2*850*0002", "AK3*N1*4**8", "AK4*2**1", "AK5*R*5")
    assert said(x12("FA", "997", *body, "AK9*P*2*2*1")) == [
        ("PO 77", "850 0001", "accepted", ""),
        ("PO 77", "850 0002", "rejected", "segments have errors; segment N1 at 4"),
        ("PO 77", "", "partly", "1 of 2 accepted"),
    ]


def test_a_999_and_a_997_about_a_whole_group_are_understood() -> None:
    assert said(x12("FA", "999", "AK1*HC*9*005010X222A1", "AK2*837*0021", "IK5*E*I5", "AK9*E*1*1*1")) == [
        ("HC 9", "837 0021", "accepted", "errors were noted; error I5"),
        ("HC 9", "", "accepted", "errors were noted; 1 of 1 accepted"),
    ]
    assert said(x12("FA", "997", "AK1*IN*12", "AK9*R*3*3*0*2")) == [
        ("IN 12", "", "rejected", "0 of 3 accepted; the version is not supported")
    ]


def test_a_ta1_speaks_of_the_interchange() -> None:
    content = isa().encode() + b"TA1*000000042*261122*0915*R*001~IEA*0*000000905~"

    assert said(content) == [("000000042", "", "rejected", "note code 001")]


def test_a_contrl_speaks_of_the_interchange_and_its_messages() -> None:
    """What is accepted but for a message is accepted in part."""
    assert said(edifact("CONTRL:D:3:UN", CONTRL + "+8")) == [
        ("SENT9", "", "accepted", "received, not checked yet")
    ]
    assert said(edifact("CONTRL:D:3:UN", CONTRL + "+4+23+UNB")) == [
        ("SENT9", "", "rejected", "the sender is unknown")
    ]
    messages = ("UCM+1+ORDERS:D:96A:UN+7", "UCM+2+ORDERS:D:96A:UN+4+12", "UCS+3+12")
    assert said(edifact("CONTRL:D:3:UN", CONTRL + "+7", *messages)) == [
        ("SENT9", "", "partly", ""),
        ("SENT9", "ORDERS 1", "accepted", ""),
        ("SENT9", "ORDERS 2", "rejected", "a value is invalid"),
    ]


def test_a_contrl_speaks_of_groups() -> None:
    body = ("UCF+G7+A+B+7", "UCM+1+INVOIC:D:96A:UN+4+13", "UCF+G8+A+B+7")

    assert said(edifact("CONTRL:D:3:UN", CONTRL + "+7", *body)) == [
        ("SENT9", "", "partly", ""),
        ("SENT9 G7", "", "partly", ""),
        ("SENT9 G7", "INVOIC 1", "rejected", "something is missing"),
        ("SENT9 G8", "", "accepted", ""),
    ]


def test_codes_that_nobody_knows_say_nothing() -> None:
    assert said(x12("FA", "997", "AK1*PO*77", "AK2*850*0001", "AK5*Q", "AK9*")) == []
    assert said(edifact("CONTRL:D:3:UN", CONTRL + "+99")) == []
    assert said(x12("PO", "850", "AK1*PO*77", "AK9*A*1*1*1")) == []
