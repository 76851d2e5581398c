"""People are told once of each trouble and of its end, together when there is much, and whatever crashes."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from syncd.core import events as ev
from syncd.core.notices.concerns import Changes, Kind
from syncd.core.notices.pace import Quiet
from tests.contracts.stores import NOON, happened, opened, outbound
from tests.flows.noticing import MINUTE, Desk, a_desk, concern

HOUR = 60 * MINUTE
NAMES = [f"{number:03}.edi" for number in range(500)]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with a_desk(tmp_path) as found:
        yield found


def test_a_failure_is_told_at_once_and_once(desk: Desk) -> None:
    """With what, why, which file, whose, since when, and what to type."""
    (message,) = desk.failed("order.edi")
    desk.turn()
    desk.later(HOUR)
    [(way, notice)] = desk.notifier.out
    assert (way, notice.subject) == ("webhook", "syncd acme: 1 message failed")
    assert "order.edi to 08925485US00 (ACME): 404 no such partner, since 2026-11-21 12:00 UTC" in notice.body
    assert f"syncd show {message.id}" in notice.body
    told = desk.notifier.told()
    assert (told["kind"], told["account"], told["host"], told["recovered"]) == (
        "failed",
        "acme",
        "erp1",
        False,
    )
    assert (told["id"], told["since"]) == (notice.id, "2026-11-21T12:00:00Z")
    [row] = told["messages"]
    assert (row["id"], row["file"], row["what"]) == (message.id, "order.edi", "404 no such partner")


def test_a_storm_is_one_notice_and_a_digest_and_its_end_another(desk: Desk) -> None:
    """Counts, and the first few by name."""
    messages = [*desk.failed(NAMES[0])]
    desk.turn()
    messages += desk.failed(*NAMES[1:])
    assert desk.later(HOUR) == ["syncd acme: 499 messages failed"]
    assert desk.notifier.subjects[0] == "syncd acme: 1 message failed"
    body = desk.notifier.out[-1][1].body
    assert "001.edi" in body
    assert "… and 494 more: syncd list --attention --account acme" in body
    assert len(desk.notifier.told()["messages"]) == 100
    desk.seen_to(*messages)
    assert desk.later(HOUR) == ["syncd acme: 500 failed messages are seen to"]
    assert desk.notifier.told()["recovered"] is True
    assert desk.store.notebook.pending(limit=1) == []


def test_what_is_over_before_it_was_told_is_never_told(desk: Desk) -> None:
    """Neither that it began nor that it ended."""
    first, second = desk.failed("a.edi", "b.edi")
    desk.seen_to(first)
    desk.turn()
    third = desk.failed("c.edi")
    desk.turn()
    desk.seen_to(*third)
    assert desk.later(HOUR) == []
    assert [row["id"] for row in desk.notifier.told()["messages"]] == [second.id]


def test_nothing_is_forgotten_between_what_happened_and_its_delivery(desk: Desk) -> None:
    """A crash after each step, and then once more: told once, by one id."""
    desk.failed("a.edi")
    desk.again()
    desk.noticing().take()
    desk.again()
    desk.noticing().announce()
    desk.again()
    desk.notifier.dies = KeyboardInterrupt()  # it is out, and nobody knows
    with pytest.raises(KeyboardInterrupt):
        desk.turn()
    desk.notifier.dies = None
    desk.again()
    desk.turn()
    desk.again()
    desk.later(HOUR)
    first, again = desk.notifier.out
    assert first == again


def test_a_gateway_is_given_time_and_its_return_is_told(desk: Desk) -> None:
    """Also when the daemon is started anew in between: then nothing is over until it was seen."""
    down = (Kind.UNREACHABLE, "no connection (trace 1)")
    desk.turn(desk.look(down))
    assert desk.later(14 * MINUTE, desk.look((Kind.UNREACHABLE, "timed out"))) == []
    desk.again()
    assert desk.later(MINUTE, desk.look(is_proven=False)) == ["syncd acme: the gateway does not answer"]
    assert desk.later(HOUR, desk.look(down)) == []
    desk.again()
    assert desk.later(HOUR, desk.look(is_proven=False)) == []
    desk.turn(desk.look())
    assert desk.notifier.subjects[1:] == ["syncd acme: the gateway answers again"]
    assert desk.later(HOUR, desk.look()) == []


def test_a_gateway_that_comes_and_goes_is_told_once(desk: Desk) -> None:
    """What begins anew before its end was told goes on."""
    down, up = desk.look((Kind.REFUSED, "401")), desk.look()
    desk.turn(down)
    for _ in range(5):
        desk.later(2 * MINUTE, up)
        desk.later(MINUTE, down)
    assert desk.notifier.subjects == ["syncd acme: the log-in is refused"]


def test_without_its_root_an_account_learns_nothing_of_its_gateway(desk: Desk) -> None:
    """So the gateway's trouble is not over."""
    desk.turn(desk.look((Kind.REFUSED, "401")))
    assert desk.later(HOUR, desk.look((Kind.ROOT, "no marker"))) == ["syncd acme: the root cannot be used"]


def test_in_quiet_hours_only_what_is_urgent_is_told(desk: Desk) -> None:
    """The rest at their end."""
    desk.quiet = Quiet(begin=time(11), end=time(13, 30))
    desk.failed("a.edi")
    (doubtful,) = opened(desk.store, outbound("b.edi"))
    doubted = ev.Doubted(reason="timed out", next_at=NOON)
    held = ev.Held(reason="it may have been sent", place=doubtful.place)
    happened(desk.store, doubtful, ev.Submitting(files=doubtful.files), doubted, held)
    desk.turn(desk.look((Kind.UNREACHABLE, "timed out")))
    assert desk.notifier.subjects == ["syncd acme: 1 message held: it may have been sent"]
    assert desk.notifier.told()["urgent"] is True
    assert desk.later(89 * MINUTE, desk.look((Kind.UNREACHABLE, "timed out"))) == []
    assert desk.later(MINUTE) == ["syncd acme: the gateway does not answer, 1 message failed"]


def test_a_way_that_fails_is_tried_at_growing_gaps_and_holds_up_no_other(desk: Desk) -> None:
    """With the same id; the state names it until it is out."""
    desk.notifier.names = ("command", "webhook")
    desk.notifier.problems["webhook"] = "chat.example answered 503"
    desk.failed("a.edi")
    desk.turn()
    assert [way for way, _ in desk.notifier.out] == ["command"]
    work = desk.noticing()
    gaps = []
    for _ in range(8):
        gaps.append((work.due_in(None) or timedelta()) // MINUTE)
        desk.clock.wait(timedelta(minutes=gaps[-1]))
        work.deliver(is_over=lambda: False)
    assert gaps == [1, 2, 4, 8, 16, 32, 60, 60]
    [stuck] = desk.store.notebook.stuck("acme")
    assert (stuck.way, stuck.notices, stuck.problem) == ("webhook", 1, "chat.example answered 503")
    desk.notifier.problems.clear()
    desk.clock.wait(HOUR)
    desk.turn()
    (_, first), (_, second) = desk.notifier.out
    assert first == second
    assert desk.store.notebook.stuck("acme") == []


def test_one_that_is_never_taken_holds_up_no_other(desk: Desk) -> None:
    """The next on its way is tried first; after a week it is given up."""
    desk.notifier.problems["webhook"] = "chat.example answered 400"
    desk.failed("a.edi")
    desk.turn()
    desk.failed("b.edi")
    desk.later(16 * MINUTE)
    first, second = desk.store.notebook.due(now=NOON + timedelta(days=1), within=HOUR, limit=9)
    assert first.tries < second.tries
    desk.clock.wait(timedelta(days=8))
    desk.turn()
    assert desk.store.notebook.next_due() is None


def test_a_clock_that_was_set_back_holds_nothing_up(desk: Desk) -> None:
    """Neither what is to be told nor what is to be sent."""
    desk.failed("a.edi")
    desk.turn()
    desk.notifier.problems["webhook"] = "no"
    (second,) = desk.failed("b.edi")
    desk.later(16 * MINUTE)
    desk.failed("c.edi")
    desk.noticing().take()
    desk.seen_to(second)
    desk.turn()
    desk.notifier.problems.clear()
    desk.clock.at -= timedelta(days=365)
    assert sorted(desk.later(MINUTE)) == [
        "syncd acme: 1 message failed",
        "syncd acme: 1 message failed, 1 failed message is seen to",
    ]


def test_what_retention_forgets_is_no_concern_any_more(desk: Desk) -> None:
    """Neither what was told nor what is to be told."""
    told = desk.failed("a.edi")
    desk.turn()
    new = desk.failed("b.edi")
    desk.noticing().take()
    desk.store.journal.forget("acme", [*told, *new], {})
    assert desk.later(HOUR) == []
    assert desk.store.notebook.pending(limit=9) == []
    late = concern("message/gone", at=NOON, message=new[0].id)
    desk.store.notebook.keep(Changes(kept=(late,)))
    assert desk.store.notebook.pending(limit=9) == []


def test_ways_and_accounts_that_are_configured_no_more_are_let_go(desk: Desk) -> None:
    """What waited for them goes nowhere."""
    desk.notifier.problems["webhook"] = "no"
    desk.failed("a.edi")
    desk.turn()
    desk.notifier.names = ("command",)
    desk.failed("b.edi")
    desk.noticing("other").take()
    assert desk.noticing("other").announce() is None
    desk.clock.wait(HOUR)
    desk.turn()
    assert desk.notifier.out == []
    assert desk.store.notebook.next_due() is None


def test_the_night_that_has_an_hour_twice_ends_once() -> None:
    """And the one that lacks an hour ends all the same."""
    berlin, quiet = ZoneInfo("Europe/Berlin"), Quiet(begin=time(22), end=time(2, 30))

    def ends(*when: int) -> datetime:
        return quiet.ends(datetime(*when, tzinfo=UTC), berlin)  # type: ignore[misc,arg-type]  # year and so on

    assert ends(2026, 10, 24, 21) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert ends(2026, 10, 25, 1, 15) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert ends(2026, 3, 28, 23) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert ends(2026, 6, 1, 21) == datetime(2026, 6, 2, 0, 30, tzinfo=UTC)
    assert quiet.holds(datetime(2026, 6, 1, 20, 30, tzinfo=UTC), berlin)
    assert not quiet.holds(datetime(2026, 6, 1, 19, 30, tzinfo=UTC), berlin)
