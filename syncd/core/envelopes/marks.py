"""The characters that divide an interchange, and what follows from them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

BLANKS = b" \t\r\n\v\f\0\x1a"
LINE_ENDS = b"\r\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """The characters that divide an interchange, each one byte; an empty `release` is none."""

    element: bytes
    component: bytes
    terminator: bytes
    release: bytes = b""
    skip: int = 0
    """Bytes before the first segment."""
    binaries: dict[bytes, int] = field(default_factory=dict)
    """Tags (four bytes, with the separator) of segments with binary content: which element is its length."""
    telling: bytes = b""
    """A pattern of how segments begin that are more than counted, also where a line ends within their tag."""

    @property
    def is_by_line(self) -> bool:
        """Whether each segment is a line."""
        return self.terminator in LINE_ENDS

    def between(self) -> re.Pattern[bytes]:
        """What stands between two segments and counts for nothing."""
        return re.compile(b"[%s%s]*" % (BLANKS, re.escape(self.terminator)))

    @property
    def is_rare(self) -> bool:
        """Whether they are such that `Ahead` does not know them."""
        if not self.release:
            return self.terminator.isalnum()
        return self.release != b"?" or self.is_by_line


class Ahead:
    """Looks ahead in a buffer, how far there is nothing but whole segments that are but counted.

    Where it is not sure a run ends: the next segment is then read by itself, which takes longer and tells the
    same. All patterns begin with one certain byte, since nothing passes over bytes as fast, and what one of
    them found next is kept, so that no byte is looked at for each segment before it.
    """

    def __init__(self, marks: Marks, buffer: bytes, at: int) -> None:
        end = re.escape(marks.terminator)
        self._terminator = marks.terminator
        self._buffer = _without_released(buffer, at, marks)
        blanks = BLANKS.replace(marks.terminator, b"")
        self._patterns = [re.compile(end + b"[%s]*+(?:%s|%s)" % (blanks, end, marks.telling))]
        for line_end in (b"\r", b"\n"):
            if line_end != marks.terminator and line_end in buffer:
                inner = b"%s(?<!%s%s)(?<!%s\r%s)" % (line_end, end, line_end, end, line_end)
                self._patterns.append(re.compile(inner))
        self._found = [-1] * len(self._patterns)

    def run(self, at: int, *, with_lines: bool) -> tuple[int, int]:
        """Where a run from there ends, behind a terminator, and how many segments it has; one ended at `at`.

        With lines: it ends before a segment that a line ends within.
        """
        before = at - 1
        stop = len(self._buffer)
        for n, pattern in enumerate(self._patterns if with_lines else self._patterns[:1]):
            if self._found[n] < before:
                found = pattern.search(self._buffer, before)
                self._found[n] = found.start() if found else len(self._buffer)
            stop = min(stop, self._found[n])
        end = max(at, self._buffer.rfind(self._terminator, at, stop + 1) + 1)
        return end, self._buffer.count(self._terminator, at, end)


def _without_released(buffer: bytes, at: int, marks: Marks) -> bytes:
    """The same, so long, but that all terminators from there on end a segment."""
    if not marks.release or buffer.find(marks.release, at) < 0:
        return buffer
    return buffer[:at] + re.sub(b"[?][?%s]" % re.escape(marks.terminator), b"??", buffer[at:])
