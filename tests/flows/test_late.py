"""What is late: each question over a real store, with time that a test lets pass."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest

from syncd.core import events as ev
from syncd.core.account import Account, Hooks, PairRules, PartnerTable
from syncd.core.machine import advance
from syncd.core.model import Answer, Mdn, MdnStatus, Message, MessageId, Phase, State
from syncd.core.notices.concerns import Concern, Kind
from syncd.errors import RootUnusable
from syncd.flows.late import Late, Limits
from syncd.flows.tell import Tell
from syncd.ports.store import Change, Telling
from tests.contracts.stores import FILES, NOON, inbound, opened, outbound
from tests.fakes.hooks import FakeHooks
from tests.flows.noticing import Desk, a_desk

HOUR = timedelta(hours=1)
DAY = 24 * HOUR
WITHIN = PartnerTable(rules=PairRules(mdn_within=4 * HOUR))


@dataclass
class Inbox:
    """Who looks at one account, whose inbox holds the files of these messages."""

    desk: Desk
    account: Account = field(
        default_factory=lambda: Account(
            name="acme", gateway="as2gateway", url="", root=Path("/srv/acme"), partners=(WITHIN,)
        )
    )
    standing: set[MessageId] = field(default_factory=set)
    is_mounted: bool = True

    def check(self) -> None:
        if not self.is_mounted:
            raise RootUnusable("not mounted")

    def late(self) -> Late:
        return Late(
            account=self.account,
            limits=Limits(not_collected_after=2 * HOUR, silent_after=3 * DAY),
            records=self.desk.store.records,
            notebook=self.desk.store.notebook,
            journal=self.desk.store.journal,
            clock=self.desk.clock,
            check_root=self.check,
            stands=lambda message: message.id in self.standing,
        )

    def found(self, kind: Kind, *, receives: bool = True) -> list[Concern]:
        look = self.late().look(receives=receives)
        assert kind in look.judged or not look.found
        return [each for each in look.found if each.kind is kind]

    def happened(self, message: Message, *events: ev.Event) -> Message:
        for event in events:
            message = advance(message, event, now=self.desk.clock.now())
            self.desk.store.journal.write([Change(event=event, after=message)])
        return message

    def received(self, *names: str) -> list[Message]:
        """Messages that are delivered now, and stand in the inbox."""
        fresh = [inbound(name, created=self.desk.clock.now()) for name in names]
        found = list(opened(self.desk.store, *fresh))
        confirmed = ev.Confirmed(answered_at=self.desk.clock.now())
        for event in (ev.Staged(files=FILES), ev.Published(), confirmed):
            found = [advance(message, event, now=self.desk.clock.now()) for message in found]
            self.desk.store.journal.write([Change(event=event, after=message) for message in found])
        self.standing |= {message.id for message in found}
        return found


@pytest.fixture
def inbox(tmp_path: Path) -> Iterator[Inbox]:
    with a_desk(tmp_path) as desk:
        yield Inbox(desk)


def test_a_file_that_nobody_collects_is_found_until_somebody_does(inbox: Inbox) -> None:
    """One concern a pair, from two hours on; also by another process."""
    first, second = inbox.received("a", "b")
    assert inbox.found(Kind.NOT_COLLECTED) == []
    inbox.desk.clock.wait(3 * HOUR)
    [late] = inbox.found(Kind.NOT_COLLECTED)
    assert (late.what, late.since) == ("invoice.edi and 1 more still in the inbox after 2 hours", NOON)
    inbox.standing.remove(second.id)
    assert inbox.found(Kind.NOT_COLLECTED) != []
    inbox.standing.remove(first.id)
    assert inbox.found(Kind.NOT_COLLECTED) == []
    inbox.standing |= {first.id, second.id}
    assert inbox.found(Kind.NOT_COLLECTED) == []  # each is looked at once


def test_an_inbox_that_is_not_mounted_proves_nothing(inbox: Inbox) -> None:
    """Neither that its files were collected nor that they were not."""
    inbox.received("a")
    inbox.desk.clock.wait(3 * HOUR)
    inbox.found(Kind.NOT_COLLECTED)
    inbox.is_mounted = False
    assert Kind.NOT_COLLECTED not in inbox.late().look(receives=True).judged
    inbox.is_mounted = True
    assert inbox.found(Kind.NOT_COLLECTED) != []


def test_each_file_of_many_is_looked_at_once(inbox: Inbox) -> None:
    """Whatever time they share; those of long ago are nobody's news."""
    inbox.received("old")
    inbox.desk.clock.wait(3 * DAY)
    inbox.received(*(f"{number}" for number in range(600)))
    inbox.desk.clock.wait(3 * HOUR)
    [late] = inbox.found(Kind.NOT_COLLECTED)
    assert "and 599 more" in late.what


def test_a_partner_from_whom_something_came_is_missed(inbox: Inbox) -> None:
    """One who never sent anything is not; nor is anybody while we cannot receive."""
    opened(inbox.desk.store, outbound("o.edi"))
    assert inbox.found(Kind.SILENT) == []
    inbox.received("a")
    inbox.desk.clock.wait(3 * DAY + HOUR)
    assert Kind.SILENT not in inbox.late().look(receives=False).judged
    [late] = inbox.found(Kind.SILENT)
    assert (late.partner, late.since, late.what) == ("08925485US00", NOON, "nothing came for 3 days")
    weekly = PartnerTable(partner="08925485US00", rules=PairRules(silent_after=7 * DAY))
    inbox.account = replace(inbox.account, partners=(weekly,))
    assert inbox.found(Kind.SILENT) == []


def test_an_mdn_that_is_late_is_found_by_its_pair(inbox: Inbox) -> None:
    """From the time on at which the gateway had sent the message; it does not fail for that."""
    waiting = outbound("o.edi", phase=Phase.AWAITING_MDN, mdn=Mdn(status=MdnStatus.PENDING))
    waiting = replace(waiting, progress=replace(waiting.progress, transmitted_at=NOON))
    (message,) = opened(inbox.desk.store, waiting)
    inbox.desk.clock.wait(3 * HOUR)
    assert inbox.found(Kind.MDN_OVERDUE) == []
    inbox.desk.clock.wait(2 * HOUR)
    [late] = inbox.found(Kind.MDN_OVERDUE)
    assert (late.what, late.remedy) == ("o.edi without an MDN", f"syncd show {message.id}")
    inbox.happened(message, ev.Delivered(mdn=Mdn(status=MdnStatus.OK), place=None))
    assert inbox.found(Kind.MDN_OVERDUE) == []


def test_an_acknowledgement_that_is_overdue_is_found_by_its_pair(inbox: Inbox) -> None:
    """Until it comes."""
    sent = outbound("o.edi", state=State.SENT, phase=None, acknowledge_by=NOON + HOUR, settled_at=NOON)
    (message,) = opened(inbox.desk.store, sent)
    assert inbox.found(Kind.UNACKNOWLEDGED) == []
    inbox.desk.clock.wait(2 * HOUR)
    [late] = inbox.found(Kind.UNACKNOWLEDGED)
    assert late.what == "o.edi not acknowledged in time"
    inbox.happened(message, ev.Excused())
    stored = inbox.desk.store.records.get(message.id)
    assert stored
    assert stored.acknowledged is Answer.SETTLED
    assert inbox.found(Kind.UNACKNOWLEDGED) == []


def test_documents_that_a_partner_rejected_are_found_until_they_are_seen_to(inbox: Inbox) -> None:
    """By a person, who settles them."""
    (message,) = opened(inbox.desk.store, outbound("o.edi", state=State.SENT, phase=None, settled_at=NOON))
    rejected = ev.Acknowledged(answer=Answer.REJECTED, answered_by=MessageId("m7"), marks=(), says="no")
    message = inbox.happened(message, rejected)
    [late] = inbox.found(Kind.REJECTED)
    assert late.what == "o.edi not accepted, or not in all parts"
    inbox.happened(message, ev.Excused())
    assert inbox.found(Kind.REJECTED) == []


def test_what_a_new_account_leaves_at_the_gateway_is_found(inbox: Inbox) -> None:
    """With what to type to have it."""
    old = {"count": 7, "oldest": "2024-01-01T00:00:00+00:00", "newest": "2026-01-01T00:00:00+00:00"}
    inbox.desk.store.journal.remember("acme", {"old.production": json.dumps(old)})
    [late] = inbox.found(Kind.PASSED_OVER)
    assert late.what == "7 unread messages, up to 2026-01-01 00:00 UTC, are not fetched"
    assert "syncd refetch --since 2024-01-01T00:00Z --until 2026-01-01T00:01Z --account acme" in late.remedy


def test_a_hook_that_was_given_up_is_found_until_it_does_its_work(inbox: Inbox) -> None:
    """With the message that it was given up for."""
    inbox.account = replace(inbox.account, hooks=Hooks(on_received=("/import",)))
    store, hooks = inbox.desk.store, FakeHooks()
    tell = Tell(
        accounts={"acme": inbox.account},
        state_id="state",
        records=store.records,
        journal=store.journal,
        hooks=hooks,
        clock=inbox.desk.clock,
        dice=lambda: 0.0,
    )
    [message] = inbox.received("a")
    hooks.problems[message.id] = "ended with exit code 3"
    telling = replace(_telling(message), tries=29)
    tell.tell(telling)
    [late] = inbox.found(Kind.HOOK)
    assert late.what == "on_received was given up: ended with exit code 3"
    assert late.remedy == f"syncd show {message.id}"
    hooks.problems.clear()
    tell.tell(telling)
    assert inbox.found(Kind.HOOK) == []


def _telling(message: Message) -> Telling:
    return Telling(id=1, channel="hook", kind="received", message=message, at=NOON)
