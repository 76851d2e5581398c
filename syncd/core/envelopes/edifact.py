"""EDIFACT (ISO 9735, syntax versions 1 to 4): UNA, UNB, UNG, UNH, and what closes them."""

from __future__ import annotations

import re

from syncd.core.documents import Group
from syncd.core.envelopes.controlled import SyntaxReport
from syncd.core.envelopes.envelope import Envelope, Header, Room, Tags
from syncd.core.envelopes.marks import Marks
from syncd.core.envelopes.source import Source, is_released
from syncd.core.envelopes.words import field, text

_TAGS = Tags(interchange=("UNB", "UNZ"), group=("UNG", "UNE"), document=("UNH", "UNT"), noun="message")
_TELLING = rb"U[\r\n]*N[\r\n]*[ABEGHOTZ]|ISA"
_LEVEL_A = Marks(element=b"+", component=b":", terminator=b"'", release=b"?", telling=_TELLING)
_LEVEL_B = Marks(element=b"\x1d", component=b"\x1f", terminator=b"\x1c", telling=_TELLING)
"""UNOB without a UNA divides by control characters."""
_UNA_BYTES = 9
_TESTS = frozenset({b"1", b"2", b"3", b"4"})


def marks(head: bytes) -> Marks | None:
    """The characters that a UNA names, or the usual ones before a UNB; None when it is neither."""
    if head.startswith(b"UNA"):
        return _named(head)
    if head.startswith(b"UNB+"):
        return _LEVEL_A
    return _LEVEL_B if head.startswith(b"UNB\x1d") else None


def _named(head: bytes) -> Marks | None:
    """A UNA stands before a UNB; one that is cut short stands before nothing."""
    una, after = head[3:_UNA_BYTES], head[_UNA_BYTES:].lstrip()
    used = una[:2] + una[5:]
    is_text = any(bytes([char]).isalnum() for char in una) or len(set(used)) < len(used)
    if is_text or not b"UNB".startswith(after[:3]):
        return None
    return Marks(
        component=una[0:1] or b":",
        element=una[1:2] or b"+",
        release=(una[3:4] or b"?").strip(),
        terminator=una[5:6] or b"'",
        skip=_UNA_BYTES,
        telling=_TELLING,
    )


def read_interchange(source: Source, marks: Marks, room: Room) -> Envelope:
    """Read from a UNA or UNB to the UNZ, or to what comes in its place."""
    source.skip(marks.skip)
    source.skip_blank()
    tag = source.peek(3)
    source.skip(len(tag) if b"UNB".startswith(tag) else 0)
    segment = next(source.segments(marks), None) if tag == b"UNB" else None
    fields = split(segment or b"", marks.element, marks.release)
    envelope = Envelope(_header(fields, marks), _TAGS, room)
    if segment is None or len(fields) < 6:
        envelope.blame("its UNB is not complete")
    _Body(envelope, marks).read(source)
    return envelope


def _header(unb: list[bytes], marks: Marks) -> Header:
    sender, receiver = (_components(field(unb, at), marks) for at in (2, 3))
    return Header(
        standard="edifact",
        sender=field(sender, 0),
        sender_qualifier=field(sender, 1),
        receiver=field(receiver, 0),
        receiver_qualifier=field(receiver, 1),
        control=_plain(field(unb, 5), marks),
        is_test=field(unb, 11).strip() in _TESTS,
    )


def split(segment: bytes, separator: bytes, release: bytes) -> list[bytes]:
    """Divide at a separator, but where it is released; release characters stay."""
    pieces = segment.split(separator)
    if not release or release not in segment:
        return pieces
    joined: list[bytes] = []
    open_: list[bytes] = []
    for piece in pieces:
        open_.append(piece)
        if not is_released(piece, len(piece), release):
            joined.append(separator.join(open_))
            open_ = []
    return [*joined, separator.join(open_)] if open_ else joined


def _components(element: bytes, marks: Marks) -> list[bytes]:
    return [_plain(each, marks) for each in split(element, marks.component, marks.release)]


def _plain(words: bytes, marks: Marks) -> bytes:
    """Without release characters."""
    if not marks.release or marks.release not in words:
        return words
    return re.sub(re.escape(marks.release) + b"(.?)", rb"\1", words, flags=re.DOTALL)


class _Body:
    """What follows a UNB."""

    def __init__(self, envelope: Envelope, marks: Marks) -> None:
        self._envelope = envelope
        self._marks = marks
        self._report: SyntaxReport | None = None
        self._ways = {
            b"UNG": self._open_group,
            b"UNE": self._close_group,
            b"UNH": self._open_document,
            b"UNT": self._close_document,
            b"UNO": self._package,
        }

    def read(self, source: Source) -> None:
        marks, envelope = self._marks, self._envelope
        for segment in source.segments(marks):
            tag = segment[:3]
            way = self._ways.get(tag)
            if source.was_unterminated and tag != b"UNZ":
                break
            if way is not None:
                source.spend()
                way(split(segment, marks.element, marks.release))
            elif tag == b"UNZ":
                unz = split(segment, marks.element, marks.release)
                self._end_report()
                envelope.close(field(unz, 1), _plain(field(unz, 2), marks))
                if source.was_unterminated:
                    envelope.end_without_terminator(_plain(field(unz, 2), marks))
                return
            else:
                envelope.count_segments()
                if self._report is not None:
                    source.spend()
                    self._hear(segment, self._report)
                else:
                    envelope.count_segments(source.pass_ordinary(marks))
        self._end_report()
        envelope.is_opaque |= source.is_spent
        envelope.cut_off()

    def _hear(self, segment: bytes, report: SyntaxReport) -> None:
        elements = split(segment, self._marks.element, self._marks.release)
        report.hear([_components(element, self._marks) for element in elements])

    def _end_report(self) -> None:
        report, self._report = self._report, None
        if report is not None:
            report.end(self._envelope.acknowledge)

    def _open_group(self, ung: list[bytes]) -> None:
        self._end_report()
        sender, receiver, version = (_components(field(ung, at), self._marks) for at in (2, 3, 7))
        control = _plain(field(ung, 5), self._marks)
        group = Group(
            kind=text(field(ung, 1)),
            sender=text(field(sender, 0)),
            receiver=text(field(receiver, 0)),
            control=text(control),
            version=" ".join(text(part) for part in version if part),
            documents=(),
        )
        self._envelope.open_group(group, control)

    def _close_group(self, une: list[bytes]) -> None:
        self._end_report()
        self._envelope.close_group(field(une, 1), _plain(field(une, 2), self._marks))

    def _open_document(self, unh: list[bytes]) -> None:
        self._end_report()
        kind = field(_components(field(unh, 2), self._marks), 0)
        self._envelope.open_document(kind, _plain(field(unh, 1), self._marks))
        self._report = SyntaxReport() if kind == b"CONTRL" else None

    def _close_document(self, unt: list[bytes]) -> None:
        self._end_report()
        self._envelope.close_document(field(unt, 1), _plain(field(unt, 2), self._marks))

    def _package(self, uno: list[bytes]) -> None:
        """An object of any bytes follows, which may look like anything (ISO 9735-8)."""
        del uno
        self._envelope.is_opaque = True
