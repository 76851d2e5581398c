"""What is marked read at the gateway was received here: how that is told without a false alarm."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from syncd.core import events as ev
from syncd.core.model import GatewayId, State
from syncd.core.shown import Listing
from syncd.errors import CannotAct, NotThere, Unreachable
from syncd.operations.verifying_gateway import MOST_PAGES
from syncd.operations.verifying_report import Kind
from tests.contracts.stores import FILES
from tests.fakes.gateway import FakeGateway
from tests.operations.verifying_parts import NOW, Hands

DAY = timedelta(days=1)


@pytest.fixture
def hands(tmp_path: Path) -> Hands:
    return Hands(tmp_path)


def read(hands: Hands, name: str, *, ago: timedelta = timedelta(hours=1)) -> GatewayId:
    """A message that arrived there, and that somebody read."""
    message_id = hands.gateway.deliver(name, files={"a.edi": b"UNA"}, persisted_at=hands.now - ago)
    hands.gateway.messages[-1].is_read = True
    return message_id


def test_what_is_read_and_unknown_is_never_received(hands: Hands) -> None:
    """Unread ones and known ones are not."""
    hands.gateway.deliver("<unread>", files={"a.edi": b"UNA"})
    read(hands, "<known>")
    hands.received("known")
    read(hands, "<lost>")
    [finding] = hands.verify().findings
    assert (finding.kind, finding.message_id, finding.can_repair) == (Kind.NEVER_RECEIVED, "<lost>", True)
    assert hands.gateway.marked("lost")


def test_the_repair_marks_it_unread(hands: Hands) -> None:
    """One that the gateway does not want to mark holds up no other."""
    read(hands, "<one>")
    read(hands, "<two>")
    hands.gateway.fail_next(NotThere("it was deleted"), call="mark_unread")
    first, second = hands.verify(repair=True).findings
    assert sorted([(first.repaired, first.trouble), (second.repaired, second.trouble)]) == [
        (False, "it was deleted"),
        (True, ""),
    ]


def test_a_gateway_in_trouble_is_asked_once(hands: Hands) -> None:
    """The others are not repaired, for the same reason."""
    for number in range(3):
        read(hands, f"<{number}>")
    hands.gateway.fail_next(Unreachable("no network"), call="mark_unread")
    found = hands.verify(repair=True).findings
    assert [(each.repaired, each.trouble) for each in found] == [(False, "no network")] * 3
    assert hands.gateway.calls.count("mark_unread") == 1


def test_where_nothing_can_be_marked_it_is_told(hands: Hands) -> None:
    """With what to do instead."""
    hands.gateway.capabilities = replace(hands.gateway.capabilities, can_mark_unread=False)
    read(hands, "<lost>")
    [finding] = hands.verify(repair=True).wrong
    assert (finding.can_repair, "support" in finding.remedy) == (False, True)
    assert "mark_unread" not in hands.gateway.calls


def test_what_a_pull_fetches_meanwhile_is_no_alarm(hands: Hands) -> None:
    """The second look has the account for itself."""
    read(hands, "<one>")
    hands.meanwhile = lambda: hands.received("one")
    assert hands.verify().findings == ()
    assert hands.times_alone == 1


def test_pages_that_shift_are_no_alarm(hands: Hands) -> None:
    """An entry that slips between two pages of the unread list is seen the second time."""
    for number in range(150):
        hands.gateway.deliver(f"<{number}>", persisted_at=NOW - timedelta(seconds=number))
    gateway = hands.gateway = _Shifting(messages=hands.gateway.messages, now=lambda: NOW)
    assert hands.verify().findings == ()
    assert (hands.times_alone, gateway.shifts) == (1, 0)


class _Shifting(FakeGateway):
    """Between the first two pages of the unread list, the newest message is confirmed by a pull of ours."""

    shifts = 1

    def unread(self, *asked: object, page: int, newest_first: bool = False) -> Listing:
        listing = super().unread(*asked, page=page, newest_first=newest_first)  # type: ignore[arg-type]
        if self.shifts and page == 0:
            self.shifts = 0
            self.messages = [one for one in self.messages if one.record.message_id != "<0>"]
        return listing


def test_what_was_read_before_the_first_look_is_somebody_elses(hands: Hands) -> None:
    """The stored pull_since is a day before it; what is older than pull_since is not even listed."""
    hands.store.remember("acme", {"pull_since": (NOW - 3 * DAY).isoformat()})
    read(hands, "<ours>", ago=DAY)
    read(hands, "<before>", ago=2.5 * DAY)
    read(hands, "<old>", ago=4 * DAY)
    compared = hands.verify(repair=True)
    assert [(each.kind, each.message_id) for each in compared.findings] == [
        (Kind.NEVER_RECEIVED, "<ours>"),
        (Kind.READ_BEFORE, None),
    ]
    assert (compared.account.since, compared.account.listed) == (NOW - 3 * DAY, 2)
    assert hands.gateway.marked("before")


@pytest.mark.parametrize(("days", "looked_back"), [(None, 7), (3, 7), (20, 20), (90, 30)])
def test_how_far_back_it_looks(hands: Hands, days: int | None, looked_back: int) -> None:
    """Seven days; or as far as the oldest message that is still coming, but thirty days at most."""
    hands.store.remember("acme", {"pull_since": (NOW - 400 * DAY).isoformat()})
    if days is not None:
        hands.now = NOW - days * DAY
        hands.received("coming")
        hands.now = NOW
    assert hands.verify().account.since == NOW - looked_back * DAY


def test_an_account_that_never_listed_is_not_asked(hands: Hands) -> None:
    """Nothing can be missing."""
    hands.store.remember("acme", {"pull_since": None})
    assert hands.verify().account.since is None
    assert hands.gateway.calls == []


@pytest.fixture
def unordered(tmp_path: Path) -> Hands:
    """A gateway whose lists have no order, and may be cut short unseen."""
    hands = Hands(tmp_path)
    hands.gateway.capabilities = replace(hands.gateway.capabilities, has_ordered_lists=False)
    return hands


def test_without_order_the_entry_itself_has_to_say_it(unordered: Hands) -> None:
    """That the unread list lacks it proves nothing there."""
    read(unordered, "<one>")
    assert unordered.verify().findings == ()
    held = unordered.gateway.messages[0]
    held.record = replace(held.record, taken=True)
    assert unordered.kinds() == ["never_received"]


class _Endless(FakeGateway):
    """Each page of what was received has one message that was not seen before, and promises another."""

    def page(self, *asked: object, page: int, since: object = None, until: object = None) -> Listing:
        found = super().page(*asked, page=0).records  # type: ignore[arg-type]
        fresh = tuple(replace(one, message_id=GatewayId(f"<{page}>")) for one in found)
        return Listing(records=fresh, total=None, is_last=not fresh)


def test_a_list_without_end_is_cut(hands: Hands) -> None:
    """And that is said."""
    hands.gateway = _Endless(now=lambda: NOW)
    hands.gateway.deliver("<one>")
    account = hands.verify().account
    assert (account.is_cut, account.listed) == (True, MOST_PAGES)


def test_what_was_deleted_there_is_a_note(hands: Hands) -> None:
    """Received ones together; one that is still to come by itself."""
    read(hands, "<there>", ago=DAY)
    at = int((NOW - timedelta(hours=2)).timestamp() * 1000)
    hands.received("there", listed_at=int((NOW - DAY).timestamp() * 1000))
    coming = hands.received("coming", listed_at=at)
    for name in ("gone-1", "gone-2"):
        row = hands.received(name, listed_at=at)
        hands.happened(row, ev.Staged(files=FILES), ev.Published(), ev.Confirmed(answered_at=NOW))
    hands.received("older", listed_at=1)
    hands.now += timedelta(seconds=1)
    found = hands.verify().findings
    assert [(each.kind, each.id, each.is_note) for each in found] == [
        (Kind.NOT_AT_GATEWAY, coming.id, True),
        (Kind.NOT_AT_GATEWAY, None, True),
    ]
    assert found[1].what.startswith("2 messages")
    assert hands.store.messages[coming.id].state is State.ARRIVING


def test_a_program_that_ends_stops_looking(hands: Hands) -> None:
    """And says so."""
    hands.is_stopping = True
    with pytest.raises(CannotAct, match="syncd is ending"):
        hands.verify()
