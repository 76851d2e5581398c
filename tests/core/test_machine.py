"""One table of legal moves: what is in it leads where it says, what is not changes nothing."""

from dataclasses import replace
from datetime import datetime

import pytest

from syncd.core import events as ev
from syncd.core import machine
from syncd.core.machine import IllegalMove, Spot, advance, is_unfinished, may, spot
from syncd.core.model import Direction, GatewayId, Mdn, MdnStatus, Message, MessageId, Phase, Place, State
from syncd.core.model import Progress as Memory
from tests.core.building import HOUR, MINUTE, NOW, file, inbound, outbound

OK = Mdn(status=MdnStatus.OK)
PENDING = Mdn(status=MdnStatus.PENDING)
LATER = NOW + MINUTE

SAMPLES: tuple[ev.Event, ...] = (
    ev.Listed(),
    ev.Postponed(reason="no", next_at=LATER),
    ev.Staged(files=(file(sha256="aa"),)),
    ev.Relocated(files=(file(),)),
    ev.Unstaged(reason="damaged"),
    ev.Published(),
    ev.Confirmed(answered_at=NOW),
    ev.Recognised(original=MessageId("in0"), files=(file(),)),
    ev.Returned(),
    ev.Requested(),
    ev.Vanished(reason="gone"),
    ev.Claimed(),
    ev.Unsettled(reason="changed", next_at=LATER),
    ev.Deferred(reason="not now"),
    ev.Submitting(files=(file(sha256="aa"),)),
    ev.Accepted(message_id=GatewayId("g1"), at=NOW),
    ev.Doubted(reason="reset", next_at=LATER),
    ev.LookedUp(absent=True, reason="not seen", next_at=LATER),
    ev.Adopted(message_id=GatewayId("g1"), at=NOW),
    ev.Absent(reason="never there"),
    ev.Refused(reason="400", place=Place("failed/a")),
    ev.Transmitted(mdn=PENDING, place=Place("queued/a")),
    ev.Delivered(mdn=OK, place=Place("sent/a")),
    ev.Bounced(reason="500", mdn=None, place=Place("failed/a")),
    ev.Revived(place=Place("queued/a")),
    ev.Stopped(),
    ev.Restarted(),
    ev.Acknowledged(answered_by=MessageId("in1"), answer=None, marks=(), says="accepted"),
    ev.Excused(),
    ev.Withdrawn(reason="taken"),
    ev.TakenAway(),
    ev.Deleted(ends=True, place=Place("failed/a")),
    ev.Pruned(after=HOUR),
    ev.Removed(),
    ev.Held(reason="look"),
    ev.Resolved(verdict="resend", place=Place("queued/a")),
    ev.Resolved(verdict="done"),
    ev.Rehoused(place=Place("queued/b")),
    ev.Moved(),
    ev.Remembered(progress=Memory(tries=3)),
)

TABLES = {Direction.INBOUND: machine.INBOUND, Direction.OUTBOUND: machine.OUTBOUND}
SENDING = ("claimed", "waiting", "submitting", "in_doubt", "accepted", "awaiting_mdn", "stopped")
SPOTS: dict[Direction, set[Spot]] = {
    Direction.INBOUND: {
        (State.ARRIVING, Phase.LISTED),
        (State.ARRIVING, Phase.WAITING),
        (State.ARRIVING, Phase.STAGED),
        (State.RECEIVED, Phase.PUBLISHED),
        (State.RECEIVED, Phase.CONFIRMED),
        (State.GONE, None),
        (State.HELD, None),
    },
    Direction.OUTBOUND: {
        *((State.QUEUED, Phase(phase)) for phase in SENDING),
        *((state, None) for state in (State.SENT, State.FAILED, State.HELD, State.WITHDRAWN)),
    },
}
ALL = [(direction, place) for direction in Direction for place in sorted(SPOTS[direction], key=str)]


def at(direction: Direction, place: Spot) -> Message:
    return inbound(spot=place) if direction is Direction.INBOUND else outbound(spot=place)


def after(message: Message, *events: ev.Event, now: datetime = NOW) -> Message:
    for event in events:
        message = advance(message, event, now=now)
    return message


# The table --------------------------------------------------------------------------------------


def test_the_samples_have_every_event() -> None:
    """A new kind of event cannot be forgotten here."""
    kinds = {kind for kind in vars(ev).values() if isinstance(kind, type) and issubclass(kind, ev.Event)}
    assert {type(sample) for sample in SAMPLES} == kinds - {ev.Event}
    assert set(machine.INBOUND) | set(machine.OUTBOUND) == kinds - {ev.Event}


@pytest.mark.parametrize("direction", list(Direction))
def test_the_table_knows_every_state_and_no_other(direction: Direction) -> None:
    """Each state and phase of a direction has moves, unless it is the end of everything."""
    here = {spot for moves in TABLES[direction].values() for spot in moves}
    there = {spot for moves in TABLES[direction].values() for spot in moves.values()}
    assert here | there == SPOTS[direction]
    assert SPOTS[direction] - here <= {machine.WITHDRAWN}


@pytest.mark.parametrize(("direction", "place"), ALL)
def test_every_event_moves_as_the_table_says_or_is_refused(direction: Direction, place: Spot) -> None:
    """What is not in the row of a message raises, and the message is as it was."""
    message = at(direction, place)
    for event in SAMPLES:
        target = TABLES[direction].get(type(event), {}).get(place)
        if isinstance(event, ev.Resolved) and target is not None:
            target = machine.VERDICTS[direction].get(event.verdict)
        if target is None:
            with pytest.raises(IllegalMove, match=f"{event.kind} cannot happen to message {message.id}"):
                advance(message, event, now=LATER)
            assert message == at(direction, place)
        else:
            assert spot(advance(message, event, now=LATER)) == target
            assert advance(message, event, now=LATER).updated == LATER


@pytest.mark.parametrize(("direction", "place"), ALL)
def test_may_agrees_with_the_table(direction: Direction, place: Spot) -> None:
    """What may happen is what advance takes, for one verdict at least."""
    message = at(direction, place)
    for kind in {type(sample) for sample in SAMPLES}:
        taken = False
        for event in (sample for sample in SAMPLES if type(sample) is kind):
            try:
                advance(message, event, now=NOW)
                taken = True
            except IllegalMove:
                continue
        assert may(message, kind) is taken


def _next(direction: Direction, reached: set[Spot]) -> set[Spot]:
    found = set(machine.VERDICTS[direction].values()) if machine.HELD in reached else set()
    for moves in TABLES[direction].values():
        found |= {to for here, to in moves.items() if here in reached}
    return found


@pytest.mark.parametrize(("direction", "place"), ALL)
def test_rest_can_be_reached_from_everywhere(direction: Direction, place: Spot) -> None:
    """No message is caught in a state that nothing leads out of."""
    reached = {place}
    while more := _next(direction, reached) - reached:
        reached |= more
    assert reached & machine.RESTING


@pytest.mark.parametrize(("direction", "place"), ALL)
def test_unfinished_is_what_does_not_rest(direction: Direction, place: Spot) -> None:
    """Flows look at these, and at nothing else; a held one waits for a person."""
    assert is_unfinished(at(direction, place)) is (place not in machine.RESTING)


def test_a_message_sent_before_its_mdn_is_unfinished() -> None:
    """With sent_when = "transmitted" its MDN is still asked for."""
    sent = after(
        outbound(spot=machine.ACCEPTED), ev.Transmitted(mdn=PENDING, place=Place("sent/a"), done=True)
    )
    assert spot(sent) == machine.SENT
    assert is_unfinished(sent)
    assert not is_unfinished(after(sent, ev.Delivered(mdn=OK, place=sent.place)))


def test_a_verdict_that_does_not_fit_is_refused() -> None:
    """An inbound message is done or stays held; an outbound one is never just done."""
    for verdict in ("sent", "resend", "fail", "perhaps"):
        with pytest.raises(IllegalMove):
            advance(inbound(spot=machine.HELD), ev.Resolved(verdict=verdict), now=NOW)
    with pytest.raises(IllegalMove):
        advance(outbound(spot=machine.HELD), ev.Resolved(verdict="done"), now=NOW)


# Times ------------------------------------------------------------------------------------------


def test_coming_to_rest_is_noted_once() -> None:
    """settled_at is the first moment of the rest, and goes when the rest is over."""
    sent = after(outbound(spot=machine.ACCEPTED), ev.Delivered(mdn=OK, place=None), now=LATER)
    assert (sent.settled_at, sent.next_at) == (LATER, None)
    moved = after(sent, ev.Moved(), now=LATER + HOUR)
    assert moved.settled_at == LATER
    failed = after(outbound(spot=machine.ACCEPTED), ev.Bounced(reason="no", mdn=None, place=None))
    assert after(failed, ev.Revived(place=None)).settled_at is None


# What events carry ------------------------------------------------------------------------------


def test_trouble_with_fetching_is_counted_until_it_is_over() -> None:
    """The first moment of trouble stays; staging ends it."""
    row = after(inbound(), ev.Postponed(reason="500", next_at=LATER))
    row = after(row, ev.Postponed(reason="501", next_at=LATER, by_index=True), now=LATER)
    assert (row.reason, row.next_at, row.progress.tries) == ("501", LATER, 2)
    assert (row.progress.trouble_since, row.progress.by_index) == (NOW, True)
    row = after(row, ev.Staged(files=(file(sha256="aa"),), place=Place("inbox/a"), is_folder=True))
    assert (row.reason, row.next_at, row.progress) == (None, None, Memory())
    assert (row.place, row.is_folder, row.files[0].sha256) == ("inbox/a", True, "aa")


def test_confirmations_are_counted_from_each_publication() -> None:
    """The gaps between them grow with the count."""
    row = after(inbound(spot=machine.STAGED), ev.Published())
    row = after(row, ev.Confirmed(answered_at=LATER), ev.Confirmed(answered_at=LATER + HOUR))
    assert (row.progress.confirmations, row.progress.confirmed_at) == (2, LATER + HOUR)


def test_what_comes_back_begins_anew() -> None:
    """A person wants it once more, also when it was a retransmission that was only recognised."""
    memory = Memory(confirmations=2, confirmed_at=NOW, retransmission_of=MessageId("in0"))
    row = after(inbound(spot=machine.CONFIRMED, progress=memory), ev.Returned())
    assert row.progress == Memory()
    assert row.files[0].place is None


def test_a_settled_message_that_comes_back_with_many_is_held() -> None:
    """A restored gateway brings back what was settled without a file as well."""
    assert spot(after(inbound(spot=machine.GONE), ev.Held(reason="restored"))) == machine.HELD


def test_a_claimed_file_that_is_refused_is_moved_from_queued() -> None:
    """Its place in the outbox may belong to the next file by then."""
    row = outbound(moving_from="outbox/ACME/WALMART/invoice.edi")
    refused = after(row, ev.Refused(reason="too large", place=Place("failed/a")))
    assert (refused.moving_from, refused.place) == (row.place, "failed/a")


@pytest.mark.parametrize(
    "event", [ev.Deferred(reason="no", attempted=False), ev.Unsettled(reason="no", next_at=LATER)]
)
def test_a_claimed_file_that_was_looked_at_has_left_the_outbox(event: ev.Event) -> None:
    """A restart would take the next file of that name for it otherwise."""
    assert after(outbound(moving_from="outbox/a"), event).moving_from is None


def test_several_moves_before_the_rename_keep_where_the_file_is() -> None:
    """The file is moved once, from where it stands to where it has to be at last."""
    row = after(
        outbound(spot=machine.ACCEPTED, place="queued/a"),
        ev.Transmitted(mdn=PENDING, place=Place("sent/a"), done=True),
        ev.Bounced(reason="MDN", mdn=None, place=Place("failed/a")),
        ev.Rehoused(place=Place("failed/a~2")),
    )
    assert (row.moving_from, row.place) == ("queued/a", "failed/a~2")
    assert after(row, ev.Moved()).moving_from is None


def test_a_file_that_was_taken_away_is_noted() -> None:
    """It is never searched."""
    row = after(outbound(spot=machine.SENT, moving_from="queued/a"), ev.TakenAway())
    assert (row.moving_from, row.progress.file_gone) == (None, True)


def test_doubt_is_never_forgotten() -> None:
    """Being accepted later, or sent again, does not undo that an outcome was unknown."""
    row = after(outbound(), ev.Submitting(files=(file(sha256="aa"),)))
    row = after(row, ev.Doubted(reason="reset", next_at=LATER))
    row = after(row, ev.LookedUp(absent=True, reason="-", next_at=LATER))
    row = after(row, ev.LookedUp(absent=None, reason="-", next_at=LATER))
    assert row.progress.lookups_absent == 1
    assert after(row, ev.LookedUp(absent=False, reason="-", next_at=LATER)).progress.lookups_absent == 0
    row = after(row, ev.Absent(reason="never there"))
    assert (row.progress.lookups_absent, row.progress.ever_in_doubt) == (0, True)
    row = after(row, ev.Submitting(files=row.files), ev.Accepted(message_id=GatewayId("g1"), at=LATER))
    assert row.progress.ever_in_doubt
    assert [attempt.outcome for attempt in row.attempts] == ["in_doubt", "absent", "accepted"]
    assert (row.message_id, row.accepted_at, row.progress.tries) == ("g1", LATER, 0)


@pytest.mark.parametrize(
    "again",
    [
        (ev.Held(reason="no MDN"), ev.Resolved(verdict="resend", place=Place("queued/a"))),
        (ev.Bounced(reason="no", mdn=None, place=None), ev.Revived(place=None)),
    ],
)
def test_another_attempt_waits_for_its_own_mdn(again: tuple[ev.Event, ...]) -> None:
    """The days that the first one waited do not count."""
    row = after(outbound(spot=machine.ACCEPTED), ev.Transmitted(mdn=PENDING, place=None))
    assert row.progress.transmitted_at == NOW
    assert after(row, *again).progress.transmitted_at is None


def test_a_withdrawn_message_has_no_place() -> None:
    """There is nothing to move any more."""
    row = after(outbound(moving_from="outbox/a"), ev.Withdrawn(reason="taken"))
    assert (row.place, row.moving_from, row.reason) == (None, None, "taken")


def test_a_decision_says_who_took_it() -> None:
    """The reason of a settled message is the person's word."""
    event = ev.Resolved(verdict="fail", place=Place("failed/a"), by="ann")
    row = after(outbound(spot=machine.HELD, place="held/a"), event)
    assert (row.reason, row.moving_from, row.place) == ("given up by ann", "held/a", "failed/a")


def test_a_pruned_file_needs_nobody_and_leaves_its_place_when_it_is_removed() -> None:
    """The state stays, and so does the time when it was settled."""
    failed = replace(outbound(spot=machine.FAILED, place="failed/a"), settled_at=NOW)
    pruned = after(failed, ev.Pruned(after=HOUR), now=LATER)
    assert (pruned.state, pruned.settled_at, pruned.place) == (failed.state, NOW, "failed/a")
    assert not machine.needs_person(pruned)
    removed = after(pruned, ev.Removed(), now=LATER)
    assert (removed.place, removed.progress.pruned) == (None, True)
