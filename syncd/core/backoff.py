"""How long to wait before the next try."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta


def delay(tries: int, *, first: timedelta, most: timedelta, dice: Callable[[], float]) -> timedelta:
    """The gap after so many tries that failed: `first`, doubling, never over `most`.

    `dice` gives numbers from 0 to 1; up to a fifth of the gap is taken off by them, so that what failed
    together does not come back together.
    """
    doublings = min(max(tries - 1, 0), 64)
    gap_s = min(first.total_seconds() * 2.0**doublings, most.total_seconds())
    return timedelta(seconds=gap_s * (1 - dice() / 5))
