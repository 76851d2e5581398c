"""A gateway that keeps all it sent in one list: a verdict by status, the young by the list, the old by id."""

from dataclasses import replace
from datetime import datetime

import pytest

from syncd.core import machine
from syncd.core.machine import Spot
from syncd.core.model import AUTO, File, GatewayId, Message, Pair, Progress
from syncd.core.planning.doubt import Candidates, Seen, candidates
from syncd.core.planning.send import GOOD, Line, likeness
from syncd.core.planning.track import (
    LEAST_ASKED,
    LIST_MARGIN,
    NOWHERE_FOR,
    Fate,
    Finding,
    by_box,
    judge,
    judge_single,
    plan_agenda,
    to_ask,
)
from syncd.core.planning.whose import whose
from syncd.core.shown import Box, Record
from tests.core.building import DAY, HOUR, MINUTE, NOW, PAIR, ZERO, outbound, record


def accepted(
    number: int = 1, *, spot: Spot = machine.ACCEPTED, at: datetime = NOW, progress: Progress | None = None
) -> Message:
    return outbound(number, spot=spot, gateway_id=f"g{number}", accepted_at=at, progress=progress)


def entry(box: Box, number: int = 1, *, status: str = "", asks_more: bool = False) -> Record:
    plain = record(f"g{number}", box=box)
    return replace(plain, status=status or None, settled=box is Box.SENT and not status, asks_more=asks_more)


def look(message: Message, *records: Record) -> Finding:
    boxes = by_box(Seen(records=records, complete=True, at=NOW))
    return judge(message, boxes, complete=True, grace=HOUR, at=NOW, failed_is_final=True)


@pytest.mark.parametrize("spot", [machine.ACCEPTED, machine.AWAITING_MDN])
def test_a_settled_entry_needs_no_mdn(spot: Spot) -> None:
    """The partner has it, the gateway says so."""
    assert look(accepted(spot=spot), entry(Box.SENT)).fate is Fate.DELIVERED


def test_sent_on_and_not_settled_is_waited_for() -> None:
    """Sent to the next hop is not yet the partner's."""
    assert look(accepted(), entry(Box.SENT, status="outboxSent")).fate is Fate.TRANSMITTED


@pytest.mark.parametrize("spot", [machine.ACCEPTED, machine.AWAITING_MDN])
def test_failed_is_the_last_word_at_once(spot: Spot) -> None:
    """Also after it was sent on; the reason has the gateway's own word."""
    finding = look(accepted(spot=spot), entry(Box.FAILED, status="outboxFailed"))
    assert (finding.fate, finding.to_verify) == (Fate.BOUNCED, False)
    assert "outboxFailed" in finding.reason


def test_the_list_is_read_for_the_young_ones_only() -> None:
    """It begins where the oldest of them was taken over; the others are asked for by id, a few."""
    young, old = accepted(1, at=NOW - 10 * MINUTE), accepted(2, at=NOW - DAY)
    agenda = plan_agenda([young, old], newest_seen=NOW, offset=MINUTE, now=NOW, one_outbox=True)
    assert (agenda.lists, agenda.listed, agenda.singles) == ((Box.OUTBOX,), (young,), (old,))
    assert agenda.sent_back_to == NOW - 10 * MINUTE + MINUTE - LIST_MARGIN


def test_old_ones_alone_need_no_list() -> None:
    """And no more than one in a hundred is asked for in a pass, those first that waited longest."""
    asked = [accepted(n, at=NOW - DAY, progress=Progress(mdn_asked_at=NOW - n * HOUR)) for n in range(7, 207)]
    agenda = plan_agenda(asked, newest_seen=None, offset=ZERO, now=NOW, one_outbox=True)
    assert (agenda.lists, agenda.singles) == ((), (asked[-1], asked[-2]))


def test_an_open_end_is_asked_about() -> None:
    """Only where the list leaves it open, not too often, and not too many at once."""
    rows = [accepted(n) for n in range(500)]
    entries = tuple(entry(Box.QUEUED, n, asks_more=n != 3) for n in range(len(rows)))
    boxes = by_box(Seen(records=entries, complete=True, at=NOW))
    assert len(to_ask(rows, boxes, now=NOW)) == 10
    assert len(to_ask(rows[:40], boxes, now=NOW)) == LEAST_ASKED
    assert to_ask([rows[3]], boxes, now=NOW) == []
    just_asked = accepted(1, progress=Progress(mdn_asked_at=NOW))
    assert to_ask([just_asked], boxes, now=NOW + MINUTE) == [just_asked]
    assert to_ask([replace(just_asked, created=NOW - HOUR)], boxes, now=NOW + MINUTE) == []


def test_one_asked_for_by_id_is_judged_by_its_entry() -> None:
    """Settled, failed, or still on its way."""
    row = accepted()
    assert judge_single(row, entry(Box.SENT), at=NOW).fate is Fate.DELIVERED
    assert judge_single(row, entry(Box.FAILED, status="x"), at=NOW).fate is Fate.BOUNCED
    assert judge_single(row, entry(Box.QUEUED), at=NOW).fate is Fate.UNCHANGED


def test_unknown_by_its_id_for_an_hour_is_nowhere() -> None:
    """The gateway's own no counts, however long the gap between two looks is."""
    first = judge_single(accepted(), None, at=NOW)
    assert first.fate is Fate.UNCHANGED
    row = accepted(progress=first.progress)
    assert judge_single(row, None, at=NOW + NOWHERE_FOR - MINUTE).fate is Fate.UNCHANGED
    assert judge_single(row, None, at=NOW + NOWHERE_FOR).fate is Fate.NOWHERE
    assert judge_single(accepted(spot=machine.AWAITING_MDN), None, at=NOW).fate is Fate.TRANSMITTED


# In doubt ---------------------------------------------------------------------------------------


def doubtful(number: int = 1, *, pair: Pair = PAIR) -> Message:
    memory = Progress(submitted_at=NOW, ever_in_doubt=True)
    return replace(outbound(number, spot=machine.IN_DOUBT, progress=memory), pair=pair)


def find(
    message: Message, *records: Record, rows: tuple[Message, ...] = (), complete: bool = True
) -> Candidates:
    seen = Seen(records=records, complete=complete, at=NOW)
    return candidates(message, seen, ours=(), rows=(message, *rows), offset=ZERO, by_content=False)


def shown(name: str, message: Message, *, size: int | None = None, pair: bool = True) -> Record:
    files = tuple(replace(f, size=f.size if size is None else size) for f in message.files)
    plain = record(name, box=Box.QUEUED, files=files)
    return plain if pair else replace(plain, sender="", receiver="")


def test_the_only_one_of_name_and_size_is_ours() -> None:
    """Whatever its box, and also where the entry does not name its pair."""
    message = doubtful()
    for one in (shown("s1", message), shown("s1", message, pair=False)):
        assert find(message, one) == Candidates(certain=GatewayId("s1"))


def test_another_pair_is_another_message() -> None:
    """Where the entry names it."""
    message = doubtful(pair=replace(PAIR, partner="SOMEBODY"))
    assert find(message, shown("s1", message)) == Candidates()


def test_a_pair_chosen_by_the_header_rules_nothing_out() -> None:
    """What the gateway read off the file is not known here."""
    message = doubtful(pair=Pair(station=AUTO, partner=AUTO))
    assert find(message, shown("s1", message)).certain == GatewayId("s1")


def test_two_alike_keep_the_question_open() -> None:
    """Nobody can tell which it is, if any."""
    message = doubtful()
    both = (shown("s1", message), shown("s2", message))
    assert find(message, *both) == Candidates(open=both)


def test_another_size_keeps_the_question_open() -> None:
    """It may count a wrapping; a name of its own rules it out."""
    message = doubtful()
    wrapped = shown("s1", message, size=999_999)
    assert find(message, wrapped) == Candidates(open=(wrapped,))
    foreign = replace(wrapped, files=(File(name="other.edi", size=message.files[0].size),))
    assert find(message, foreign) == Candidates()


def test_a_list_that_was_cut_short_proves_nothing() -> None:
    """There may be another one."""
    message = doubtful()
    one = shown("s1", message)
    assert find(message, one, complete=False) == Candidates(open=(one,))


def test_a_message_alike_that_may_be_there_keeps_it_open() -> None:
    """Of whatever pair it is: entries may not name theirs."""
    message, twin = doubtful(1), doubtful(2, pair=replace(PAIR, partner="SOMEBODY"))
    one = shown("s1", message)
    assert find(message, one, rows=(twin,)) == Candidates(open=(one,))


def test_names_alone_make_twins() -> None:
    """Two files of one name and size to two partners are sent one after the other there."""
    first, second = outbound(1, spot=machine.CLAIMED), outbound(2, spot=machine.CLAIMED)
    second = replace(second, pair=replace(PAIR, partner="SOMEBODY"), files=first.files)
    assert likeness(first) != likeness(second)
    assert likeness(first, names_alone=True) == likeness(second, names_alone=True)

    def starts(*, names_alone: bool) -> int:
        line = Line([first, second], names_alone=names_alone)
        return len(line.starts(running=(), mood=GOOD, parallel=4, now=NOW))

    assert (starts(names_alone=False), starts(names_alone=True)) == (2, 1)


def test_a_named_sender_is_the_partner() -> None:
    """Where the gateway's words are clear, no list is asked."""
    told = whose(record("m1"), stations={"WALMART"}, partners=(), seen=None, names_sender=True)
    assert (told.pair.station, told.pair.partner) == (record("m1").receiver, record("m1").sender)
    assert told.proven
