"""Which changes are news of how a message stands."""

from syncd.core import events as ev
from syncd.core.model import Message
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
