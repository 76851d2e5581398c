"""What a person reads about an event, and whether somebody is to be told about it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from syncd.core import events as ev
from syncd.core.model import File, Mdn, MdnStatus, Message, State, bare

UNHAPPY = frozenset({State.HELD, State.FAILED})
SETTLED = "settled"
"""The kind of a telling that a message, told of as held or failed, is so no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One way to tell somebody of messages; each has tellings of its own, and gets through them by itself."""

    name: str
    states: Callable[[Message], Collection[State]]
    """Of a message like this: the states whose entering is told."""
    settles: bool = False
    """Whether it is told, too, that a message is held or failed no more."""


def line(event: ev.Event, after: Message) -> str | None:
    """The text of an event's history line, without who did it; None: it writes none."""
    say = _SAY.get(type(event))
    text = say(event, after) if say else ""
    if text and event.note:
        return f"{text} ({event.note})"
    return text or event.note or None


def news(event: ev.Event, *, before: State | None, after: Message, channel: Channel) -> str | None:
    """The kind of what a channel is to tell: a state that was entered, or "settled"; None: nothing.

    `before` is None for a message that is new.
    """
    if after.state is before or isinstance(event, ev.Recognised):  # not delivered, so not received
        return None
    told_states = channel.states(after)
    if after.state in told_states:
        return after.state.value
    was_told = before in UNHAPPY and before in told_states
    return SETTLED if channel.settles and was_told else None


def _at(time: datetime | None) -> str:
    return f"; next try at {time.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if time else ""


def _amount(files: Sequence[File]) -> str:
    size = sum(file.size for file in files)
    return f"{len(files)} {'file' if len(files) == 1 else 'files'}, {size} bytes"


def _with_reason(words: str) -> Callable[..., str]:
    def say(event: ev.Refused, after: Message) -> str:
        del after
        return f"{words}: {event.reason}" if event.reason else words

    return say


def _with_next_try(words: str) -> Callable[..., str]:
    def say(event: ev.Doubted, after: Message) -> str:
        del after
        return (f"{words}: {event.reason}" if event.reason else words) + _at(event.next_at)

    return say


def _simply(words: str) -> Callable[..., str]:
    return lambda event, after: words  # noqa: ARG005 - all of the table are called alike


def _staged(event: ev.Staged, after: Message) -> str:
    del after
    return f"fetched: {_amount(event.files)}"


def _relocated(event: ev.Relocated, after: Message) -> str:
    places = [event.place] if event.place else [file.place for file in event.files if file.place]
    del after
    return f"the name was taken: goes to {', '.join(places)}"


def _recognised(event: ev.Recognised, after: Message) -> str:
    del after
    return f"the partner sent {event.original} once more, with the same content: not delivered again"


def _submitting(event: ev.Submitting, after: Message) -> str:
    del after
    return f"being sent to the gateway: {_amount(event.files)}"


def _named(words: str) -> Callable[..., str]:
    def say(event: ev.Accepted | ev.Adopted, after: Message) -> str:
        del after
        return f"{words} <{bare(event.message_id)}>"

    return say


_MDN = {
    MdnStatus.OK: ", its MDN is good",
    MdnStatus.ERROR: ", its MDN says no",
    MdnStatus.PENDING: ", its MDN is still to come",
    MdnStatus.NOT_REQUESTED: ", no MDN was asked for",
}


def _mdn(mdn: Mdn | None) -> str:
    return "" if mdn is None else _MDN.get(mdn.status, f", its MDN is {mdn.status.value}")


def _transmitted(event: ev.Transmitted, after: Message) -> str:
    del after
    return f"the gateway has sent it to the partner{_mdn(event.mdn)}"


def _delivered(event: ev.Delivered, after: Message) -> str:
    del after
    return f"the partner has it{_mdn(event.mdn)}"


def _acknowledged(event: ev.Acknowledged, after: Message) -> str:
    del after
    return f"acknowledged by the partner in {event.answered_by}: {event.says}"


def _resolved(event: ev.Resolved, after: Message) -> str:
    del after
    words = {
        "sent": "settled as sent",
        "resend": "released to be sent again",
        "fail": "given up",
        "done": "settled without a file",
    }
    return words.get(event.verdict, f"settled: {event.verdict}")


def _rehoused(event: ev.Rehoused, after: Message) -> str:
    del after
    return f"the name was taken: goes to {event.place}"


def _taken_away(event: ev.TakenAway, after: Message) -> str:
    del after
    if event.resent_as:
        return f"its file is sent again as {event.resent_as}"
    return "the file was taken away by a person"


def _pruned(event: ev.Pruned, after: Message) -> str:
    del after
    return f"its file was removed after {span_words(event.after)}, by retention"


def span_words(span: timedelta) -> str:
    """A span as people say it, by the largest unit that leaves no rest: 90 days, 36 hours."""
    for unit, length in _UNITS:
        if span >= length and not span % length:
            count = span // length
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return f"{span.total_seconds():g} seconds"


_UNITS = (
    ("day", timedelta(days=1)),
    ("hour", timedelta(hours=1)),
    ("minute", timedelta(minutes=1)),
    ("second", timedelta(seconds=1)),
)

_SAY: dict[type[ev.Event], Callable[..., str]] = {
    ev.Listed: _simply("listed by the gateway"),
    ev.Postponed: _with_next_try("not fetched"),
    ev.Staged: _staged,
    ev.Relocated: _relocated,
    ev.Unstaged: _with_reason("what was fetched is thrown away"),
    ev.Published: _simply("put into the inbox"),
    ev.Confirmed: _simply("confirmed at the gateway"),
    ev.Recognised: _recognised,
    ev.Returned: _simply("marked unread at the gateway: it is delivered again"),
    ev.Requested: _simply("asked for: it is fetched by its id, and delivered once more"),
    ev.Vanished: _with_reason("no longer at the gateway"),
    ev.Claimed: _simply("taken from the outbox"),
    ev.Unsettled: _with_next_try("it changed after it was taken"),
    ev.Deferred: _with_next_try("waits"),
    ev.Submitting: _submitting,
    ev.Accepted: _named("accepted by the gateway as"),
    ev.Doubted: _with_next_try("no clear answer, it may have been sent"),
    ev.LookedUp: _with_next_try("looked up at the gateway"),
    ev.Adopted: _named("found at the gateway as"),
    ev.Absent: _with_reason("it never reached the gateway"),
    ev.Refused: _with_reason("refused"),
    ev.Transmitted: _transmitted,
    ev.Delivered: _delivered,
    ev.Bounced: _with_reason("not delivered"),
    ev.Revived: _simply("on its way again: somebody retried it at the gateway"),
    ev.Stopped: _simply("the gateway's tries are stopped"),
    ev.Restarted: _simply("the gateway tries again"),
    ev.Withdrawn: _with_reason("withdrawn"),
    ev.TakenAway: _taken_away,
    ev.Deleted: _simply("deleted at the gateway"),
    ev.Pruned: _pruned,
    ev.Held: _with_reason("held"),
    ev.Resolved: _resolved,
    ev.Acknowledged: _acknowledged,
    ev.Excused: _simply("seen to: no acknowledgement is waited for any more"),
    ev.Rehoused: _rehoused,
}
