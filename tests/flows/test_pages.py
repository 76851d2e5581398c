"""The pages of the unread list: the next is on its way while one is read, and none is asked for in vain."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace

from syncd.core.model import PartnerType
from syncd.core.shown import Listing
from syncd.flows.walking import MOST_TO_FETCH, PAGE, walk
from tests.fakes.gateway import FakeGateway
from tests.safety.model import World


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


def _walked(gateway: FakeGateway, *, messages: int) -> int:
    """How many messages a walk lists."""
    for number in range(messages):
        gateway.deliver(f"<{number:05}@fake>", files={"a.edi": b"a"})
    bridge = replace(World().bridge, gateway=gateway)
    walked = walk(bridge, PartnerType.PRODUCTION, since=lambda _: None)
    assert walked is not None
    return len(walked.records)


def test_a_page_is_asked_for_while_the_one_before_is_on_its_way() -> None:
    """Far from the gateway a walk takes half of the time; each page is asked for once."""
    gateway = Paired()
    assert _walked(gateway, messages=4 * PAGE + 1) == 4 * PAGE + 1
    assert sorted(gateway.pages) == [0, 1, 2, 3, 4]


def test_no_page_is_asked_for_that_is_not_wanted() -> None:
    """Not beyond the end, nor beyond what one walk takes in."""
    for messages, pages in ((PAGE - 1, 1), (PAGE + 1, 2), (MOST_TO_FETCH + 2 * PAGE, MOST_TO_FETCH // PAGE)):
        gateway = FakeGateway()
        _walked(gateway, messages=messages)
        assert gateway.calls.count("unread") == pages, messages
