"""Gaps grow, and never beyond what is allowed."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from syncd.core.backoff import delay

MINUTE, HOURS = timedelta(minutes=1), timedelta(hours=6)


def test_a_gap_doubles_with_each_try() -> None:
    """Without luck the gaps are 1, 2, 4 … minutes."""
    gaps = [delay(tries, first=MINUTE, most=HOURS, dice=lambda: 0.0) for tries in (1, 2, 3, 4)]
    assert gaps == [MINUTE, 2 * MINUTE, 4 * MINUTE, 8 * MINUTE]


@given(tries=st.integers(min_value=0, max_value=100_000), dice=st.floats(0, 1))
def test_a_gap_stays_within_its_bounds(tries: int, dice: float) -> None:
    """Years of failing do not overflow, and the dice never makes a gap longer."""
    gap = delay(tries, first=MINUTE, most=HOURS, dice=lambda: dice)
    assert 0.79 * MINUTE <= gap <= HOURS


def test_what_failed_together_comes_back_apart() -> None:
    """The dice moves the gap by up to a fifth."""
    early = delay(3, first=MINUTE, most=HOURS, dice=lambda: 1.0)
    late = delay(3, first=MINUTE, most=HOURS, dice=lambda: 0.0)
    assert late - early == 0.2 * late
