"""Bytes of a field as words that a person may be shown, and as numbers."""

from __future__ import annotations

from collections.abc import Sequence

MOST_CHARACTERS = 80
"""Of one field; no standard allows that many in an id or a number."""


def text(field: bytes) -> str:
    """A field for the eye: trimmed, of bounded length, without anything that steers a terminal."""
    cut = field.strip()[: 4 * MOST_CHARACTERS]
    try:
        words = cut.decode()
    except UnicodeDecodeError:
        words = cut.decode("latin-1")
    if len(words) <= MOST_CHARACTERS and words.isprintable():
        return words
    return "".join(c if c.isprintable() else "\ufffd" for c in words[:MOST_CHARACTERS])


def quoted(field: bytes) -> str:
    """The same, in quotes."""
    return f"'{text(field)}'"


def number(field: bytes) -> int | None:
    """A count; None when it is none."""
    digits = field.strip()
    return int(digits) if digits.isdigit() and len(digits) <= 18 else None


def is_same(one: bytes, other: bytes) -> bool:
    """Whether two control numbers are one: leading zeros make no difference to a number."""
    one, other = one.strip(), other.strip()
    return one == other or (number(one) is not None and number(one) == number(other))


def amount(count: int, noun: str) -> str:
    """A number of things, in words."""
    return f"{count} {noun}" + ("" if count == 1 else "s")


def field(fields: Sequence[bytes], at: int) -> bytes:
    """One field of a segment; empty when the segment is shorter."""
    return fields[at] if at < len(fields) else b""
