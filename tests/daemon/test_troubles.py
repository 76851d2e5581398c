"""A trouble is told when it begins and when it is over, and not in between."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from syncd.daemon.troubles import MOST, Troubles
from syncd.flows.bridge import Trouble
from tests.fakes.folders_clock import StillClock

AWAY = Trouble(account="acme", job="pull", what="the gateway cannot be reached")
REFUSED = Trouble(
    account="acme", job="pull", what="the password is refused", remedy="Write it anew.", needs_person=True
)


@pytest.fixture
def clock() -> StillClock:
    """Time that stands still."""
    return StillClock()


@pytest.fixture
def troubles(clock: StillClock) -> Troubles:
    """None yet."""
    return Troubles(clock)


def test_a_trouble_is_told_once(troubles: Troubles) -> None:
    """However often the job runs into it."""
    with capture_logs() as lines:
        assert [troubles.began(AWAY) for _ in range(3)] == [True, False, False]
    [line] = lines
    assert (line["event"], line["log_level"], line["account"]) == ("trouble.began", "warning", "acme")


def test_one_that_names_another_request_each_time_is_told_once(troubles: Troubles) -> None:
    """The gateway's reference of a request makes no other trouble of it, and it is over for all of them."""
    first, second = (replace(AWAY, what=f"the gateway is broken (trace 0HN:{n})") for n in (1, 2))
    with capture_logs() as lines:
        assert [troubles.began(first), troubles.began(second)] == [True, False]
        troubles.began(replace(second, job="send"))
        troubles.ended("acme", "pull", still=[second.what])
    assert [line["what"] for line in lines] == [first.what]
    assert [each.trouble.job for each in troubles.open()] == ["pull", "send"]
    with capture_logs() as lines:
        troubles.ended("acme", "pull")
        assert not lines
        troubles.ended("acme", "send")
    assert [line["event"] for line in lines] == ["trouble.ended"]


def test_one_for_a_person_is_an_error(troubles: Troubles) -> None:
    """With what to do."""
    with capture_logs() as lines:
        troubles.began(REFUSED)
    [line] = lines
    assert (line["log_level"], line["remedy"]) == ("error", "Write it anew.")


def test_one_that_comes_to_need_a_person_is_told_again(troubles: Troubles, clock: StillClock) -> None:
    """It began when it began; back to a milder form is no news."""
    began = clock.now()
    worse = Trouble(account="acme", job="pull", what=AWAY.what, needs_person=True)
    troubles.began(AWAY)
    clock.pass_time(timedelta(minutes=15))
    with capture_logs() as lines:
        assert troubles.began(worse)
        assert not troubles.began(AWAY)
    assert [line["log_level"] for line in lines] == ["error"]
    assert [(each.trouble, each.since) for each in troubles.open()] == [(worse, began)]


def test_the_end_is_told_once(troubles: Troubles, clock: StillClock) -> None:
    """For each trouble of that job, with how long it took; an idle success says nothing."""
    troubles.began(AWAY)
    troubles.began(REFUSED)
    clock.pass_time(timedelta(minutes=2))
    with capture_logs() as lines:
        troubles.ended("acme", "pull")
        troubles.ended("acme", "pull")
    assert [(line["event"], line["log_level"], line["seconds"]) for line in lines] == [
        ("trouble.ended", "info", 120)
    ] * 2
    assert troubles.open() == ()


def test_another_job_keeps_its_troubles(troubles: Troubles) -> None:
    """As does another account."""
    others = [
        Trouble(account="acme", job="send", what=AWAY.what),
        Trouble(account="globex", job="pull", what=AWAY.what),
    ]
    for trouble in [AWAY, *others]:
        assert troubles.began(trouble)
    troubles.ended("acme", "pull")
    assert [each.trouble for each in troubles.open()] == others


def test_it_may_begin_again(troubles: Troubles, clock: StillClock) -> None:
    """With a new time."""
    troubles.began(AWAY)
    troubles.ended("acme", "pull")
    clock.pass_time(timedelta(hours=1))
    assert troubles.began(AWAY)
    assert [each.since for each in troubles.open()] == [clock.now()]


def test_a_text_that_is_always_new_does_not_fill_the_memory(troubles: Troubles) -> None:
    """The oldest go; another job's stay."""
    troubles.began(Trouble(account="acme", job="send", what="other"))
    for number in range(MOST * 3):
        troubles.began(Trouble(account="acme", job="pull", what=f"request {number} failed"))
    kept = [each.trouble.what for each in troubles.open()]
    assert len(kept) == MOST + 1
    assert kept[0] == "other"
    assert kept[-1] == f"request {MOST * 3 - 1} failed"


def test_what_stops_every_job_is_told_once(troubles: Troubles, clock: StillClock) -> None:
    """When the first meets it, and when the last one works again."""
    jobs = ("pull", "send", "track")
    with capture_logs() as lines:
        for job in jobs:
            assert troubles.began(Trouble(account="acme", job=job, what=AWAY.what))
        clock.pass_time(timedelta(minutes=1))
        for job in jobs:
            troubles.ended("acme", job)
    assert [line["event"] for line in lines] == ["trouble.began", "trouble.ended"]
    assert lines[1]["seconds"] == 60
