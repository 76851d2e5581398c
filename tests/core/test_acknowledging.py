"""Which message an acknowledgement means, and what it says of each document."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from syncd.core import events as ev
from syncd.core.acknowledging import answer, choose, marked, marks, replies, words
from syncd.core.documents import Acknowledgement, Verdict
from syncd.core.filed import filed
from syncd.core.machine import advance
from syncd.core.model import AUTO, Direction, Message, MessageId, Pair, Phase, State
from tests.core.edi import ORDERS, interchange, reading

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
PAIR = Pair(station="A", partner="B")
DOCUMENTS = filed((reading(ORDERS),))
A, R, P = Verdict.ACCEPTED, Verdict.REJECTED, Verdict.PARTLY


def said(verdict: Verdict, document: str = "", *, group: str = "PO 0017", note: str = "") -> Acknowledgement:
    kind, _, control = document.partition(" ")
    return Acknowledgement(
        standard="x12",
        interchange_control="",
        group_kind=group.split(maxsplit=1)[0],
        group_control=group.split()[1],
        document_kind=kind,
        document_control=control,
        verdict=verdict,
        note=note,
    )


def of_interchange(verdict: Verdict) -> Acknowledgement:
    return replace(said(verdict), interchange_control="123", group_kind="", group_control="")


def heard(*all_said: Acknowledgement) -> dict[str, str]:
    """The verdict on each document of `ORDERS`, by group and number."""
    answers = replies((None, reading(interchange("9", sender="WALMART", receiver="ACME", says=all_said))))
    found: dict[str, str] = {}
    for reply in answers:
        for mark in marks(DOCUMENTS, reply):
            document = DOCUMENTS[mark.position]
            found[f"{document.group_kind} {int(document.control)}"] = mark.verdict.value
    return found


@pytest.mark.parametrize(
    ("all_said", "verdicts"),
    [
        ((said(A),), {"PO 1": "accepted", "PO 2": "accepted"}),
        ((said(R),), {"PO 1": "rejected", "PO 2": "rejected"}),
        ((said(R, "850 2"), said(P)), {"PO 1": "accepted", "PO 2": "rejected"}),
        ((said(P),), {"PO 1": "partly", "PO 2": "partly"}),
        ((said(A, "850 1"), said(P)), {"PO 1": "accepted", "PO 2": "partly"}),
        ((said(R, "850 9"), said(P)), {"PO 1": "partly", "PO 2": "partly"}),
        ((said(A, "850 0001"), said(R)), {"PO 1": "rejected", "PO 2": "rejected"}),
        ((said(A, "850 1"),), {"PO 1": "accepted"}),
        ((said(A, "810 1"),), {}),
        ((said(A, group="IN 17"),), {}),
        ((said(A), said(A, group="PC 18")), {"PO 1": "accepted", "PO 2": "accepted", "PC 1": "accepted"}),
        ((of_interchange(R),), {"PO 1": "rejected", "PO 2": "rejected", "PC 1": "rejected"}),
        ((of_interchange(A),), {}),
    ],
)
def test_each_document_gets_its_verdict(
    all_said: tuple[Acknowledgement, ...], verdicts: dict[str, str]
) -> None:
    """Its own, unless all of the group was rejected; what is not named in a group is as the group is.

    A TA1 that accepts an envelope says nothing of what is in it.
    """
    assert heard(*all_said) == verdicts


def test_the_whole_is_known_when_all_is_answered() -> None:
    """Or as soon as something was rejected."""
    (group,) = replies((reading(interchange("9", says=(said(A),))),))
    (other,) = replies((reading(interchange("9", says=(said(R, group="PC 18", note="why"),))),))
    by = MessageId("x")
    good = marked(DOCUMENTS, marks(DOCUMENTS, group), by=by)
    bad = marked(DOCUMENTS, marks(DOCUMENTS, other), by=by)
    assert (answer(DOCUMENTS), answer(good), answer(bad)) == (None, None, "partly")
    assert answer(marked(good, marks(DOCUMENTS, other), by=by)) == "partly"
    assert words(DOCUMENTS, marks(DOCUMENTS, group)) == "accepted"
    assert words(DOCUMENTS, marks(DOCUMENTS, other)) == "1 of 1 not accepted: 860 0001 rejected (why)"


def message(name: str, *, pair: Pair = PAIR, state: State = State.SENT, resend_of: str = "") -> Message:
    return Message(
        id=MessageId(name),
        account="acme",
        gateway="as2gateway",
        direction=Direction.OUTBOUND,
        state=state,
        pair=pair,
        created=NOON.replace(minute=ord(name) - ord("a")),
        updated=NOON,
        resend_of=MessageId(resend_of) if resend_of else None,
    )


OTHER_ENDS = tuple(replace(each, receiver="SOMEBODY") for each in DOCUMENTS)


@pytest.mark.parametrize(
    ("candidates", "meant"),
    [
        ([], ""),
        ([message("a"), message("b")], "b"),
        ([message("a"), message("b", state=State.FAILED)], "a"),
        ([message("a", state=State.FAILED), message("b", state=State.FAILED)], "b"),
        ([message("a"), message("b", pair=replace(PAIR, partner="C"))], "a"),
        ([message("b", pair=Pair(station=AUTO, partner=AUTO))], "b"),
        ([message("a"), message("b", resend_of="a")], "ba"),
    ],
)
def test_the_message_that_is_meant(candidates: list[Message], meant: str) -> None:
    """Of the pair, rather not one that failed, rather the newest; with what it is a copy of."""
    (reply,) = replies((reading(interchange("9", sender="WALMART", receiver="ACME", says=(said(A),))),))
    found = choose([(each, DOCUMENTS) for each in candidates], reply, PAIR)
    assert "".join(each.id for each in found) == meant


def test_the_ends_of_the_envelopes_count_more_than_the_age() -> None:
    """One AS2 partner may be several in EDI, each with numbers of its own."""
    (reply,) = replies((reading(interchange("9", sender="WALMART", receiver="ACME", says=(said(A),))),))
    old, new = (message("a"), DOCUMENTS), (message("b"), OTHER_ENDS)
    assert [each.id for each in choose([new, old], reply, PAIR)] == ["a"]
    assert [each.id for each in choose([new], reply, PAIR)] == ["b"]
    routed = message("b", pair=Pair(station=AUTO, partner=AUTO))
    assert choose([(routed, OTHER_ENDS)], reply, PAIR) == ()


def test_a_message_that_is_sent_no_more_is_not_waited_for() -> None:
    """A bad MDN may come late; sent once more, the time begins anew."""
    row = replace(message("a", state=State.QUEUED), phase=Phase.ACCEPTED)
    row = replace(row, progress=replace(row.progress, acknowledged_within_s=60))
    minute = timedelta(minutes=1)
    sent = advance(row, ev.Delivered(mdn=None, place=None), now=NOON)
    bounced = advance(sent, ev.Bounced(reason="late", mdn=None, place=None), now=NOON)
    again = advance(bounced, ev.Delivered(mdn=None, place=None), now=NOON + minute)
    times = [each.acknowledge_by for each in (row, sent, bounced, again)]
    assert times == [None, NOON + minute, None, NOON + 2 * minute]
