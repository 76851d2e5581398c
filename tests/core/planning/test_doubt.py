"""A send in doubt: believed to be there only with proof, believed to be absent only after enough looking."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.core import machine
from syncd.core.machine import Spot
from syncd.core.model import File, Message, Progress
from syncd.core.planning.doubt import (
    Candidates,
    Seen,
    candidates,
    doubt_wait,
    is_absent_for_good,
    next_lookup,
)
from syncd.core.shown import Box, Record
from tests.core.building import DAY, MINUTE, NOW, ZERO, file, outbound, record

WAIT = 10 * MINUTE
NOTHING = Candidates()


def doubtful(number: int = 1, *, spot: Spot = machine.IN_DOUBT, absent: int = 0) -> Message:
    memory = Progress(submitted_at=NOW, ever_in_doubt=True, lookups_absent=absent)
    return outbound(number, spot=spot, progress=memory)


def find(
    *records: Record,
    message: Message | None = None,
    ours: frozenset[str] = frozenset(),
    rows: tuple[Message, ...] = (),
    offset: timedelta = ZERO,
    subject: str | None = None,
    complete: bool = True,
) -> Candidates:
    seen = Seen(records=records, complete=complete, at=NOW)
    message = message or doubtful()
    return candidates(message, seen, ours=ours, rows=(message, *rows), offset=offset, subject=subject)


def queued(*, files: tuple[File, ...] = ()) -> Record:
    return record("q1", box=Box.QUEUED, files=files)


SENT = record("s1", box=Box.SENT)
FAILED = record("f1", box=Box.FAILED)


# When -------------------------------------------------------------------------------------------


def test_absence_is_believed_after_the_longest_send() -> None:
    """The partner's own time-out counts where it is longer, with a minute on top."""
    assert doubt_wait(WAIT, None) == doubt_wait(WAIT, 540) == WAIT
    assert doubt_wait(WAIT, 541) == WAIT + timedelta(seconds=1)


def test_look_ups_come_at_growing_gaps() -> None:
    """At 1/10, 1/4, 1/2, 1 and then every 1 of the wait."""
    now, gaps = NOW, []
    for _ in range(6):
        then = next_lookup(NOW, WAIT, now=now)
        gaps.append((then - NOW) / WAIT)
        now = then
    assert gaps == [0.1, 0.25, 0.5, 1.0, 2.0, 3.0]


@given(late=st.timedeltas(-1000 * DAY, 1000 * DAY), wait=st.timedeltas(ZERO, DAY))
def test_the_next_look_up_is_ahead_and_never_far(late: timedelta, wait: timedelta) -> None:
    """Also when the clock was set back by years since the attempt, and with no wait at all."""
    wait = doubt_wait(wait, None)
    assert ZERO < next_lookup(NOW, wait, now=NOW + late) - (NOW + late) <= wait


def test_absent_for_good_takes_three_look_ups_and_the_whole_wait() -> None:
    """The one in hand counts; it has to have begun after the wait."""
    assert is_absent_for_good(doubtful(absent=2), wait=WAIT, looked_at=NOW + WAIT)
    assert not is_absent_for_good(doubtful(absent=1), wait=WAIT, looked_at=NOW + DAY)
    assert not is_absent_for_good(
        doubtful(absent=9), wait=WAIT, looked_at=NOW + WAIT - timedelta(microseconds=1)
    )


# Who --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "other",
    [
        record("s1", box=Box.SENT, receiver="TARGET"),
        record("s1", box=Box.SENT, files=(file(size=11),)),
        record("s1", box=Box.SENT, files=(file("other.edi"),)),
        record("s1", box=Box.SENT, files=(file(), file("second.edi"))),
        record("s1", box=Box.SENT, at=NOW - 3 * MINUTE),
    ],
)
def test_another_message_is_no_candidate(other: Record) -> None:
    """Another partner, size, name or number of files, or one that is older than the attempt."""
    assert find(other) == NOTHING


def test_a_candidate_may_be_read_the_other_way_round() -> None:
    """Which of the two ids the gateway calls the sender is not relied on."""
    swapped = record("s1", box=Box.SENT, sender="WALMART", receiver="ACME")
    assert find(swapped).by_content == (swapped,)


def test_ages_are_compared_by_the_clock_of_the_gateway() -> None:
    """Two minutes are given besides."""
    early = record("s1", box=Box.SENT, at=NOW - 62 * MINUTE)
    assert find(early, offset=-60 * MINUTE).by_content == (early,)
    assert find(record("s1", box=Box.SENT), offset=3 * MINUTE) == NOTHING


def test_what_is_ours_already_is_no_candidate() -> None:
    """With or without brackets around its id."""
    assert find(record("<s1>", box=Box.SENT), ours=frozenset({"s1"})) == NOTHING


def test_a_sent_entry_is_compared_by_content() -> None:
    """Two files of one name and size may be in doubt together."""
    assert find(SENT) == Candidates(by_content=(SENT,))


def test_a_queued_entry_keeps_the_question_open() -> None:
    """Also without its attachments; with others it is another message."""
    for entry in (queued(), queued(files=(file(),))):
        assert find(entry).open == (entry,)
    assert find(queued(files=(file(size=11),))) == NOTHING


def test_a_sent_entry_without_attachments_is_not_ruled_out() -> None:
    """There is nothing to compare, and nothing that says no."""
    bare = record("s1", box=Box.SENT, files=())
    assert find(bare) == Candidates(open=(bare,))


# The failed list --------------------------------------------------------------------------------


def test_the_only_failed_entry_alike_is_ours() -> None:
    """It has no content to compare; several tries of one id are one entry."""
    assert find(FAILED, FAILED).certain == "f1"


def test_a_failed_entry_waits_for_what_could_be_ours_rather() -> None:
    """Two failed ones, or one that is queued as well, prove nothing yet."""
    other = record("f2", box=Box.FAILED)
    assert find(FAILED, other) == Candidates(open=(FAILED, other))
    entry = queued()
    assert find(entry, FAILED) == Candidates(open=(entry, FAILED))
    retried = record("f1", box=Box.QUEUED)
    assert find(retried, FAILED) == Candidates(open=(retried,))


def test_a_failed_entry_proves_nothing_where_lists_were_cut_short() -> None:
    """What was not read may have ours."""
    assert find(FAILED, complete=False) == Candidates(open=(FAILED,))


def test_a_failed_entry_is_ours_when_the_sent_ones_are_not() -> None:
    """Else a stranger's message of the same names would keep ours in doubt for ever."""
    assert find(FAILED, SENT) == Candidates(by_content=(SENT,), last_resort=FAILED.message_id)


@pytest.mark.parametrize("spot", [machine.SUBMITTING, machine.IN_DOUBT, machine.HELD])
def test_a_failed_entry_may_be_that_of_a_twin(spot: Spot) -> None:
    """Nobody can tell whose it is while another alike may be there without an id."""
    assert find(FAILED, rows=(doubtful(2, spot=spot),)) == Candidates(open=(FAILED,))


@pytest.mark.parametrize("spot", [machine.CLAIMED, machine.WAITING])
def test_a_twin_that_was_never_sent_is_no_rival(spot: Spot) -> None:
    """It waits for this one: were it counted, both would wait for ever."""
    assert find(FAILED, rows=(outbound(2, spot=spot),)).certain == "f1"


# The subject ------------------------------------------------------------------------------------


def test_a_subject_with_our_id_decides_alone() -> None:
    """Whatever else is alike, and wherever it stands."""
    mine = record("f1", box=Box.FAILED, subject="inv out1", files=())
    other = record("s1", box=Box.SENT, subject="inv out2")
    assert find(other, mine, subject="inv out1") == Candidates(certain=mine.message_id)
    assert find(other, subject="inv out1") == NOTHING


def test_an_entry_without_a_subject_is_not_ruled_out_by_it() -> None:
    """A list that leaves subjects out proves nothing."""
    assert find(SENT, subject="inv out1").by_content == (SENT,)
