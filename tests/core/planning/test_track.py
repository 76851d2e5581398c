"""What became of a message: one failed try is no failure, and absence has to be proven."""

from datetime import datetime, timedelta

import pytest

from syncd.core import machine
from syncd.core.machine import Spot
from syncd.core.model import Mdn, MdnStatus, Message, Progress
from syncd.core.planning.doubt import Seen
from syncd.core.planning.track import (
    LIST_MARGIN,
    NOWHERE_FOR,
    Fate,
    Finding,
    by_box,
    failed_grace,
    gives_up_mdn,
    is_due,
    judge,
    plan_agenda,
    read_sent,
)
from syncd.core.shown import Box, Record
from tests.core.building import DAY, HOUR, MINUTE, NOW, PAIR, ZERO, outbound, record

GRACE = 3 * MINUTE
STEP = timedelta(seconds=20)
UNCHANGED = Finding(fate=Fate.UNCHANGED)


def accepted(
    number: int = 1,
    *,
    spot: Spot = machine.ACCEPTED,
    at: datetime = NOW,
    progress: Progress | None = None,
) -> Message:
    return outbound(number, spot=spot, gateway_id=f"<g{number}>", accepted_at=at, progress=progress)


def entry(
    box: Box, *, mdn: Mdn | None = None, delivered: bool | None = None, status: int | None = None
) -> Record:
    return Record(
        message_id=record("g1").message_id,
        box=box,
        persisted=1,
        persisted_at=NOW,
        sender="ACME",
        receiver="WALMART",
        partner_type=PAIR.partner_type,
        delivered=delivered,
        transport_status=status,
        mdn=mdn,
    )


def look(
    message: Message, *records: Record, at: datetime = NOW, complete: bool = True, grace: timedelta = GRACE
) -> Finding:
    boxes = by_box(Seen(records=records, complete=complete, at=at))
    return judge(message, boxes, complete=complete, grace=grace, at=at)


def follow(*records: Record, step: timedelta, looks: int) -> list[Fate]:
    """Look so many times, remembering what each look-up says to remember."""
    fates: list[Fate] = []
    memory, now = Progress(), NOW
    for _ in range(looks):
        finding = look(accepted(progress=memory), *records, at=now)
        memory = finding.progress or memory
        fates.append(finding.fate)
        now += step
    return fates


# Sent -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mdn", "delivered", "fate"),
    [
        (MdnStatus.ERROR, True, Fate.BOUNCED),
        (None, False, Fate.BOUNCED),
        (MdnStatus.OK, True, Fate.DELIVERED),
        (MdnStatus.NOT_REQUESTED, True, Fate.DELIVERED),
        (MdnStatus.NOT_REQUESTED, None, Fate.DELIVERED),
        (MdnStatus.PENDING, True, Fate.TRANSMITTED),
        (None, None, Fate.TRANSMITTED),
    ],
)
def test_a_sent_entry_tells_by_its_mdn(mdn: MdnStatus | None, delivered: bool | None, fate: Fate) -> None:
    """An MDN that says no fails it; unknown words leave it waiting."""
    row = entry(Box.SENT, mdn=Mdn(status=mdn) if mdn else None, delivered=delivered)
    assert read_sent(row).fate is fate
    assert look(accepted(), row).fate is fate


def test_a_reason_has_the_words_of_the_mdn() -> None:
    """A person reads why."""
    no = entry(Box.SENT, mdn=Mdn(status=MdnStatus.ERROR, content="decryption-failed"))
    assert "decryption-failed" in read_sent(no).reason
    assert "HTTP 503" in read_sent(entry(Box.SENT, delivered=False, status=503)).reason


def test_sent_counts_before_all_other_lists() -> None:
    """Older failed tries stay in their list; brackets make no other id."""
    good = entry(Box.SENT, mdn=Mdn(status=MdnStatus.OK))
    assert look(accepted(), entry(Box.QUEUED), entry(Box.FAILED), good).fate is Fate.DELIVERED
    assert look(accepted(spot=machine.STOPPED), good).fate is Fate.DELIVERED


def test_the_newest_entry_of_an_id_counts() -> None:
    """Lists come newest first."""
    newest, older = entry(Box.SENT, mdn=Mdn(status=MdnStatus.OK)), entry(Box.SENT, delivered=False)
    assert look(accepted(), newest, older).fate is Fate.DELIVERED


# Failed -----------------------------------------------------------------------------------------


def test_a_message_fails_after_an_unbroken_while() -> None:
    """One failed try of up to ten is no failure."""
    fates = follow(entry(Box.FAILED), step=STEP, looks=11)
    assert fates == [Fate.UNCHANGED] * 9 + [Fate.BOUNCED] * 2
    memory = Progress(failed_since=NOW - GRACE, failed_seen=NOW - STEP)
    assert look(accepted(progress=memory), entry(Box.FAILED, status=503)).to_verify


def test_a_gap_between_look_ups_starts_it_anew() -> None:
    """A downtime proves nothing."""
    memory = Progress(failed_since=NOW - DAY, failed_seen=NOW - GRACE / 3 - STEP)
    finding = look(accepted(progress=memory), entry(Box.FAILED))
    assert finding.progress == Progress(failed_since=NOW, failed_seen=NOW)


def test_a_message_that_is_queued_again_has_not_failed() -> None:
    """The gateway tries it once more: what was remembered is forgotten, also where a list was cut short."""
    memory = Progress(failed_since=NOW - GRACE, failed_seen=NOW, nowhere_since=NOW - HOUR)
    for complete in (True, False):
        finding = look(
            accepted(progress=memory), entry(Box.QUEUED), entry(Box.FAILED), complete=complete, at=NOW + STEP
        )
        assert (finding.fate, finding.progress) == (Fate.UNCHANGED, Progress())


def test_lists_that_were_cut_short_prove_nothing() -> None:
    """Neither a failure nor an absence."""
    memory = Progress(failed_since=NOW - DAY, failed_seen=NOW, nowhere_since=NOW - DAY)
    assert look(accepted(progress=memory), entry(Box.FAILED), complete=False) == UNCHANGED
    assert look(accepted(progress=memory), complete=False) == UNCHANGED


def test_a_failed_try_below_what_was_read_still_counts() -> None:
    """Lists are read down to a time, and an entry may have sunk below it."""
    memory = Progress(failed_since=NOW - GRACE, failed_seen=NOW - STEP)
    finding = look(accepted(progress=memory))
    assert (finding.fate, finding.to_verify) == (Fate.BOUNCED, True)


@pytest.mark.parametrize("spot", [machine.AWAITING_MDN, machine.STOPPED, machine.SENT])
def test_only_what_is_on_its_way_can_fail_by_absence(spot: Spot) -> None:
    """What was sent stays sent, however its earlier tries failed; what we stopped is not counted."""
    memory = Progress(failed_since=NOW - DAY, failed_seen=NOW, nowhere_since=NOW - DAY)
    assert look(accepted(spot=spot, progress=memory), entry(Box.FAILED)) == UNCHANGED
    assert look(accepted(spot=spot, progress=memory)) == UNCHANGED


def test_the_grace_outlasts_a_send() -> None:
    """The partner's own time-out counts where it is longer, with a minute on top."""
    pace = timedelta(seconds=20)
    assert failed_grace(GRACE, None, pace) == failed_grace(GRACE, 120, pace) == GRACE
    assert failed_grace(GRACE, 300, pace) == 6 * MINUTE


def test_the_grace_is_long_enough_for_the_pace_of_the_looks() -> None:
    """A look every few minutes must not be a gap each time; a cron expression tells no pace."""
    assert failed_grace(GRACE, None, 2 * MINUTE) == 8 * MINUTE
    assert failed_grace(GRACE, None, "*/5 * * * *") == GRACE


# Nowhere ----------------------------------------------------------------------------------------


def test_a_message_in_no_list_for_an_hour_is_asked_for_by_its_id() -> None:
    """Its sent entry may stand below what is read: to hold it then invites to send it twice."""
    first = look(accepted(progress=Progress()))
    assert (first.fate, first.progress) == (Fate.UNCHANGED, Progress(nowhere_since=NOW, nowhere_seen=NOW))
    memory = Progress(nowhere_since=NOW - NOWHERE_FOR, nowhere_seen=NOW - STEP)
    last = look(accepted(progress=memory))
    assert (last.fate, last.to_verify) == (Fate.NOWHERE, True)


def test_a_message_that_is_found_was_not_nowhere() -> None:
    """The hour begins anew."""
    memory = Progress(nowhere_since=NOW - NOWHERE_FOR)
    assert look(accepted(progress=memory), entry(Box.QUEUED)).progress == Progress()
    finding = look(accepted(progress=memory), entry(Box.FAILED))
    assert finding.progress == Progress(failed_since=NOW, failed_seen=NOW)


# The agenda -------------------------------------------------------------------------------------


def test_nothing_is_read_without_need() -> None:
    """An account at rest costs no request."""
    agenda = plan_agenda([], newest_seen=NOW, offset=ZERO, now=NOW)
    assert (agenda.lists, agenda.singles) == ((), ())


def test_what_is_on_its_way_needs_all_lists_down_to_what_was_seen() -> None:
    """An entry moves from queued to failed or to sent, so they are read in this order."""
    agenda = plan_agenda([accepted(at=NOW - DAY)], newest_seen=None, offset=MINUTE, now=NOW)
    assert agenda.lists == (Box.QUEUED, Box.FAILED, Box.SENT)
    assert agenda.sent_back_to == NOW - DAY + MINUTE - LIST_MARGIN
    seen = plan_agenda([accepted(at=NOW - DAY)], newest_seen=NOW - HOUR, offset=ZERO, now=NOW)
    assert seen.sent_back_to == NOW - HOUR - LIST_MARGIN


def test_a_fresh_message_is_asked_for_its_mdn_with_every_pass() -> None:
    """Newer traffic does not push it out of what is read."""
    rows = [accepted(spot=machine.AWAITING_MDN, at=NOW - 50 * MINUTE)]
    agenda = plan_agenda(rows, newest_seen=NOW, offset=ZERO, now=NOW)
    assert (agenda.lists, agenda.singles) == ((Box.SENT,), ())
    assert agenda.sent_back_to == NOW - 50 * MINUTE - LIST_MARGIN


def test_older_messages_are_asked_for_in_rotation() -> None:
    """One in a hundred a pass, the longest unasked first."""
    rows = [
        accepted(n, spot=machine.AWAITING_MDN, at=NOW - DAY, progress=Progress(mdn_asked_at=NOW + n * MINUTE))
        for n in range(250)
    ]
    agenda = plan_agenda(rows, newest_seen=NOW, offset=ZERO, now=NOW + DAY)
    assert (agenda.lists, agenda.singles) == ((), tuple(rows[:2]))


def test_a_stopped_message_costs_little() -> None:
    """It may stay stopped for months: its lists are not read with every pass."""
    row = accepted(spot=machine.STOPPED, at=NOW - DAY)
    assert plan_agenda([row], newest_seen=NOW, offset=ZERO, now=NOW).lists == ()


def test_a_message_that_no_list_shows_is_asked_for_by_its_id() -> None:
    """Its sent entry may have the time when it was taken over, far below the newest."""
    lost = accepted(progress=Progress(nowhere_since=NOW - 5 * MINUTE))
    assert plan_agenda([lost], newest_seen=NOW, offset=ZERO, now=NOW).singles == (lost,)
    hidden = accepted(progress=Progress(nowhere_since=NOW - MINUTE))
    assert plan_agenda([hidden], newest_seen=NOW, offset=ZERO, now=NOW).singles == ()


def test_questions_for_an_mdn_grow_apart_up_to_six_hours() -> None:
    """A twelfth of the age."""
    for age, gap in ((HOUR, 5 * MINUTE), (DAY, 2 * HOUR), (30 * DAY, 6 * HOUR)):
        row = accepted(progress=Progress(transmitted_at=NOW - age, mdn_asked_at=NOW - gap))
        assert is_due(row, NOW)
        assert not is_due(row, NOW - timedelta(seconds=30))
    assert is_due(accepted(), NOW)


def test_an_mdn_is_given_up_after_its_time() -> None:
    """Counted from when the gateway had sent the message."""
    row = accepted(at=NOW - 30 * DAY, progress=Progress(transmitted_at=NOW - 7 * DAY))
    assert gives_up_mdn(row, after=7 * DAY, now=NOW)
    assert not gives_up_mdn(row, after=7 * DAY, now=NOW - MINUTE)


def test_a_downtime_proves_no_absence() -> None:
    """Two looks an hour apart are not an hour of looking."""
    memory = Progress(nowhere_since=NOW - NOWHERE_FOR, nowhere_seen=NOW - NOWHERE_FOR)
    finding = look(accepted(progress=memory))
    assert (finding.fate, finding.progress) == (Fate.UNCHANGED, Progress(nowhere_since=NOW, nowhere_seen=NOW))
