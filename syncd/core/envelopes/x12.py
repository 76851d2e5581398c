"""X12 (ANSI ASC X12.5 and X12.6): ISA, GS, ST, and what closes them."""

from __future__ import annotations

from syncd.core.documents import Group
from syncd.core.envelopes.acknowledged import FunctionalAcknowledgement, of_interchange
from syncd.core.envelopes.envelope import Envelope, Header, Room, Tags
from syncd.core.envelopes.marks import Marks
from syncd.core.envelopes.source import Source
from syncd.core.envelopes.words import field, text

HEAD = 256
"""Bytes in which a header shows its marks, with room for one whose fields are not of their lengths."""

ISA_BYTES = 105
_SEPARATORS = (3, 6, 17, 20, 31, 34, 50, 53, 69, 76, 81, 83, 89, 99, 101, 103)
_TAGS = Tags(interchange=("ISA", "IEA"), group=("GS", "GE"), document=("ST", "SE"), noun="transaction set")
_SAYING = frozenset({b"997", b"999"})
_TELLING = rb"[GS][\r\n]*[SET](?![0-9A-Za-z])|T[\r\n]*A[\r\n]*1|I[\r\n]*E[\r\n]*A|ISA|UN[AB]|BIN|BDS"


def marks(head: bytes) -> Marks | None:
    """The characters that an ISA shows by their places; None when it is no ISA.

    Also of one that is cut short, so that this can be said.
    """
    separator = head[3:4]
    if not head.startswith(b"ISA") or not _can_divide(separator):
        return None
    fields = head.split(separator, 16)
    is_cut = len(head) < HEAD and len(fields) < 17
    if is_cut and not _is_in_place(head):
        return None
    if not is_cut and not _is_isa(fields):
        return None
    last = field(fields, 16)
    return Marks(
        element=separator,
        component=last[:1] or b":",
        terminator=last[1:2] or b"~",
        binaries={b"BIN" + separator: 1, b"BDS" + separator: 2},
        telling=_TELLING,
    )


def _can_divide(separator: bytes) -> bool:
    return len(separator) == 1 and not separator.isalnum() and not separator.isspace()


def _is_in_place(head: bytes) -> bool:
    """Whether as much of an ISA as there is has its separators where they belong."""
    return len(head) > 6 and all(head[at] == head[3] for at in _SEPARATORS if at < len(head))


def _is_isa(fields: list[bytes]) -> bool:
    return len(fields) == 17 and len(fields[15].strip()) == 1 and field(fields, 13).strip().isdigit()


def read_interchange(source: Source, marks: Marks, room: Room) -> Envelope:
    """Read from an ISA to its IEA, or to what comes in its place."""
    head = source.peek(HEAD).split(marks.element, 16)
    if len(head) < 17:
        envelope = Envelope(_header(head), _TAGS, room)
        envelope.blame("its ISA is not complete")
        source.skip(HEAD)
        envelope.cut_off()
        return envelope
    length = sum(len(each) + 1 for each in head[:16]) + 1
    source.skip(length + len(marks.terminator))
    envelope = Envelope(_header(head), _TAGS, room)
    width = length - sum(each.count(b"\n") + each.count(b"\r") for each in head[:16])
    source.is_wrapped |= width < length
    if width != ISA_BYTES:
        envelope.blame(f"its ISA has {width} characters without its terminator, not {ISA_BYTES}")
    if not head[16][1:2]:
        envelope.blame("its ISA has no terminator")
    _Body(envelope, marks).read(source)
    return envelope


def _header(isa: list[bytes]) -> Header:
    return Header(
        standard="x12",
        sender_qualifier=field(isa, 5),
        sender=field(isa, 6),
        receiver_qualifier=field(isa, 7),
        receiver=field(isa, 8),
        control=field(isa, 13),
        is_test=field(isa, 15).strip() == b"T",
    )


class _Body:
    """What follows an ISA."""

    def __init__(self, envelope: Envelope, marks: Marks) -> None:
        self._envelope = envelope
        self._marks = marks
        self._saying: FunctionalAcknowledgement | None = None
        self._ways = {
            b"GS": self._open_group,
            b"GE": self._close_group,
            b"ST": self._open_document,
            b"SE": self._close_document,
            b"TA1": self._acknowledged,
        }

    def read(self, source: Source) -> None:
        element, marks, envelope = self._marks.element, self._marks, self._envelope
        for segment in source.segments(marks):
            tag = segment[:3].partition(element)[0]
            way = self._ways.get(tag)
            if source.was_unterminated and tag != b"IEA":
                break
            if way is not None:
                source.spend()
                way(segment.split(element))
            elif tag == b"IEA":
                fields = segment.split(element)
                envelope.close(field(fields, 1), field(fields, 2))
                if source.was_unterminated:
                    envelope.end_without_terminator(field(fields, 2))
                return
            else:
                envelope.count_segments()
                if self._saying is not None:
                    source.spend()
                    self._saying.hear(segment.split(element))
                else:
                    envelope.count_segments(source.pass_ordinary(marks))
        envelope.is_opaque = source.is_spent
        envelope.cut_off()

    def _open_group(self, gs: list[bytes]) -> None:
        group = Group(
            kind=text(field(gs, 1)),
            sender=text(field(gs, 2)),
            receiver=text(field(gs, 3)),
            control=text(field(gs, 6)),
            version=text(field(gs, 8)),
            documents=(),
        )
        self._saying = None
        self._envelope.open_group(group, field(gs, 6))

    def _close_group(self, ge: list[bytes]) -> None:
        self._saying = None
        self._envelope.close_group(field(ge, 1), field(ge, 2))

    def _open_document(self, st: list[bytes]) -> None:
        self._envelope.open_document(field(st, 1), field(st, 2))
        says = field(st, 1).strip() in _SAYING
        self._saying = FunctionalAcknowledgement(self._envelope.acknowledge) if says else None

    def _close_document(self, se: list[bytes]) -> None:
        self._saying = None
        self._envelope.close_document(field(se, 1), field(se, 2))

    def _acknowledged(self, ta1: list[bytes]) -> None:
        self._envelope.count_segments()
        said = of_interchange(ta1)
        if said is not None:
            self._envelope.acknowledge(said)
