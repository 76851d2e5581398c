"""A job is fresh by its last success, for its pace."""

from __future__ import annotations

from datetime import timedelta

import pytest

from syncd.core.freshness import GRACE, JobHealth, allowed_age, are_ready, is_fresh

MINUTE = timedelta(minutes=1)


def test_three_runs_may_be_missed() -> None:
    """With some grace for a gateway that is away for a moment."""
    assert allowed_age(timedelta(seconds=30)) == timedelta(seconds=90) + GRACE


@pytest.mark.parametrize(
    ("age", "within", "gets_on", "fresh"),
    [
        (MINUTE, MINUTE, False, True),
        (2 * MINUTE, MINUTE, False, False),
        (2 * MINUTE, MINUTE, True, True),
        (None, MINUTE, False, False),
        (None, MINUTE, True, True),
        (None, None, False, True),
    ],
    ids=["young", "old", "old and at work", "never", "at work for the first time", "not due yet"],
)
def test_a_job_is_fresh_by_its_last_success(
    age: timedelta | None, within: timedelta | None, gets_on: bool, fresh: bool
) -> None:
    """Or while it is at work and gets on."""
    assert is_fresh(age=age, within=within, gets_on=gets_on) is fresh


def test_one_job_that_is_not_fresh_is_enough() -> None:
    """Unless it is paused."""
    fresh, stale = JobHealth(account="a", job="pull"), JobHealth(account="b", job="pull", is_fresh=False)
    assert are_ready([fresh])
    assert not are_ready([fresh, stale])
    assert are_ready([fresh, JobHealth(account="b", job="send", is_fresh=False, is_paused=True)])
