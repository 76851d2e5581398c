"""When a job runs next: always after now, whatever the clock did; never a backlog."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from syncd.daemon.trigger import JITTER, Cron, Steady, trigger_for

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
PACE = timedelta(seconds=30)
BERLIN = ZoneInfo("Europe/Berlin")


def steady(dice: float = 0.0) -> Steady:
    """Every thirty seconds."""
    return Steady(PACE, dice=lambda: dice)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_the_first_run_is_at_once() -> None:
    """A start looks at everything."""
    assert steady().get_next_fire_time(None, NOW) == NOW


@pytest.mark.parametrize("ahead", [timedelta(hours=1), timedelta(days=365 * 56), timedelta(seconds=31)])
def test_a_clock_set_forward_makes_no_backlog(ahead: timedelta) -> None:
    """As a machine that slept: one run, then the pace again, counted from now."""
    assert steady().get_next_fire_time(NOW, NOW + ahead) == NOW + ahead + PACE


def test_runs_keep_their_pace() -> None:
    """From the run before, also when it was asked a little early."""
    assert steady().get_next_fire_time(NOW, NOW - timedelta(milliseconds=5)) == NOW + PACE


@pytest.mark.parametrize("back", [timedelta(hours=1), timedelta(days=365 * 5)])
def test_a_clock_set_back_begins_anew(back: timedelta) -> None:
    """The supervisor asks as for the first time: at once."""
    assert steady().get_next_fire_time(None, NOW - back) == NOW - back


def test_bridges_started_together_drift_apart() -> None:
    """Up to a tenth is added, nothing is taken off."""
    most = steady(1.0).get_next_fire_time(NOW, NOW)
    assert most == NOW + PACE * (1 + JITTER)
    assert steady(0.5).get_next_fire_time(NOW, NOW) < most


def test_cron_is_in_the_configured_timezone() -> None:
    """06:30 in Berlin is 05:30 UTC in winter."""
    cron = Cron("30 6 * * *", BERLIN)
    assert cron.get_next_fire_time(None, NOW) == utc("2026-11-22 05:30")


def test_cron_counts_weekdays_as_cron_does() -> None:
    """1 is Monday; the 21st of November 2026 is a Saturday."""
    assert Cron("0 8 * * 1", ZoneInfo("UTC")).get_next_fire_time(None, NOW) == utc("2026-11-23 08:00")


def test_cron_runs_once_in_the_hour_that_is_skipped() -> None:
    """02:30 does not exist on the 29th of March 2026 in Berlin: the run comes right after the gap."""
    cron = Cron("30 2 * * *", BERLIN)
    first = cron.get_next_fire_time(None, utc("2026-03-28 12:00"))
    second = cron.get_next_fire_time(first, first)
    assert (first, second) == (utc("2026-03-29 01:00"), utc("2026-03-30 00:30"))


def test_cron_runs_once_in_the_hour_that_comes_twice() -> None:
    """02:30 exists twice on the 25th of October 2026 in Berlin."""
    cron, at, runs = Cron("30 2 * * *", BERLIN), utc("2026-10-24 12:00"), []
    for _ in range(2):
        at = cron.get_next_fire_time(at, at)
        runs.append(at.astimezone(UTC).isoformat())
    assert runs in (
        ["2026-10-25T00:30:00+00:00", "2026-10-26T01:30:00+00:00"],
        ["2026-10-25T01:30:00+00:00", "2026-10-26T01:30:00+00:00"],
    )


@pytest.mark.parametrize("ahead", [timedelta(hours=1), timedelta(days=365 * 3)])
def test_cron_makes_no_backlog_either(ahead: timedelta) -> None:
    """What was slept over is not made up for, and the next time lies after now."""
    cron = Cron("*/5 * * * *", BERLIN)
    following = cron.get_next_fire_time(NOW, NOW + ahead)
    assert NOW + ahead < following <= NOW + ahead + timedelta(minutes=5)


def test_a_cron_time_is_not_repeated_by_a_scheduler_that_wakes_early() -> None:
    """It asks with a now that lies before the run it has just made."""
    cron = Cron("0 * * * *", BERLIN)
    assert cron.get_next_fire_time(NOW, NOW - timedelta(milliseconds=1)) == NOW + timedelta(hours=1)


def test_a_pace_is_a_duration_or_an_expression() -> None:
    """As the configuration has it."""
    assert isinstance(trigger_for(PACE, zone=UTC, dice=lambda: 0.0), Steady)
    assert isinstance(trigger_for("* * * * *", zone=UTC, dice=lambda: 0.0), Cron)
