"""What the gateway received in some time comes at a person's word: what is not here, or all of it."""

from datetime import datetime, timedelta

from syncd.core.looking import Line
from syncd.core.planning.span import Refetched, Span, command
from syncd.flows.refetching_span import refetch_span as ask
from syncd.operations.account_status import account_status
from syncd.sandbox import Sandbox
from syncd.wiring.acting import decide, refetch_span, run_check
from tests.e2e.harness import ACCOUNT, Ground
from tests.e2e.invariants import faults
from tests.safety.dying import Death, Killed

DAY_S = 86_400.0


def old(ground: Ground, box: Sandbox, count: int, *, days: int = 9) -> None:
    """Unread messages from long before the account's first look."""
    deliver(box, count, start=ground.clock.now().timestamp() - days * DAY_S)


def deliver(box: Sandbox, count: int, *, start: float) -> None:
    """One a second."""
    for number in range(count):
        box.deliver(files={f"old-{number}.edi": b"UNA %d" % number}, persisted=start + number)


def span(ground: Ground, *, days: float = 30, again: bool = False) -> Span:
    now = ground.clock.now() + timedelta(seconds=5)
    return Span(since=now - timedelta(days=days), until=now, again=again)


def asked(ground: Ground, wanted: Span) -> Refetched:
    [found] = refetch_span(ground.settings, [ACCOUNT], wanted, only_look=False, by="anna")
    return found


def test_what_was_passed_over_as_too_old_comes_when_it_is_asked_for(ground: Ground, box: Sandbox) -> None:
    """Counted first, then in batches, and confirmed; what was received here already stays."""
    old(ground, box, 130)
    box.deliver(files={"new.edi": b"UNA new"})
    ground.run()
    ground.collect()
    [found] = refetch_span(ground.settings, [ACCOUNT], span(ground), only_look=True, by="anna")
    assert (found.missing, found.received, found.under_way) == (130, 1, 0)
    assert found.oldest is not None
    assert found.newest is not None
    assert found.newest - found.oldest == timedelta(seconds=129)
    assert len(ground.rows()) == 1

    assert asked(ground, span(ground)) == found
    assert asked(ground, span(ground)).under_way == 130
    batches = box.ledger.count("batch")
    ground.run()

    assert len(ground.names("inbox")) == 130
    assert box.ledger.count("batch") - batches <= 4
    assert all(record.is_read for record in box.ledger.received)
    assert {line.by for line in _history(ground) if line.kind == "listed"} == {"", "anna"}
    assert faults(ground) == []
    ground.run()
    assert len(ground.names("inbox")) == 130


def test_what_a_restored_gateway_brought_back_is_not_delivered_once_more(
    ground: Ground, box: Sandbox
) -> None:
    """It was received here, and a person settled it: that it is *gone* since then makes it no new one."""
    for number in range(21):
        box.deliver(files={"in.edi": b"UNA %d" % number})
    ground.settle()
    ground.run()
    for one in box.ledger.received:
        box.mark_unread(one.id)
    ground.run()
    with ground.process() as process:
        for row in ground.rows():
            assert row.state == "held"
            decide(process.bridge, row, "done", by="anna")
    [found] = refetch_span(ground.settings, [ACCOUNT], span(ground), only_look=False, by="anna")
    assert (found.missing, found.received) == (0, 21)
    ground.run()
    assert len(ground.names("inbox")) == 21


def test_what_the_partner_sent_twice_before_the_first_look_comes_once(ground: Ground, box: Sandbox) -> None:
    """Of one id one is fetched at a time; the other is compared with it when it is asked for once more."""
    start = ground.clock.now().timestamp() - 9 * DAY_S
    for again_s in (0, 60):
        box.deliver(files={"in.edi": b"UNA in"}, message_id="twice", persisted=start + again_s)
    ground.run()
    for _ in range(3):
        asked(ground, span(ground))
        ground.run()
        assert ground.names("inbox") == ["in.edi"]
    assert [row.phase for row in ground.rows()] == ["confirmed", "confirmed"]


def test_what_check_and_status_say_to_type_fetches_all_that_is_old(ground: Ground, box: Sandbox) -> None:
    """Before the first pass, after it, and when later passes see the newest of them only.

    The newest that is not read elsewhere is of a full minute: what is told goes beyond that.
    """
    full_minute = (ground.clock.now().timestamp() - 9 * DAY_S) // 60 * 60
    deliver(box, 250, start=full_minute - 248)
    lines = [said(ground)]
    ground.run()
    ground.run()
    box.mark_read(box.ledger.received[-1].id)
    ground.run()
    lines.append(said(ground))
    with ground.records() as records:
        known = account_status(ground.settings.accounts[0], records, {}, now=ground.clock.now())
    assert known.passed_over == 249
    assert known.passed_over_from is not None
    assert known.passed_over_to is not None
    assert known.passed_over_to.timestamp() == full_minute
    lines.append(command(ACCOUNT, known.passed_over_from, known.passed_over_to))

    for line in lines:
        words = line.split()
        times = [datetime.fromisoformat(words[words.index(o) + 1]) for o in ("--since", "--until")]
        wanted = Span(since=times[0], until=times[1])
        [found] = refetch_span(ground.settings, [ACCOUNT], wanted, only_look=True, by="anna")
        assert found.missing == 250


def said(ground: Ground) -> str:
    lines = {line.name: line for line in run_check(ground.settings, [ACCOUNT])}
    return lines["history"].remedy.removeprefix("To take them: ")


def test_only_what_is_of_that_time_and_again_what_was_received(ground: Ground, box: Sandbox) -> None:
    """With `again` what was received here comes once more, too."""
    old(ground, box, 2, days=9)
    old(ground, box, 3, days=3)
    box.deliver(files={"new.edi": b"UNA new"})
    ground.run()

    found = asked(ground, span(ground, days=4, again=True))
    assert (found.missing, found.received) == (3, 1)
    ground.run()

    assert len(ground.names("inbox")) == 1 + 3 + 1


def test_what_was_removed_here_or_is_gone_comes_again(ground: Ground, box: Sandbox) -> None:
    """Gone: the gateway did not have it, and has it by now."""
    first = box.deliver(files={"a.edi": b"UNA a"})
    box.trouble("status", status=500, path=".*attachments.*", times=None)
    ground.run()
    box.calm()
    box.mark_read(first)
    ground.later(minutes=5)
    box.trouble("status", status=404, operation="get_received", times=1)
    ground.run()
    assert ground.row(first).state == "gone"

    assert asked(ground, span(ground)).missing == 1
    ground.run()

    assert ground.names("inbox") == ["a.edi"]


def test_a_death_between_two_pages_leaves_whole_pages(ground: Ground, box: Sandbox) -> None:
    """The same words once more bring the rest; each message comes once."""
    ground.run()
    old(ground, box, 150)
    death = Death(at=("before journal.open listed", 2))
    with ground.process(death.wrap) as process:
        try:
            ask(process.bridge, span(ground), by="anna")
        except Killed:
            assert len(ground.rows()) == 100
        else:
            raise AssertionError("it did not die")
    ground.run()
    assert len(ground.names("inbox")) == 100

    assert asked(ground, span(ground)).missing == 50
    ground.run()

    assert len(ground.names("inbox")) == 150
    assert faults(ground) == []


def _history(ground: Ground) -> list[Line]:
    with ground.records() as records:
        return [line for row in ground.rows() for line in records.history(row.id)]
