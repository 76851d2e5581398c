"""Takes a stream apart at its segment terminators, in chunks, so that memory does not grow with the file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from syncd.core.envelopes.marks import BLANKS, LINE_ENDS, Ahead, Marks

CHUNK = 1 << 16
MOST_SEGMENT = 1024
"""Bytes of a segment that are looked at; the rest of a longer one is passed over. No header is that long."""
MOST_STEPS = 1_000_000
"""Steps that are spent on a file, a few seconds, whatever it holds: a segment is one, an envelope's more."""
ENVELOPE_STEPS = 5
"""What a segment of the envelopes or of an acknowledgement costs besides."""

VAIN = 24
"""Segments without a look ahead after one that was in vain: some files are made of nothing else."""

STARTS = frozenset({b"ISA", b"UNA", b"UNB"})
"""With these an interchange begins; nothing within one begins so."""

_BLANK = re.compile(b"[%s]*" % BLANKS)


class Source:
    """The segments of a stream, one after the other."""

    def __init__(self, stream: BinaryIO, *, steps: int) -> None:
        self._stream = stream
        self._buffer = b""
        self._dropped = b""
        self._at = 0
        self._left = steps
        self._blank = _BLANK
        self._ahead: Ahead | None = None
        self._waits = 0
        self.is_wrapped = False
        """Its lines end within segments, wherever that fell."""
        self.was_unterminated = False
        """The segment given out last ended with the stream, not with a terminator."""

    @property
    def is_spent(self) -> bool:
        """Whether no more of it is read, however much is left."""
        return self._left <= 0

    def spend(self) -> None:
        """Note that the segment in hand costs more than others."""
        self._left -= ENVELOPE_STEPS

    def peek(self, count: int) -> bytes:
        """The next bytes, still to come; fewer at the end."""
        while len(ahead := self._buffer[self._at : self._at + count]) < count and self._fill():
            pass
        return ahead

    def skip(self, count: int) -> None:
        """Pass over so many bytes, or to the end."""
        while count > len(self._buffer) - self._at:
            count -= len(self._buffer) - self._at
            self._at = len(self._buffer)
            if not self._fill():
                return
        self._at += count

    def unwrap(self) -> None:
        """From here on line ends are nothing: a wrapped file has them also within its next header."""
        self._hold(self._buffer[self._at :].translate(None, LINE_ENDS))
        self._dropped = LINE_ENDS

    def skip_blank(self) -> bool:
        """Pass over blanks, line ends, padding and spare terminators; False: nothing else is left."""
        while True:
            self._at = self._blank.match(self._buffer, self._at).end()  # type: ignore[union-attr]  # always matches
            if self._at < len(self._buffer):
                return True
            if not self._fill():
                return False

    def segments(self, marks: Marks) -> Iterator[bytes]:
        """The segments without their terminators, at least how they begin; none of them is empty.

        Ends with the stream, before the start of another interchange, and when enough was read.
        """
        self._blank, self._ahead, self._waits = marks.between(), None, 0
        while not self.is_spent and self.skip_blank():
            self._left -= 1
            tag = self.peek(4)
            if tag[:3] in STARTS:
                return
            if tag in marks.binaries:
                self._skip_binary(marks, marks.binaries[tag])
                self._rest(marks)
                yield tag[:3]
            else:
                yield self._rest(marks)

    def pass_ordinary(self, marks: Marks) -> int:
        """Pass over segments that are but counted, as far as they are in hand; how many they were.

        For the one who goes through `segments`, between two of them.
        """
        if self._waits or marks.is_rare:
            self._waits = max(0, self._waits - 1)
            return 0
        if self._ahead is None:
            self._ahead = Ahead(marks, self._buffer, self._at)
        self._at, count = self._ahead.run(self._at, with_lines=not self.is_wrapped)
        self._left -= count
        if not count:
            self._waits = VAIN
        return count

    def _rest(self, marks: Marks) -> bytes:
        """Up to the next terminator."""
        at, end = self._at, self._end(marks)
        if end < 0:
            segment = self._long_rest(marks)
        else:
            segment = self._buffer[at : min(end, at + MOST_SEGMENT)]
            self._at = end + 1
        return self._unwrapped(segment) if b"\n" in segment or b"\r" in segment else segment

    def _long_rest(self, marks: Marks) -> bytes:
        """Up to a terminator that is not in hand yet, or to the end."""
        head = b""
        while (end := self._end(marks)) < 0:
            if len(self._buffer) - self._at > CHUNK:
                head = head or self._taken()
                self._drop(marks.release)
            if not self._fill():
                end = len(self._buffer)
                self.was_unterminated = not marks.is_by_line
                break
        segment = head or self._buffer[self._at : min(end, self._at + MOST_SEGMENT)]
        self._at = min(end + 1, len(self._buffer))
        return segment

    def _unwrapped(self, segment: bytes) -> bytes:
        segment = segment.strip()
        unwrapped = segment.translate(None, LINE_ENDS)
        self.is_wrapped |= len(unwrapped) < len(segment)
        return unwrapped

    def _end(self, marks: Marks) -> int:
        buffer, release = self._buffer, marks.release
        at = buffer.find(marks.terminator, self._at)
        while release and buffer[at - 1 : at] == release and at > 0:
            if not is_released(buffer, at, release, start=self._at):
                break
            at = buffer.find(marks.terminator, at + 1)
        return at

    def _taken(self) -> bytes:
        return self._buffer[self._at : self._at + MOST_SEGMENT]

    def _drop(self, release: bytes) -> None:
        """Forget what a long segment holds, but for a release character that makes the next one plain."""
        end = len(self._buffer)
        odd = bool(release) and is_released(self._buffer, end, release, start=self._at)
        self._at = end - 1 if odd else end

    def _skip_binary(self, marks: Marks, at: int) -> None:
        """Pass over binary content whose length the segment names; what names none is taken as it comes."""
        fields = self.peek(64).split(marks.element, at + 1)
        if len(fields) > at + 1 and fields[at].isdigit() and len(fields[at]) <= 15:
            self.skip(sum(len(each) + 1 for each in fields[: at + 1]) + int(fields[at]))

    def _fill(self) -> bool:
        piece = self._stream.read(CHUNK)
        self._hold(self._buffer[self._at :] + piece.translate(None, self._dropped))
        return bool(piece)

    def _hold(self, buffer: bytes) -> None:
        self._buffer, self._ahead, self._at = buffer, None, 0


def is_released(buffer: bytes, at: int, release: bytes, *, start: int = 0) -> bool:
    """Whether the character there is plain text: an odd number of release characters stands before it."""
    first = at
    while first > start and buffer[first - 1] == release[0]:
        first -= 1
    return (at - first) % 2 == 1
