"""How a gateway tells of itself: what is its own word in an answer, and what somebody in between said.

Each gateway has its own voice; `border` asks it, and makes errors of what it hears. Pure.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

_LONGEST = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the body of a refusal says.

    `words` are the gateway's own, None when it is not the gateway that speaks. `trace` is by what its support
    finds the request. `status` is the HTTP status that the body stands for, where it knows better than the
    status line.
    """

    words: str | None = None
    trace: str = ""
    status: int | None = None

    @property
    def detail(self) -> str:
        """Words and trace in one line."""
        words = self.words or ""
        return f"{words} (trace {self.trace})".lstrip() if self.trace else words


Voice = Callable[[int, bytes], Said]
"""Reads the body of an answer with that HTTP status."""


def message_voice(status: int, body: bytes) -> Said:
    """The generic response `{"message": …}` (AS2 §3.1)."""
    del status
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return Said()
    words = answer.get("message") if isinstance(answer, dict) else None
    return Said(words=one_line(words)) if isinstance(words, str) else Said()


def one_line(text: str) -> str:
    """One line, of printable characters, not too long."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
