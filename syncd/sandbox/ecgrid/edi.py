"""What a gateway reads in a file: the interchanges in it (X12, EDIFACT), whose they are, what they hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

_ISA_LENGTH = 106
_UNA = "UNA:+.? '"


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One functional group, for the manifest."""

    code: str
    document_type: str
    sets: int
    control: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What an ISA or UNB says; all empty for content that is no EDI."""

    standard: str = "Binary"
    sender_qualifier: str = ""
    sender: str = ""
    receiver_qualifier: str = ""
    receiver: str = ""
    control: str = ""
    document_type: str = ""
    groups: tuple[Group, ...] = ()


def interchanges(content: bytes) -> tuple[Header, ...]:
    """Give the header of each interchange; content that is no EDI counts as one."""
    text = content.decode("latin-1").lstrip()
    if text.startswith("ISA") and len(text) >= _ISA_LENGTH:
        return tuple(_x12(text)) or (Header(),)
    if text.startswith(("UNA", "UNB")):
        return tuple(_edifact(text)) or (Header(),)
    return (Header(),)


def _x12(text: str) -> Iterator[Header]:
    """ISA has fixed lengths: the separator is its fourth character, the terminator its last."""
    for piece in _from_each("ISA", text, text[_ISA_LENGTH - 1]):
        elements = [[field.strip() for field in segment.split(text[3])] for segment in piece]
        isa = elements[0] + [""] * 17
        groups = tuple(_groups(elements))
        yield Header(
            standard="X12",
            sender_qualifier=isa[5],
            sender=isa[6],
            receiver_qualifier=isa[7],
            receiver=isa[8],
            control=isa[13],
            document_type=groups[0].document_type if groups else "",
            groups=groups,
        )


def _from_each(tag: str, text: str, terminator: str) -> Iterator[list[str]]:
    """Split a text at its segments of that tag, each followed by the segments up to the next one."""
    segments = [segment.strip() for segment in text.split(terminator)]
    starts = [place for place, segment in enumerate(segments) if segment.startswith(tag)]
    for start, end in pairwise([*starts, len(segments)]):
        yield segments[start:end]


def _groups(elements: list[list[str]]) -> Iterator[Group]:
    starts = [place for place, fields in enumerate(elements) if fields[0] == "GS"]
    for start, end in pairwise([*starts, len(elements)]):
        header = elements[start] + [""] * 9
        sets = [fields[1] for fields in elements[start:end] if fields[0] == "ST" and len(fields) > 1]
        kind = sets[0] if sets else ""
        yield Group(code=header[1], document_type=kind, sets=len(sets), control=header[6])


def _edifact(text: str) -> Iterator[Header]:
    una = text[:9] if text.startswith("UNA") and len(text) > len(_UNA) else _UNA
    component, element, terminator = una[3], una[4], una[8]
    for piece in _from_each("UNB", text, terminator):
        fields = piece[0].split(element) + [""] * 6
        sender, receiver = _party(fields[2], component), _party(fields[3], component)
        messages = [segment.split(element) for segment in piece if segment.startswith("UNH")]
        kinds = [fields[2].partition(component)[0] for fields in messages if len(fields) > 2]
        yield Header(
            standard="EDIFACT",
            sender_qualifier=sender[1],
            sender=sender[0],
            receiver_qualifier=receiver[1],
            receiver=receiver[0],
            control=fields[5],
            document_type=kinds[0] if kinds else "",
        )


def _party(field: str, component: str) -> tuple[str, str]:
    name, _, rest = field.partition(component)
    return name.strip(), rest.partition(component)[0].strip()
