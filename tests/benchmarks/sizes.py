"""How much of everything: by default, with `--more`, and so little that a test runs it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple


class Load(NamedTuple):
    """So many messages of so many bytes."""

    name: str
    messages: int
    least_bytes: int = 1_000
    most_bytes: int = 8_000


SMALL = "1-8 KB"
LARGE = Load("20 of 9 MB", 20, 9_000_000, 9_000_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """The amounts of a whole run."""

    pulls: tuple[Load, ...] = (
        Load(f"100 of {SMALL}", 100),
        Load(f"1,000 of {SMALL}", 1_000),
        Load(f"10,000 of {SMALL}", 10_000),
        Load("200 of 200 KB", 200, 200_000, 200_000),
        LARGE,
    )
    shares: tuple[Load, ...] = (Load(f"1,000 of {SMALL}", 1_000), LARGE)
    limited_pull: int = 5_000
    """With their lists and confirmations a little over three windows of the documented limit."""
    killed_pull: int = 3_400
    sends: int = 1_000
    limited_sends: int = 210
    """A little over four windows."""
    burst: int = 1_000
    bursts: tuple[int, ...] = (100, 1_000)
    ignored: int = 100_000
    outstanding: tuple[int, ...] = (10, 100, 1_000, 5_000)
    histories: tuple[tuple[int, int], ...] = ((5, 0), (100_000, 0), (100_000, 10_000), (1_000_000, 0))
    """So many messages, and so many of them held."""
    rivals: int = 1_000
    few: int = 100
    """Who takes so long for each that fewer tell as much."""
    rivals_far: int = 200
    repeats: int = 3
    """How often each command is given."""
    idle_s: float = 6.0
    day: int = 1_000
    day_sends: int = 200
    """Messages that come and files that go, before memory is looked at again."""


DEFAULT = Sizes()
MORE = replace(
    DEFAULT,
    limited_pull=10_000,
    limited_sends=1_000,
    burst=10_000,
    bursts=(100, 1_000, 5_000),
    few=1_000,
    histories=((5, 0), (100_000, 0), (100_000, 10_000), (1_000_000, 0), (5_000_000, 0)),
    rivals_far=1_000,
    idle_s=60.0,
    day=10_000,
    day_sends=2_000,
)
TINY = Sizes(
    pulls=(Load("3 of 1-8 KB", 3),),
    shares=(Load("3 of 1-8 KB", 3),),
    limited_pull=10,
    killed_pull=10,
    sends=3,
    limited_sends=3,
    burst=3,
    bursts=(3,),
    ignored=3,
    outstanding=(3,),
    histories=((3, 0), (3, 3)),
    rivals=3,
    few=3,
    rivals_far=3,
    repeats=1,
    idle_s=3.0,
    day=10,
    day_sends=10,
)
