"""What a partner's 997, 999 or CONTRL says is noted at what was sent."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest

from syncd.core.looking import Search
from syncd.core.model import Message, State
from syncd.errors import UsageError
from syncd.flows.bridge import Bridge
from syncd.operations.account_status import account_status
from syncd.operations.questions import list_messages
from syncd.operations.status import needs_person
from syncd.ports import Change, Journal
from syncd.sandbox import Sandbox
from syncd.wiring.acting import resolve
from tests.e2e.edi import acknowledgement, answered, contrl, edifact_orders, orders
from tests.e2e.harness import Ground


def sent(ground: Ground, name: str, content: bytes) -> Message:
    ground.drop(name, content)
    ground.settle()
    return ground.row(name)


def lines(ground: Ground, row: Message, kind: str = "acknowledged") -> list[str]:
    with ground.records() as records:
        return [line.text for line in records.history(row.id) if line.kind == kind]


def verdicts(ground: Ground, row: Message) -> list[str | None]:
    with ground.records() as records:
        return [each.verdict for each in records.documents([row.id], most=99)[row.id]]


def standing(ground: Ground, how: str) -> list[str]:
    with ground.records() as records:
        return [row.name for row in records.search(Search(acknowledged=how, at=ground.clock.now()))]


def needing(ground: Ground, **wanted: Any) -> list[str]:  # noqa: ANN401 - parts of a search
    """What `list --attention` shows."""
    with ground.records() as records:
        search = Search(attention=True, at=ground.clock.now(), **wanted)
        return [row.files[0].name for row in list_messages(records, search, {})]


def test_what_the_partner_says_stands_at_both_messages(ground: Ground, box: Sandbox) -> None:
    """Of each document, and of the whole; a line each; the state stays."""
    row = sent(ground, "a.edi", orders(1, count=2))
    arrived = box.deliver(files={"997.edi": acknowledgement(answered("PO", 17, "P", d1="A", d2="R"))})
    ground.run()

    assert (ground.row("a.edi").state, ground.row("a.edi").acknowledged) == ("sent", "partly")
    assert verdicts(ground, row) == ["accepted", "rejected"]
    answer = ground.row(arrived)
    says = "1 of 2 not accepted: 850 0002 rejected (segments have errors)"
    assert lines(ground, row) == [f"acknowledged by the partner in {answer.id}: {says}"]
    assert lines(ground, answer, "staged")[0].endswith(f"(acknowledges {row.id}: {says})")
    with ground.records() as records:
        assert [row.name for row in records.search(Search(attention=True))] == ["a.edi"]


def test_one_acknowledgement_answers_for_many(ground: Ground, box: Sandbox) -> None:
    """Group by group, whatever else is in it: what was never sent from here is named where it arrived."""
    for number in (1, 2):
        sent(ground, f"{number}.edi", orders(number, of_group=number))
    groups = [answered("PO", number, "A", d1="A") for number in (1, 2, 3)]
    arrived = box.deliver(files={"997.edi": acknowledgement(*groups)})
    ground.run()
    assert [ground.row(f"{n}.edi").acknowledged for n in (1, 2)] == ["accepted"] * 2
    [text] = lines(ground, ground.row(arrived), "staged")
    assert "group PO 3, which is not known to have been sent from here; " in text


def test_groups_of_one_message_may_be_answered_one_by_one(ground: Ground, box: Sandbox) -> None:
    """In one batch too: the whole is accepted when the last of it is."""
    both = orders(1, of_group=1).replace(
        b"IEA*1", b"GS*PO*ACME*WALMART*20261121*1200*2*X*004010~ST*850*0001~SE*2*0001~GE*1*2~IEA*2"
    )
    row = sent(ground, "a.edi", both)
    box.deliver(files={"1.edi": acknowledgement(answered("PO", 1, "A", d1="A"), control=501)})
    box.deliver(files={"2.edi": acknowledgement(answered("PO", 2, "A", d1="A"), control=502)})
    ground.run()
    assert ground.row("a.edi").acknowledged == "accepted"
    assert len(lines(ground, row)) == 2


def test_the_same_is_noted_once_and_the_newest_counts(ground: Ground, box: Sandbox) -> None:
    """One that is delivered again says nothing new; another one may think otherwise."""
    row = sent(ground, "a.edi", orders(1))
    first = box.deliver(files={"997.edi": acknowledgement(answered("PO", 17, "R", d1="R"))})
    ground.run()
    ground.later(seconds=5)
    ground.run()
    box.mark_unread(first)
    for _ in range(3):
        ground.run()
    assert len(ground.files("inbox")) == 2
    assert len(lines(ground, row)) == 1

    box.deliver(files={"997.edi": acknowledgement(answered("PO", 17, "A", d1="A"), control=501)})
    ground.run()
    assert ground.row("a.edi").acknowledged == "accepted"
    assert len(lines(ground, row)) == 2


class Dies(Exception):
    """The process ends here."""


class DyingJournal:
    """A journal of a process that dies when it stages, before that is stored or after it."""

    def __init__(self, journal: Journal, *, is_stored: bool) -> None:
        self._journal = journal
        self._is_stored = is_stored

    def __getattr__(self, name: str) -> object:
        return getattr(self._journal, name)

    def write(self, changes: Sequence[Change]) -> None:
        is_staging = any(change.event.kind == "staged" for change in changes)
        if self._is_stored or not is_staging:
            self._journal.write(changes)
        if is_staging:
            raise Dies


@pytest.mark.parametrize("is_stored", [False, True])
def test_an_answer_is_noted_once_whoever_dies(ground: Ground, box: Sandbox, is_stored: bool) -> None:
    """It is stored with what arrived, or neither is."""
    row = sent(ground, "a.edi", orders(1))
    box.deliver(files={"997.edi": acknowledgement(answered("PO", 17, "A", d1="A"))})

    def dying(bridge: Bridge) -> Bridge:
        return replace(bridge, journal=cast(Journal, DyingJournal(bridge.journal, is_stored=is_stored)))

    with pytest.raises(Dies):
        ground.run(wrap=dying, jobs=("pull",))
    assert len(lines(ground, row)) == is_stored
    ground.run()
    assert ground.row("a.edi").acknowledged == "accepted"
    assert len(lines(ground, row)) == 1


def test_an_answer_may_be_faster_than_the_mdn(ground: Ground, box: Sandbox) -> None:
    """It is noted while the message is queued, and nothing that happens to it later takes it back."""
    box.partner("RJ_Partner").behave(mdn_delay_s=600.0)
    ground.drop("a.edi", orders(1))
    for _ in ground.passes(3):
        pass
    assert ground.row("a.edi").state == "queued"
    box.deliver(files={"997.edi": acknowledgement(answered("PO", 17, "A", d1="A"))})
    ground.settle()
    assert (ground.row("a.edi").state, ground.row("a.edi").acknowledged) == ("sent", "accepted")


def test_edifact_is_answered_by_interchange(ground: Ground, box: Sandbox) -> None:
    """Leading zeros do not matter."""
    sent(ground, "a.edi", edifact_orders("0007"))
    box.deliver(files={"contrl.edi": contrl("7", 4)})
    ground.run()
    assert ground.row("a.edi").acknowledged == "rejected"


def test_another_partners_answer_is_not_taken_for_this_ones(ground: Ground, box: Sandbox) -> None:
    """Everybody counts from one."""
    sent(ground, "a.edi", orders(1))
    box.deliver(partner="ECHO", files={"997.edi": acknowledgement(answered("PO", 17, "R", d1="R"))})
    ground.run()
    assert ground.row("a.edi").acknowledged is None


def test_what_is_not_acknowledged_in_time_is_overdue(ground: Ground, box: Sandbox) -> None:
    """Only where that is set, and only what can be acknowledged; answered late it is overdue no more."""
    ground.configure(acknowledged_within="24h")
    sent(ground, "a.edi", orders(1))
    sent(ground, "997.edi", acknowledgement(answered("IN", 1, "A", d1="A")))
    sent(ground, "letter.txt", b"Dear Sir or Madam")
    assert (standing(ground, "waiting"), standing(ground, "overdue")) == (["a.edi"], [])
    ground.later(hours=25)
    assert (standing(ground, "waiting"), standing(ground, "overdue")) == ([], ["a.edi"])
    with ground.records() as records:
        known = account_status(ground.settings.accounts[0], records, {}, now=ground.clock.now())
    assert (known.overdue, known.attention, needs_person(known)) == (1, (), True)
    assert needing(ground) == ["a.edi"]
    assert needing(ground, acknowledged="overdue", document="850") == ["a.edi"]
    assert needing(ground, states=(State.FAILED,)) == needing(ground, acknowledged="waiting") == []

    box.deliver(files={"997.edi": acknowledgement(answered("PO", 17, "A", d1="A"))})
    ground.run()
    assert (standing(ground, "overdue"), standing(ground, "accepted")) == ([], ["a.edi"])
    assert needing(ground) == []


def test_a_table_tells_how_long_a_pair_may_take(ground: Ground) -> None:
    """Narrower wins."""
    ground.partners = [{"partner": "RJ_Partner", "acknowledged_within": "1h"}]
    ground.configure(acknowledged_within="24h")
    row = sent(ground, "a.edi", orders(1))
    assert row.settled_at is not None
    assert row.acknowledge_by == row.settled_at + timedelta(hours=1)


def test_a_person_settles_what_was_rejected(ground: Ground, box: Sandbox) -> None:
    """By name; then it needs nobody any more. Other words do not fit, nor does a second time."""
    row = sent(ground, "a.edi", orders(1))
    with pytest.raises(UsageError, match="is sent, not held"):
        resolve(ground.settings, row.id, "done", "anna")
    box.deliver(files={"997.edi": acknowledgement(answered("PO", 17, "R", d1="R"))})
    ground.run()
    with pytest.raises(UsageError, match=f"syncd resolve {row.id} done"):
        resolve(ground.settings, row.id, "fail", "anna")
    assert resolve(ground.settings, row.id, "done", "anna").acknowledged == "settled"
    with ground.records() as records:
        assert records.search(Search(attention=True)) == []
        assert records.history(row.id)[-1].by == "anna"


def test_what_is_rejected_after_it_was_settled_needs_a_person_again(ground: Ground, box: Sandbox) -> None:
    """Settled was that nothing came; the same rejection once more is no news."""
    ground.configure(acknowledged_within="1h")
    row = sent(ground, "a.edi", orders(1))
    resolve(ground.settings, row.id, "done", "anna")
    rejection = {"997.edi": acknowledgement(answered("PO", 17, "R", d1="R"))}

    box.deliver(files=rejection)
    ground.run()
    assert ground.row("a.edi").acknowledged == "rejected"

    resolve(ground.settings, row.id, "done", "anna")
    box.deliver(files=rejection)
    ground.run()
    assert ground.row("a.edi").acknowledged == "settled"
