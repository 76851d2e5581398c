"""Each committed change as a log line: info: it moved; warning: tried again; error: a person is needed."""

from __future__ import annotations

from collections.abc import Callable

import structlog

from syncd.core import events as ev
from syncd.core.events import Event
from syncd.core.model import Answer, Message
from syncd.ports import Change

log = structlog.get_logger("syncd")

PERSON = (ev.Held, ev.Refused, ev.Bounced)
AGAIN = (ev.Postponed, ev.Deferred, ev.Doubted, ev.Unstaged)
UNTOLD = (ev.Pruned, ev.Removed)
"""There may be a hundred thousand of them in a row; how many there were is told by who prunes."""
QUIET = (ev.Moved, ev.Remembered, ev.LookedUp, ev.Listed, ev.Staged, ev.Submitting, ev.Unsettled, *UNTOLD)
NO_NEWS = (ev.Moved, ev.Remembered, ev.TakenAway, ev.Acknowledged, ev.Excused, *UNTOLD)
"""What changes nothing about how a message stands."""


def observer(
    note: Callable[[Message], None], *, entered: Callable[[Message], None] = lambda _: None
) -> Callable[[Change], None]:
    """Something to hand to a bridge: logs each change, then notes the message.

    `entered` hears of those alone that came into another state.
    """

    def observe(change: Change) -> None:
        _log(change.event, change.after)
        if change.before is None or change.before.state is not change.after.state:
            entered(change.after)
        if _is_news(change.event):
            note(change.after)

    return observe


def _is_news(event: Event) -> bool:
    """Whether it changes how a message stands; a deletion at the gateway mostly does not."""
    return event.ends if isinstance(event, ev.Deleted) else not isinstance(event, NO_NEWS)


def _needs_person(event: Event) -> bool:
    """Whether somebody has to act: also when the partner did not accept what was sent."""
    if isinstance(event, ev.Acknowledged):
        return event.answer in {Answer.REJECTED, Answer.PARTLY}
    return isinstance(event, PERSON)


def _log(event: Event, row: Message) -> None:
    words = {
        "message": row.id,
        "account": row.account,
        "station": row.pair.station,
        "partner": row.pair.partner,
        "files": [file.name for file in row.files[:10]],
    }
    if row.reason:
        words["reason"] = row.reason
    name = f"message.{event.kind}"
    if isinstance(event, ev.Acknowledged):
        words |= {"answered_by": event.answered_by, "says": event.says}
    if _needs_person(event):
        log.error(name, **words)
    elif isinstance(event, AGAIN):
        log.warning(name, **words)
    elif isinstance(event, QUIET):
        log.debug(name, **words)
    else:
        log.info(name, **words)
