"""What follows from a walk of the unread list: nothing is lost, nothing is delivered twice."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from syncd.core import machine
from syncd.core.model import GatewayId, Message, Progress, bare
from syncd.core.planning.pull import (
    LISTED_TO,
    MOST_CONFIRMATIONS,
    MOST_RETURNS,
    Walked,
    WalkPlan,
    confirm_gap,
    forgotten,
    is_to_be_held,
    next_fetch,
    plan_walk,
    same_content,
    start,
    unlisted,
)
from syncd.core.shown import Record
from tests.core.building import DAY, HOUR, MINUTE, NOW, file, inbound, record

CONFIRMED = Progress(confirmed_at=NOW - HOUR, confirmations=1)


def plan(
    records: Sequence[Record],
    *rows: Message,
    since: datetime | None = None,
    last: Walked | None = None,
    now: datetime = NOW,
) -> WalkPlan:
    known: dict[str, list[Message]] = {}
    for row in rows:
        known.setdefault(bare(row.message_id or ""), []).append(row)
    return plan_walk(records, known=known, since=since, last=last, now=now)


def lacking(began: datetime) -> Walked:
    return Walked(began=began)


# What is new ------------------------------------------------------------------------------------


def test_what_is_new_is_fetched_in_listing_order() -> None:
    """Oldest first, as the walk listed it."""
    records = [record(f"g{n}@as2", persisted=n) for n in range(5)]
    assert [fetch.record for fetch in plan(records).fetch] == records


def test_what_is_older_than_the_start_is_passed_over_and_counted() -> None:
    """A new account does not swallow years of history; what has no time is not old."""
    times = (NOW - 2 * DAY, NOW - DAY, None, NOW)
    records = [record(f"g{n}@as2", persisted=n, at=at) for n, at in enumerate(times)]
    planned = plan(records, since=NOW - HOUR)
    assert [fetch.record.message_id for fetch in planned.fetch] == ["g2@as2", "g3@as2"]
    assert (planned.old.count, planned.old.oldest, planned.old.newest) == (2, times[0], times[1])
    assert planned.passed_over == 2


def test_an_old_message_that_has_a_row_is_fetched() -> None:
    """A person asked for it."""
    planned = plan([record(at=NOW - DAY)], inbound(), since=NOW)
    assert [fetch.row for fetch in planned.fetch] == [inbound()]


def test_brackets_make_no_other_message() -> None:
    """Some answers put them around an id, others do not."""
    assert plan([record("<g1@as2>")], inbound(gateway_id="g1@as2")).fetch[0].row is not None
    assert plan([record("g1@as2")], inbound(gateway_id="<g1@as2>")).fetch[0].row is not None


def test_what_waits_or_is_held_is_passed_over_until_its_time() -> None:
    """It holds up nothing, and is fetched when its next try is due."""
    for spot in (machine.FETCH_LATER, machine.HELD):
        early = plan([record()], inbound(spot=spot, next_at=NOW + MINUTE))
        assert (early.fetch, early.passed_over) == ((), 1)
        assert plan([record()], inbound(spot=spot, next_at=NOW)).fetch


def test_what_is_staged_or_published_is_not_fetched_again() -> None:
    """Staged is published from staging; published has its confirmation repeated."""
    assert plan([record()], inbound(spot=machine.STAGED)).passed_over == 1
    published = inbound(spot=machine.PUBLISHED)
    planned = plan([record()], published)
    assert (planned.fetch, planned.confirm_again) == ((), (published,))


# Listed again -----------------------------------------------------------------------------------


def test_a_message_that_was_missed_and_is_back_is_delivered_again() -> None:
    """A person marked it unread: a complete listing after the confirmation lacked it."""
    row = inbound(spot=machine.CONFIRMED, progress=CONFIRMED)
    planned = plan([record()], row, last=lacking(NOW - HOUR))
    assert [fetch.row for fetch in planned.returned] == [row]
    assert planned.present == frozenset()


def test_a_message_that_was_never_missed_is_confirmed_again() -> None:
    """The listing began before the answer, or had it, or there was none: that proves nothing."""
    row = inbound(spot=machine.CONFIRMED, progress=CONFIRMED)
    before = lacking(NOW - HOUR - timedelta(microseconds=1))
    had_it = Walked(began=NOW - MINUTE, present=frozenset({"g1@as2"}))
    for last in (None, before, had_it):
        planned = plan([record()], row, last=last)
        assert (planned.returned, planned.confirm_again) == ((), (row,))
        assert planned.present == {"g1@as2"}


def test_confirmations_are_repeated_at_growing_gaps_and_end() -> None:
    """Five more at most; then the account needs a person, and nothing is delivered twice."""
    now, row = NOW, inbound(spot=machine.CONFIRMED, progress=Progress(confirmed_at=NOW, confirmations=1))
    repeats: list[datetime] = []
    while not (planned := plan([record()], row, now=now)).unmarked:
        assert planned.returned == planned.fetch == ()
        if planned.confirm_again:
            repeats.append(now)
            memory = Progress(confirmed_at=now, confirmations=row.progress.confirmations + 1)
            row = inbound(spot=machine.CONFIRMED, progress=memory)
        now += timedelta(seconds=10)
    gaps = [later - earlier for earlier, later in zip([NOW, *repeats], repeats, strict=False)]
    assert gaps == [confirm_gap(n) for n in range(1, MOST_CONFIRMATIONS + 1)]
    assert gaps == sorted(set(gaps))


def test_what_was_gone_comes_back() -> None:
    """It was deleted before it was fetched, and the gateway lists it after all."""
    assert plan([record()], inbound(spot=machine.GONE)).returned


def test_many_that_come_back_at_once_are_held() -> None:
    """A restored gateway is not a person."""
    rows = [inbound(n, spot=machine.CONFIRMED, progress=CONFIRMED) for n in range(MOST_RETURNS + 1)]
    records = [record(f"g{n}@as2") for n in range(MOST_RETURNS + 1)]
    few = plan(records[1:], *rows[1:], last=lacking(NOW))
    assert (len(few.returned), few.restored) == (MOST_RETURNS, ())
    many = plan(records, *rows, last=lacking(NOW))
    assert (many.returned, many.restored) == ((), tuple(rows))


# The same id with another time ------------------------------------------------------------------


def test_another_time_of_a_known_id_is_a_retransmission() -> None:
    """It is fetched to be compared, with the newest message of the id, however old the listing says it is."""
    rows = [
        inbound(1, gateway_id="g", spot=machine.CONFIRMED, files=(file(sha256="a"),)),
        inbound(2, gateway_id="g", spot=machine.CONFIRMED, listed_at=2, created=NOW + HOUR),
    ]
    (fetch,) = plan([record("g", persisted=3, at=NOW - DAY)], *rows, since=NOW).fetch
    assert (fetch.row, fetch.retransmission_of) == (None, "in2")


def test_two_of_one_id_are_not_fetched_together() -> None:
    """The second could not be compared with the first, and both would be delivered."""
    planned = plan([record(persisted=1), record(persisted=2)])
    assert (len(planned.fetch), planned.passed_over) == (1, 1)


def test_a_message_that_never_came_is_taken_under_its_new_time() -> None:
    """The row is not left behind, and the content is not delivered under two rows."""
    row = inbound(spot=machine.FETCH_LATER, next_at=NOW)
    (fetch,) = plan([record(persisted=2000)], row).fetch
    assert (fetch.row, fetch.retransmission_of) == (row, None)
    assert plan([record(persisted=2000)], inbound(spot=machine.FETCH_LATER, next_at=NOW + HOUR)).fetch == ()


def test_a_retransmission_waits_for_the_first_to_be_fetched() -> None:
    """While the first waits for its next try there is nothing to compare with."""
    row = inbound(spot=machine.FETCH_LATER, next_at=NOW + HOUR)
    planned = plan([record(persisted=1000), record(persisted=2000)], row)
    assert (planned.fetch, planned.passed_over) == ((), 2)


def test_content_is_the_same_by_names_sizes_and_hashes() -> None:
    """In any order; a hash alone is not enough."""
    one = (file("a", 1, sha256="x"), file("b", 2, sha256="y"))
    assert same_content(one, one[::-1])
    assert not same_content(one, (file("c", 1, sha256="x"), one[1]))
    assert not same_content(one, (file("a", 1, sha256="z"), one[1]))
    assert not same_content(one, one[:1])


# What cannot be fetched -------------------------------------------------------------------------


def test_tries_to_fetch_grow_apart_up_to_six_hours() -> None:
    """1 m, 2 m, 4 m …; years of trying do not overflow."""
    gaps = [next_fetch(inbound(progress=Progress(tries=n)), now=NOW) - NOW for n in (0, 1, 2, 9, 100_000)]
    assert gaps == [MINUTE, 2 * MINUTE, 4 * MINUTE, 6 * HOUR, 6 * HOUR]


def test_a_day_of_trouble_needs_a_person() -> None:
    """Counted from the first try that failed."""
    row = inbound(progress=Progress(trouble_since=NOW - DAY))
    assert is_to_be_held(row, now=NOW)
    assert not is_to_be_held(row, now=NOW - MINUTE)
    assert not is_to_be_held(inbound(), now=NOW)


def test_what_a_complete_listing_lacks_is_looked_for_when_due() -> None:
    """Only what is still wanted, whose time has come, and that the listing lacks with or without brackets."""
    due = inbound(1, spot=machine.FETCH_LATER, next_at=NOW)
    rows: Mapping[str, Message] = {
        "due": due,
        "new": inbound(2),
        "early": inbound(3, spot=machine.FETCH_LATER, next_at=NOW + MINUTE),
        "held": inbound(4, spot=machine.HELD, next_at=NOW),
        "held for good": inbound(5, spot=machine.HELD),
        "staged": inbound(6, spot=machine.STAGED),
        "published": inbound(7, spot=machine.PUBLISHED),
        "listed": inbound(8),
    }
    missing = unlisted(list(rows.values()), frozenset({GatewayId("g8@as2")}), now=NOW)
    assert missing == (due, rows["new"], rows["held"])


# What retention has forgotten --------------------------------------------------------------------


def test_what_may_have_been_forgotten_is_passed_over() -> None:
    """Up to the newest time that was, for good; a later start of the account stays."""
    rows = [received(listed_at=ms(LONG_AGO + HOUR)), received(listed_at=ms(LONG_AGO))]
    facts = forgotten(rows, {})
    until = LONG_AGO + HOUR
    assert start(None, told(facts)) == until + LISTED_TO
    assert start(LONG_AGO, told(facts)) == until + LISTED_TO
    assert start(NOW, told(facts)) == NOW
    assert forgotten(rows[1:], told(facts)) == facts
    assert forgotten([], told(facts)) == {}
    assert start(LONG_AGO, {}) == LONG_AGO


@pytest.mark.parametrize("lie", [2**62, 9_999_999_999_999, -(2**62)])
def test_a_time_that_cannot_be_hides_nothing_that_is_to_come(lie: int) -> None:
    """A message was never listed later than we had it."""
    row = received(listed_at=lie)
    after = start(None, told(forgotten([row], {})))
    assert after is not None
    assert after <= row.created + LISTED_TO


LONG_AGO = NOW - 700 * DAY


def received(*, listed_at: int) -> Message:
    return replace(inbound(), listed_at=listed_at, created=NOW)


def ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def told(facts: Mapping[str, str | None]) -> dict[str, str]:
    return {key: value for key, value in facts.items() if value is not None}
