"""Which changes are news of how a message stands."""

from typing import Any

import structlog
import structlog.testing

from syncd.core import events as ev
from syncd.core.model import Answer, Message, MessageId, State
from syncd.flows.observing import observer
from syncd.ports import Change
from tests.contracts.stores import outbound


def test_a_deletion_there_is_no_news_of_what_was_settled_before() -> None:
    """A pass that goes on meanwhile does not report an old failure as its own."""
    noted: list[Message] = []
    observe = observer(noted.append)
    observe(Change(event=ev.Deleted(), after=outbound()))
    assert noted == []
    observe(Change(event=ev.Deleted(ends=True), after=outbound()))
    assert noted == [outbound()]


def test_those_who_count_states_hear_of_entries_alone() -> None:
    """An opened message entered its first state; a new phase is none."""
    entered: list[Message] = []
    observe = observer(lambda _: None, entered=entered.append)
    opened, sent = outbound(), outbound(state=State.SENT, phase=None)
    observe(Change(event=ev.Claimed(), after=opened))
    observe(Change(event=ev.Submitting(files=()), after=opened, before=opened))
    observe(Change(event=ev.Delivered(mdn=None, place=None), after=sent, before=opened))
    assert entered == [opened, sent]


def test_what_a_partner_did_not_accept_is_for_a_person() -> None:
    """An error in the log with its words, and no news: the message stands as it stood."""
    noted: list[Message] = []
    said: dict[str, Any] = {"answered_by": MessageId("in1"), "marks": (), "says": "2 of 2 not accepted"}
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(0))
    with structlog.testing.capture_logs() as lines:
        for answer in (Answer.REJECTED, Answer.ACCEPTED):
            observer(noted.append)(Change(event=ev.Acknowledged(answer=answer, **said), after=outbound()))
    assert [(line["log_level"], line["says"]) for line in lines] == [
        ("error", "2 of 2 not accepted"),
        ("info", "2 of 2 not accepted"),
    ]
    assert noted == []
