"""When a job runs next: at a steady pace, or by a cron expression; never a backlog.

APScheduler asks a trigger for the next time after the previous one, and runs whatever lies in the past. A
clock that was set forward, or a machine that slept, would so make up for every missed run; here the next
time always lies after now. A clock that was set back is noticed by the supervisor, which asks anew.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo

from apscheduler.triggers.base import BaseTrigger
from cronsim import CronSim

JITTER = 0.1
"""Up to so much of the pace is added, so that many bridges do not ask at the same moment."""


class Steady(BaseTrigger):  # type: ignore[misc]  # APScheduler has no types
    """Every so often, counted from the run before or from now, whichever is later."""

    def __init__(self, every: timedelta, *, dice: Callable[[], float]) -> None:
        self._every = every
        self._dice = dice

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """The next time; at once for the first. `dice` gives a number from 0 to 1."""
        if previous_fire_time is None:
            return now
        return max(previous_fire_time, now) + self._every * (1 + JITTER * self._dice())


class Cron(BaseTrigger):  # type: ignore[misc]  # APScheduler has no types
    """By a five-field cron expression in a timezone."""

    def __init__(self, expression: str, zone: tzinfo) -> None:
        self._expression = expression
        self._zone = zone

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """The first time after now, and after the run before."""
        start = max(previous_fire_time, now) if previous_fire_time else now
        return next(CronSim(self._expression, start.astimezone(self._zone)))


def last_due(expression: str, zone: tzinfo, *, before: datetime) -> datetime:
    """When a cron expression last came, before that time."""
    return next(CronSim(expression, before.astimezone(zone), reverse=True))


def trigger_for(pace: timedelta | str, *, zone: tzinfo, dice: Callable[[], float]) -> Steady | Cron:
    """The trigger of a configured pace."""
    return Cron(pace, zone) if isinstance(pace, str) else Steady(pace, dice=dice)
