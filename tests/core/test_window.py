"""The window never lets more through than the other side counts, and keeps neither direction waiting."""

import itertools
import random
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.core.window import Advice, Slot, Use, Window

PER = timedelta(seconds=10)


def served(
    window: Window, uses: list[Use], *, seconds: float, answer_s: float = 0.2
) -> list[tuple[float, Use]]:
    """Send as fast as the window lets, all of `uses` always waiting, answers after `answer_s`."""
    sent: list[tuple[float, Use]] = []
    due: list[tuple[float, Slot]] = []
    now = 0.0
    while now < seconds:
        for at, slot in [one for one in due if one[0] <= now]:
            window.answer(slot, at)
        due = [one for one in due if one[0] > now]
        ready = [use for use in uses if window.next_free(now, use, other_waits=len(uses) > 1) <= now]
        for use in ready[:1]:
            sent.append((now, use))
            due.append((now + answer_s, window.take(use)))
        if not ready:
            later = [window.next_free(now, use, other_waits=len(uses) > 1) for use in uses]
            now = max(now + 0.001, min([*later, *(at for at, _ in due)]))
    return sent


def rate(sent: list[tuple[float, Use]], seconds: float) -> float:
    return len(sent) / seconds / 5.0


@given(
    gaps=st.lists(st.floats(0, 3), min_size=20, max_size=60),
    seed=st.integers(0, 1000),
)
def test_no_window_of_the_other_side_holds_too_many(gaps: list[float], seed: int) -> None:
    """Wherever between sending and answer each request is counted, any window has five at most."""
    window, dice = Window(requests=5, per=PER), random.Random(seed)
    now, counted = 0.0, []
    for gap in gaps:
        now = max(now + gap * (dice.random() < 0.3), window.next_free(now, Use.READ))
        slot = window.take(Use.READ)
        counted.append(now + dice.random() * gap)
        window.answer(slot, now + gap)
        now += gap * (dice.random() < 0.5)
    counted.sort()
    for first, sixth in zip(counted, counted[5:], strict=False):
        assert sixth - first >= 10.0


def test_an_answer_that_is_outstanding_keeps_its_slot() -> None:
    """Not answered is still taken, however long ago it was sent."""
    window = Window(requests=2, per=PER)
    window.take(Use.READ)
    slot = window.take(Use.READ)
    assert window.next_free(1000.0, Use.READ) > 1000.0
    window.answer(slot, 1000.0)
    assert window.next_free(1011.0, Use.READ) == 1011.0


def test_a_slot_that_was_not_used_is_free_at_once() -> None:
    """No connection, no request: nothing to count."""
    window = Window(requests=1, per=PER)
    window.give_back(window.take(Use.SEND))
    assert window.next_free(0.0, Use.SEND) == 0.0


def test_a_freeze_holds_everything_and_the_longest_counts() -> None:
    """429 with Retry-After stops both directions."""
    window = Window(requests=5, per=PER)
    window.freeze(30.0)
    window.freeze(20.0)
    assert [window.next_free(0.0, use) for use in Use] == [30.0, 30.0]
    assert window.frozen_for(10.0) == timedelta(seconds=20)
    assert window.frozen_for(40.0) == timedelta(0)


@pytest.mark.parametrize("uses", [[Use.READ], [Use.SEND], [Use.SEND, Use.READ]])
def test_the_limit_is_nearly_used_up(uses: list[Use]) -> None:
    """At 200 ms round trip within 5 % of the limit, whoever sends."""
    sent = served(Window(requests=50, per=PER), uses, seconds=102.0)
    assert rate(sent, 102.0) > 0.95


def test_both_directions_get_their_share() -> None:
    """While both wait, each has about half."""
    sent = served(Window(requests=50, per=PER), [Use.READ, Use.SEND], seconds=102.0)
    sends = sum(use is Use.SEND for _, use in sent)
    assert 0.4 < sends / len(sent) < 0.6


@pytest.mark.parametrize(("walk", "lone"), list(itertools.permutations(Use)))
def test_one_direction_leaves_room_for_a_lone_request_of_the_other(walk: Use, lone: Use) -> None:
    """A walk of lists takes all it can, and a dropped file still leaves at once."""
    window = Window(requests=50, per=PER)
    while window.next_free(0.0, walk) == 0.0:
        window.take(walk)
    assert window.next_free(0.0, lone) == 0.0
    window.take(lone)
    assert window.next_free(0.0, lone) > 0.0


def test_a_window_of_one_serves_both() -> None:
    """Nothing is kept where there is nothing to keep."""
    sent = served(Window(requests=1, per=PER), [Use.READ, Use.SEND], seconds=100.0)
    assert {use for _, use in sent} == set(Use)


def test_stamps_survive_a_restart() -> None:
    """What was sent before counts after; what was on its way counts from the next start."""
    before = Window(requests=2, per=PER)
    before.answer(before.take(Use.READ), 5.0)
    before.take(Use.SEND)
    after = Window(requests=2, per=PER)
    after.restore(before.stamps(8.0), 9.0)
    assert after.next_free(9.0, Use.READ) == pytest.approx(15.0, abs=0.1)
    assert sorted(after.stamps(9.0)) == [(Use.READ, 5.0), (Use.SEND, 9.0)]


def test_stamps_from_the_future_count_from_now() -> None:
    """A clock that was set back by a year does not stop the program for a year."""
    window = Window(requests=1, per=PER)
    window.restore([(Use.READ, 1e9)], 100.0)
    assert window.next_free(100.0, Use.READ) == pytest.approx(110.0, abs=0.1)


@pytest.mark.parametrize(("requests", "per"), [(0, PER), (5, timedelta(0))])
def test_a_limit_that_lets_nothing_through_is_refused(requests: int, per: timedelta) -> None:
    """Better an error at the start than a silent daemon."""
    with pytest.raises(ValueError, match="lets nothing through"):
        Window(requests=requests, per=per)


def held_back(window: Window, now: float = 0.0) -> float:
    return window.next_free(now, Use.READ) - now


def test_others_of_the_same_login_take_places_until_the_reset() -> None:
    """Three of five are gone and one was ours: a second one of ours is possible, a third waits."""
    window = Window(requests=5, per=PER)
    window.answer(window.take(Use.READ), 0.0)
    window.advise(Advice(limit=5, remaining=2, reset_s=4.0), 0.0)
    window.take(Use.READ)
    assert held_back(window) == 0.0
    window.take(Use.READ)
    assert held_back(window) == pytest.approx(4.0)
    assert held_back(window, 4.0) == 0.0


def test_what_is_on_its_way_is_ours() -> None:
    """Answers may come in another order than they were counted: nobody else is seen in them."""
    window = Window(requests=5, per=PER)
    slots = [window.take(Use.READ) for _ in range(4)]
    window.answer(slots[0], 0.0)
    window.advise(Advice(limit=5, remaining=1, reset_s=8.0), 0.0)
    assert held_back(window) == 0.0


def test_others_are_counted_anew_by_each_answer() -> None:
    """They went: so do their places."""
    window = Window(requests=5, per=PER)
    window.advise(Advice(limit=5, remaining=1, reset_s=8.0), 0.0)
    window.take(Use.READ)
    assert held_back(window) == pytest.approx(8.0)
    window.advise(Advice(limit=5, remaining=4, reset_s=8.0), 1.0)
    assert held_back(window, 1.0) == 0.0


@pytest.mark.parametrize("reset_s", [None, 500.0])
def test_others_stay_for_one_window_at_most(reset_s: float | None) -> None:
    """Whatever the reset says, or when it says nothing."""
    window = Window(requests=5, per=PER)
    window.advise(Advice(limit=5, remaining=0, reset_s=reset_s), 0.0)
    assert held_back(window) == pytest.approx(10.0, abs=0.1)


def test_nothing_left_holds_everything_until_the_reset() -> None:
    """Also when all of it was ours, and older than the other side thinks."""
    window = Window(requests=5, per=PER)
    window.advise(Advice(remaining=0, reset_s=3.0), 0.0)
    assert [window.next_free(0.0, use) for use in Use] == [3.0, 3.0]
    assert window.frozen_for(0.0) == timedelta(0)


def test_a_lower_limit_narrows_and_a_higher_one_widens_to_ours() -> None:
    """Ours is never passed."""
    window = Window(requests=3, per=PER)
    window.advise(Advice(limit=2), 0.0)
    window.take(Use.READ)
    window.take(Use.READ)
    assert held_back(window) > 0
    window.advise(Advice(limit=100), 0.0)
    assert held_back(window) == 0.0
    window.take(Use.READ)
    assert held_back(window) > 0


def test_others_do_not_take_from_a_share_that_is_there() -> None:
    """Of a thousand an hour others used half: our own three a window are still ours."""
    window = Window(requests=3, per=PER)
    window.advise(Advice(limit=1000, remaining=500, reset_s=1800.0), 0.0)
    for _ in range(2):
        window.take(Use.READ)
    assert held_back(window) == 0.0


def test_advice_of_nobody_but_us_changes_nothing() -> None:
    """The pace is the same as without a word."""
    window = Window(requests=50, per=PER)
    sent: list[float] = []
    now = 0.0
    while now < 52.0:
        now = max(now + 0.001, window.next_free(now, Use.READ))
        slot = window.take(Use.READ)
        window.answer(slot, now)
        sent.append(now)
        left = 50 - sum(at > now - 10.0 for at in sent)
        window.advise(Advice(limit=50, remaining=max(left, 0), reset_s=1.0), now)
    assert len(sent) / 52.0 / 5.0 > 0.95
