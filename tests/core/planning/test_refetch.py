"""What is fetched when a person asks for all of some time."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

from syncd.core import machine
from syncd.core.machine import Spot
from syncd.core.model import Message
from syncd.core.planning.refetch import Sorted, added, sort_out
from syncd.core.planning.span import Refetched, Span, command
from syncd.core.shown import Record
from tests.core.building import DAY, HOUR, NOW, file, inbound, record


def sorted_out(one: Record, *rows: Message, again: bool = False) -> Sorted:
    return sort_out([one], {one.message_id: rows}, again=again)


def test_what_is_not_here_or_gone_is_fetched_and_what_was_received_only_when_that_is_said() -> None:
    """What is on its way in, or held, goes its own way."""
    one = record()
    assert len(sorted_out(one).fresh) == 1
    spots: dict[Spot, tuple[int, int, int]] = {
        machine.GONE: (1, 0, 0),
        machine.CONFIRMED: (0, 1, 0),
        machine.PUBLISHED: (0, 0, 1),
        machine.LISTED: (0, 0, 1),
        machine.HELD: (0, 0, 1),
    }
    for place, counts in spots.items():
        row = inbound(spot=place)
        for again in (False, True):
            piles = sorted_out(one, row, again=again)
            assert (piles.missing, piles.received, piles.under_way) == counts
            fetched = place == machine.GONE or (again and place == machine.CONFIRMED)
            assert piles.known == ([row] if fetched else [])
            assert piles.fresh == []


def test_what_was_settled_after_it_was_received_is_not_missing() -> None:
    """As after a gateway was restored: it was in the inbox. What has no files is not asked for again."""
    settled = replace(inbound(spot=machine.GONE), accepted_at=NOW)
    piles = sorted_out(record(), settled)
    assert (piles.missing, piles.received, piles.known) == (0, 1, [])
    assert sorted_out(record(), settled, again=True).known == [settled]
    empty = sorted_out(record(files=()), inbound(spot=machine.GONE), again=True)
    assert (empty.missing, empty.received, empty.known) == (0, 0, [])


def test_a_retransmission_is_compared_with_the_one_before() -> None:
    """And waits while that one is on its way in."""
    later = record(persisted=2)
    had = inbound(spot=machine.CONFIRMED, listed_at=1, files=(file(sha256="aa"),))
    assert [fetch.retransmission_of for fetch in sorted_out(later, had).fresh] == [had.id]
    coming = inbound(spot=machine.LISTED, listed_at=1)
    assert (sorted_out(later, coming).under_way, sorted_out(later, coming).fresh) == (1, [])


def test_a_span_has_its_first_moment_and_not_its_last_and_is_asked_for_in_parts() -> None:
    """The newest part first; what has no time is of no span."""
    span = Span(since=NOW - 70 * DAY, until=NOW)
    inside = [span.has(record(at=at)) for at in (span.since, NOW - HOUR, span.until, None)]
    assert inside == [True, True, False, False]
    assert list(span.parts(None)) == [(span.since, NOW)]
    ends = [NOW, NOW - 30 * DAY, NOW - 60 * DAY, span.since]
    assert list(span.parts(30 * DAY)) == [(b, a) for a, b in pairwise(ends)]


def test_pages_are_added_up_and_become_a_command_that_has_them_all() -> None:
    """To the minute, both ends included."""
    found = Refetched(account="acme")
    for at in (NOW, NOW - DAY):
        found = added(found, sorted_out(record(at=at)))
    assert (found.missing, found.oldest, found.newest) == (2, NOW - DAY, NOW)
    minute = NOW.replace(second=0, microsecond=0)
    until = f"{minute + timedelta(minutes=1):%Y-%m-%dT%H:%MZ}"
    for newest in (minute, minute + timedelta(seconds=59, microseconds=999_999)):
        assert command("acme", minute - DAY, newest).endswith(f" --until {until} --account acme")
