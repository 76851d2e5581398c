"""The traffic of the last days: how many messages began on each, in and out.

A day that is over is counted once an hour, today once a minute: whoever looks pays for one day at most.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from syncd.core.model import Direction

DAYS = 14
HEIGHT = 100
WIDTH = 40
"""Of a day, in the chart's own units."""
_BAR = 14
_TODAY_IS_KEPT = timedelta(minutes=1)
_A_DAY_IS_KEPT = timedelta(hours=1)

Opened = Callable[[Direction, datetime, datetime], int]
"""How many messages of a direction began in a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One day's traffic."""

    day: date
    inbound: int
    outbound: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar of the chart, its top left corner at x and y."""

    way: str
    x: int
    y: float
    height: float
    width: int = _BAR


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """The days, oldest first, with their bars."""

    days: tuple[Day, ...]
    bars: tuple[Bar, ...]
    most: int

    @property
    def width(self) -> int:
        """Of the whole, in its own units."""
        return WIDTH * len(self.days)

    @property
    def height(self) -> int:
        """As above."""
        return HEIGHT

    def total(self, way: str) -> int:
        """Of all days."""
        return sum(getattr(each, way) for each in self.days)


class Traffic:
    """Counts, and keeps what it counted for a while."""

    def __init__(self, opened: Opened, *, zone: tzinfo, now: Callable[[], datetime]) -> None:
        self._opened = opened
        self._zone = zone
        self._now = now
        self._kept: dict[tuple[Direction, date], tuple[int, datetime]] = {}
        """Each count, and until when it holds."""

    def chart(self) -> Chart:
        """The last days, today included."""
        now = self._now()
        today = now.astimezone(self._zone).date()
        dates = [today - timedelta(days=back) for back in reversed(range(DAYS))]
        days = tuple(self._day(each, now, is_today=each == today) for each in dates)
        self._kept = {key: kept for key, kept in self._kept.items() if key[1] >= dates[0]}
        return drawn(days)

    def _day(self, day: date, now: datetime, *, is_today: bool) -> Day:
        span = _TODAY_IS_KEPT if is_today else _A_DAY_IS_KEPT
        counts = {way.value: self._count(way, day, now, span) for way in Direction}
        return Day(day=day, **counts)

    def _count(self, way: Direction, day: date, now: datetime, span: timedelta) -> int:
        count, until = self._kept.get((way, day), (0, now))
        if until > now:
            return count
        counted = self._opened(way, self._midnight(day), self._midnight(day + timedelta(days=1)))
        self._kept[way, day] = (counted, now + span)
        return counted

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), self._zone).astimezone(UTC)


def drawn(days: Sequence[Day]) -> Chart:
    """The bars of these days: the highest is as high as the chart."""
    most = max((max(each.inbound, each.outbound) for each in days), default=0)
    bars: list[Bar] = []
    for number, each in enumerate(days):
        left = number * WIDTH + (WIDTH - 2 * _BAR) // 2
        bars += _bars("inbound", each.inbound, left, most)
        bars += _bars("outbound", each.outbound, left + _BAR, most)
    return Chart(days=tuple(days), bars=tuple(bars), most=most)


def _bars(way: str, count: int, x: int, most: int) -> list[Bar]:
    """What is there is seen, however little it is."""
    if not count:
        return []
    height = round(max(HEIGHT * count / most, 1.5), 2)
    return [Bar(way=way, x=x, y=round(HEIGHT - height, 2), height=height)]
