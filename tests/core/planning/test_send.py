"""Which messages are sent next: oldest first, twins never together, one at a time while there is trouble."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from syncd.core import machine
from syncd.core.model import Message, Phase, Progress
from syncd.core.planning.send import GOOD, MOST_GAP, MOST_WISH, Line, Mood, likeness, subject_for
from tests.core.building import DAY, HOUR, MINUTE, NOW, file, outbound

SPOTS = [
    machine.CLAIMED,
    machine.WAITING,
    machine.SUBMITTING,
    machine.IN_DOUBT,
    machine.ACCEPTED,
    machine.HELD,
]


def starts(
    *rows: Message, running: frozenset[str] = frozenset(), mood: Mood = GOOD, parallel: int = 4
) -> list[str]:
    going = frozenset(row.id for row in rows if row.id in running)
    return [row.id for row in Line(rows).starts(running=going, mood=mood, parallel=parallel, now=NOW)]


@st.composite
def crowds(draw: st.DrawFn) -> list[Message]:
    spots = draw(st.lists(st.tuples(st.sampled_from(SPOTS), st.sampled_from("abc"), st.integers(0, 3))))
    return [
        outbound(n, spot=spot, name=name, mtime_ns=age, next_at=NOW + age * MINUTE if age > 1 else None)
        for n, (spot, name, age) in enumerate(spots)
    ]


@given(rows=crowds(), parallel=st.integers(1, 5), troubles=st.integers(0, 2), running=st.integers(0, 3))
def test_twins_are_never_together_and_the_limit_is_kept(
    rows: list[Message], parallel: int, troubles: int, running: int
) -> None:
    """Whatever is submitting, in doubt, running or chosen: of those alike there is one."""
    going = [row for row in rows if row.phase in (Phase.CLAIMED, Phase.WAITING)][:running]
    chosen = Line(rows).starts(
        running=[row.id for row in going],
        mood=Mood(troubles=troubles),
        parallel=parallel,
        now=NOW,
    )
    assert len(chosen) + len(going) <= max(len(going), parallel if troubles == 0 else 1)
    assert all(row.next_at is None or row.next_at <= NOW for row in chosen)
    under_way = {likeness(row) for row in rows if row.phase in (Phase.SUBMITTING, Phase.IN_DOUBT)} | {
        likeness(row) for row in going
    }
    alike = [likeness(row) for row in chosen]
    assert len(set(alike)) == len(alike)
    assert not under_way & set(alike)


def test_the_oldest_are_started_first() -> None:
    """By the time of the dropped file, then by name."""
    rows = [outbound(1, name="b", mtime_ns=1), outbound(2, name="a", mtime_ns=1), outbound(3, name="c")]
    assert starts(*rows) == ["out3", "out2", "out1"]
    assert starts(*rows, parallel=1) == ["out3"]


def test_a_twin_waits_until_the_one_before_has_an_id() -> None:
    """A lost reply could not be told from the other's; other pairs and sizes are no twins."""
    for spot in (machine.SUBMITTING, machine.IN_DOUBT):
        assert starts(outbound(1, spot=spot), outbound(2)) == []
    for spot in (machine.ACCEPTED, machine.HELD, machine.FAILED):
        assert starts(outbound(1, spot=spot), outbound(2)) == ["out2"]
    assert starts(outbound(1, spot=machine.IN_DOUBT), outbound(2, files=(file(size=11),))) == ["out2"]


def test_what_was_tried_in_vain_a_few_times_is_overtaken() -> None:
    """One message that the gateway cannot take now does not hold up all others."""
    poisoned = outbound(1, name="a", spot=machine.WAITING, progress=Progress(tries=3))
    tried = outbound(2, name="b", spot=machine.WAITING, progress=Progress(tries=2))
    fresh = outbound(3, name="c")
    trouble = Mood(troubles=5)
    assert starts(poisoned, fresh, mood=trouble) == ["out3"]
    assert starts(tried, fresh, mood=trouble) == ["out2"]


def test_trouble_lets_one_go_at_a_time() -> None:
    """And none before the gap is over, or while the account is refused."""
    rows = [outbound(1, name="a"), outbound(2, name="b")]
    assert starts(*rows, mood=Mood(troubles=1)) == ["out1"]
    assert starts(*rows, mood=Mood(troubles=1), running=frozenset({"out2"})) == []
    assert starts(*rows, mood=Mood(troubles=1, not_before=NOW + MINUTE)) == []
    assert starts(*rows, mood=Mood(refused="403")) == []


def test_gaps_grow_up_to_a_quarter_of_an_hour() -> None:
    """However long it lasts; the gateway's own wish counts where it is longer, within reason."""
    mood, gaps = GOOD, []
    for _ in range(20):
        mood = mood.after_trouble(now=NOW)
        assert mood.not_before is not None
        gaps.append(mood.not_before - NOW)
    assert gaps[:3] == [timedelta(seconds=10 * n) for n in (1, 2, 4)]
    assert gaps == sorted(gaps)
    assert gaps[-1] == MOST_GAP
    assert GOOD.after_trouble(now=NOW, wish=5 * MINUTE).not_before == NOW + 5 * MINUTE
    assert mood.after_trouble(now=NOW, wish=MINUTE).not_before == NOW + MOST_GAP
    assert mood.after_trouble(now=NOW, wish=1000 * DAY).not_before == NOW + MOST_WISH
    assert MOST_WISH <= 6 * HOUR


@given(rows=crowds(), changes=st.lists(st.tuples(st.integers(0, 9), st.sampled_from(SPOTS), st.booleans())))
def test_a_line_that_is_kept_up_to_date_is_as_one_made_anew(
    rows: list[Message], changes: list[tuple[int, machine.Spot, bool]]
) -> None:
    """Whatever happened to the messages in it, one after the other."""
    line, known = Line(rows), {row.id: row for row in rows}
    for number, spot, is_dropped in changes:
        row = outbound(number, spot=spot, name="abc"[number % 3], mtime_ns=number % 4)
        if is_dropped:
            line.drop(row.id)
            known.pop(row.id, None)
        else:
            line.put(row)
            known[row.id] = row
    now = {"running": (), "mood": GOOD, "parallel": 9, "now": NOW}
    assert line.starts(**now) == Line(known.values()).starts(**now)  # type: ignore[arg-type]


def test_a_subject_is_filled_once() -> None:
    """What a name brings along in braces is not filled in turn; unknown braces stay."""
    row = outbound(name="inv.{partner}.edi")
    filled = subject_for("{name} {stem} {station}>{partner} {date} {id} {what}", row, date="2026-11-21")
    assert filled == "inv.{partner}.edi inv ACME>WALMART 2026-11-21 out1 {what}"
    assert subject_for(None, row, date="2026-11-21") is None
