"""What a deletion at the gateway comes to, as the door tells it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from syncd.operations.rows import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Spared:
    """A message whose entry stays at the gateway, why, and what to do instead."""

    message: Row
    reason: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletions:
    """Messages whose entries were deleted, or would be (`done` is False), and those that are left.

    `trouble` ended it early: what is in neither was not tried.
    """

    done: bool
    messages: tuple[Row, ...] = ()
    left: tuple[Spared, ...] = ()
    trouble: str = ""
    remedy: str = ""


def together(parts: Iterable[Deletions], *, done: bool) -> Deletions:
    """Several as one."""
    all_parts = tuple(parts)
    troubled = next((part for part in all_parts if part.trouble), None)
    return Deletions(
        done=done,
        messages=tuple(row for part in all_parts for row in part.messages),
        left=tuple(spared for part in all_parts for spared in part.left),
        trouble=troubled.trouble if troubled else "",
        remedy=troubled.remedy if troubled else "",
    )
