"""How soon and how often people are told, and when not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """Hours of each day in which only what is urgent is told; they may go past midnight."""

    begin: time
    end: time

    def holds(self, at: datetime, zone: tzinfo) -> bool:
        """Whether the clocks of that zone show quiet hours."""
        shown = at.astimezone(zone).time()
        if self.begin <= self.end:
            return self.begin <= shown < self.end
        return shown >= self.begin or shown < self.end

    def ends(self, at: datetime, zone: tzinfo) -> datetime:
        """When the end is shown next, also in an hour that comes twice; in one that is left out, after it."""
        today = at.astimezone(zone).date()
        shown = [
            datetime.combine(today + timedelta(days=day), self.end, zone).replace(fold=fold).astimezone(UTC)
            for day in (0, 1, 2)
            for fold in (0, 1)
        ]
        return min(end for end in shown if end > at and not self.holds(end, zone))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How soon and how often people are told."""

    digest: timedelta
    quiet: Quiet | None
    unreachable_after: timedelta
