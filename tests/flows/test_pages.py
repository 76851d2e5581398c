"""The pages of the unread list: the next is on its way while one is read, and none is asked for in vain."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from syncd.core.model import GatewayId, PartnerType
from syncd.core.shown import Listing
from syncd.flows.walking import MOST_TO_FETCH, PAGE, Walk, walk
from tests.fakes.gateway import FakeGateway
from tests.safety.model import World

OLD = GatewayId("<old@fake>")


@dataclass(slots=True)
class Paired(FakeGateway):
    """Answers a page after the first one when one more is asked for at the same time, or after a while."""

    together: threading.Barrier = field(default_factory=lambda: threading.Barrier(2, timeout=10))
    pages: list[int] = field(default_factory=list)

    def unread(self, partner_type: PartnerType, *, page: int, newest_first: bool = False) -> Listing:
        self.pages.append(page)
        if page:
            self.together.wait()
        return FakeGateway.unread(self, partner_type, page=page, newest_first=newest_first)


@dataclass(slots=True)
class Shifting(FakeGateway):
    """Answers page 2 before page 1; between the two a person marks an old message unread."""

    is_answered: threading.Event = field(default_factory=threading.Event)

    def unread(self, partner_type: PartnerType, *, page: int, newest_first: bool = False) -> Listing:
        if page == 1:
            assert self.is_answered.wait(10)
            self.mark(OLD, is_read=False)
        listing = FakeGateway.unread(self, partner_type, page=page, newest_first=newest_first)
        if page == 2:
            self.is_answered.set()
        return listing


def _walk(gateway: FakeGateway, *, messages: int) -> Walk:
    """A walk through so many messages."""
    for number in range(messages):
        gateway.deliver(f"<{number:05}@fake>", files={"a.edi": b"a"})
    bridge = replace(World().bridge, gateway=gateway)
    walked = walk(bridge, PartnerType.PRODUCTION, since=lambda _: None)
    assert walked is not None
    return walked


def test_a_page_is_asked_for_while_the_one_before_is_on_its_way() -> None:
    """Far from the gateway a walk takes half of the time; each page is asked for once."""
    gateway = Paired()
    assert len(_walk(gateway, messages=4 * PAGE + 1).records) == 4 * PAGE + 1
    assert sorted(gateway.pages) == [0, 1, 2, 3, 4]


def test_a_walk_whose_pages_are_of_two_lists_is_not_complete() -> None:
    """An entry may be on neither of two pages: that it is not listed proves nothing."""
    gateway = Shifting()
    gateway.deliver(OLD, files={"a.edi": b"a"}, persisted_at=datetime(2020, 1, 1, tzinfo=UTC))
    gateway.mark(OLD, is_read=True)
    walked = _walk(gateway, messages=3 * PAGE)
    assert len(walked.records) < 3 * PAGE
    assert not walked.complete


def test_no_page_is_asked_for_that_is_not_wanted() -> None:
    """Not beyond the end, nor beyond what one walk takes in."""
    for messages, pages in ((PAGE - 1, 1), (PAGE + 1, 2), (MOST_TO_FETCH + 2 * PAGE, MOST_TO_FETCH // PAGE)):
        gateway = FakeGateway()
        _walk(gateway, messages=messages)
        assert gateway.calls.count("unread") == pages, messages
