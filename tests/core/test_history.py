"""What a person reads about each event."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from syncd.core import events as ev
from syncd.core.history import Channel, line, news
from syncd.core.model import Answer, File, GatewayId, Mdn, MdnStatus, MessageId, Place, Progress, State
from tests.contracts.stores import outbound

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
FILES = (File(name="a.edi", size=10, place=Place("inbox/a.edi")), File(name="b.edi", size=5))
MESSAGE = outbound()
SILENT = {ev.Moved, ev.Remembered, ev.Removed}
SAMPLES: dict[str, Any] = {
    "reason": "the reason",
    "next_at": NOON,
    "files": FILES,
    "message_id": GatewayId("<x@y>"),
    "at": NOON,
    "answered_at": NOON,
    "original": MessageId("abcdefgh"),
    "place": Place("failed/a.edi"),
    "mdn": Mdn(status=MdnStatus.OK),
    "verdict": "done",
    "progress": Progress(),
    "absent": True,
    "after": timedelta(days=90),
    "answered_by": MessageId("abcdefgh"),
    "answer": Answer.REJECTED,
    "marks": (),
    "says": "no",
}


def sample(kind: type[ev.Event], **more: Any) -> ev.Event:  # noqa: ANN401 - the event's own
    known = {name: value for name, value in SAMPLES.items() if name in kind.__dataclass_fields__}
    return kind(**known | more)


def kinds() -> list[type[ev.Event]]:
    classes = [kind for kind in vars(ev).values() if isinstance(kind, type)]
    return [kind for kind in classes if issubclass(kind, ev.Event) and kind is not ev.Event]


@pytest.mark.parametrize("kind", kinds())
def test_every_event_has_its_line(kind: type[ev.Event]) -> None:
    """But for those that a person need not know of."""
    text = line(sample(kind), MESSAGE)
    assert (text is None) == (kind in SILENT)


@pytest.mark.parametrize("kind", kinds())
def test_a_note_is_never_lost(kind: type[ev.Event]) -> None:
    """It is added to the words, or stands alone."""
    assert "by hand" in (line(sample(kind, note="by hand"), MESSAGE) or "")


@pytest.mark.parametrize("kind", [kind for kind in kinds() if "reason" in kind.__dataclass_fields__])
def test_a_reason_is_in_the_line(kind: type[ev.Event]) -> None:
    """Nothing silent."""
    assert "the reason" in (line(sample(kind), MESSAGE) or "")


@pytest.mark.parametrize(
    ("event", "text"),
    [
        (ev.Claimed(), "taken from the outbox"),
        (ev.Staged(files=FILES), "fetched: 2 files, 15 bytes"),
        (ev.Accepted(message_id=GatewayId("x@y"), at=NOON), "accepted by the gateway as <x@y>"),
        (ev.Held(reason="no attachments"), "held: no attachments"),
        (ev.Deferred(reason="503", next_at=NOON), "waits: 503; next try at 2026-11-21 12:00:00 UTC"),
        (ev.Delivered(mdn=None, place=None), "the partner has it"),
        (ev.Pruned(after=timedelta(days=90)), "its file was removed after 90 days, by retention"),
        (ev.Pruned(after=timedelta(hours=1)), "its file was removed after 1 hour, by retention"),
        (ev.Resolved(verdict="resend"), "released to be sent again"),
        (ev.Remembered(progress=Progress(), note="looked"), "looked"),
    ],
)
def test_lines_are_plain_english(event: ev.Event, text: str) -> None:
    """As a person would say it."""
    assert line(event, MESSAGE) == text


@pytest.mark.parametrize("status", MdnStatus)
def test_every_mdn_has_its_words(status: MdnStatus) -> None:
    """What is known of the MDN is said with the message."""
    said = line(ev.Transmitted(mdn=Mdn(status=status), place=None), MESSAGE)
    assert said is not None
    assert "MDN" in said


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (State.QUEUED, State.HELD, "held"),
        (None, State.HELD, "held"),
        (State.HELD, State.HELD, None),
        (State.HELD, State.FAILED, "failed"),
        (State.FAILED, State.QUEUED, "settled"),
        (State.HELD, State.SENT, "settled"),
        (State.QUEUED, State.SENT, None),
        (None, State.QUEUED, None),
    ],
)
def test_what_is_told(before: State | None, after: State, kind: str | None) -> None:
    """Entering a state that is told, and leaving an unhappy one."""
    entered = replace(MESSAGE, state=after)
    channel = Channel(name="n", states=lambda _: {State.HELD, State.FAILED}, settles=True)
    told = news(ev.Claimed(), before=before, after=entered, channel=channel)
    assert told == kind


def test_nobody_is_told_that_something_settled_that_was_not_told() -> None:
    """Who did not ask for held messages does not hear of their end."""
    event = ev.Resolved(verdict="sent")
    after = replace(MESSAGE, state=State.RECEIVED)
    of_failed = Channel(name="n", states=lambda _: {State.FAILED}, settles=True)
    of_states = Channel(name="n", states=lambda _: {State.HELD})
    assert news(event, before=State.HELD, after=after, channel=of_failed) is None
    assert news(event, before=State.HELD, after=after, channel=of_states) is None
