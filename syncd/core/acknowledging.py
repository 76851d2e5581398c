"""Which of our messages an arriving acknowledgement is about, and what it says of them.

X12 names a group by its kind and number (997, 999) or an interchange (TA1), EDIFACT an interchange (CONTRL).
Numbers begin anew some day, and each sender counts for itself: of several messages with that number one of
the same pair is meant; of these rather one between the same two that the envelopes name, rather one that did
not fail, rather the newest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from syncd.core.documents import Acknowledgement, Interchange, Verdict
from syncd.core.filed import Filed, Mark, Readings, number
from syncd.core.model import AUTO, Answer, Message, MessageId, Pair, State
from syncd.core.naming import UNKNOWN

ACKNOWLEDGE = frozenset({"997", "999", "CONTRL"})
"""Kinds of documents that are acknowledgements themselves: nobody acknowledges them."""
SHOWN = 5
_LOST = frozenset({State.FAILED, State.WITHDRAWN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What an acknowledgement is about, as it was sent: a group, or with an empty `group` an interchange."""

    standard: str
    interchange: str
    group_kind: str
    group: str
    sender: str
    receiver: str

    def __str__(self) -> str:
        if self.group:
            return f"group {self.group_kind} {self.group}".replace("  ", " ")
        return f"interchange {self.interchange}"

    def fits(self, document: Filed) -> bool:
        """Whether a document of ours has these numbers."""
        if document.standard != self.standard:
            return False
        if self.group:
            return (document.group_kind, number(document.group)) == (self.group_kind, self.group)
        return number(document.interchange) == self.interchange


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """All that one file says about one subject."""

    subject: Subject
    said: tuple[Acknowledgement, ...]


def replies(readings: Readings) -> tuple[Reply, ...]:
    """What the files of a message say about what was sent, subject by subject."""
    found: dict[Subject, list[Acknowledgement]] = {}
    for reading in readings:
        for interchange in reading.interchanges if reading else ():
            _gather(interchange, found)
    return tuple(Reply(subject=subject, said=tuple(said)) for subject, said in found.items())


def _gather(interchange: Interchange, found: dict[Subject, list[Acknowledgement]]) -> None:
    for said in interchange.acknowledgements:
        is_envelope = said.standard == "x12" and not said.group_control
        if is_envelope and said.verdict is Verdict.ACCEPTED:
            continue  # a TA1: only the envelope was looked at so far
        is_group = said.standard == "x12" and not is_envelope
        subject = Subject(
            standard=said.standard,
            interchange="" if is_group else number(said.interchange_control),
            group_kind=said.group_kind if is_group else "",
            group=number(said.group_control) if is_group else "",
            sender=interchange.receiver,
            receiver=interchange.sender,
        )
        found.setdefault(subject, []).append(said)


def choose(
    candidates: Sequence[tuple[Message, Sequence[Filed]]], reply: Reply, pair: Pair
) -> tuple[Message, ...]:
    """The message that is meant, of some that have these numbers; `pair` is that of what arrived.

    Of one that was sent again, all that are the same.
    """
    ranked: list[tuple[tuple[bool, bool], Message]] = []
    for message, documents in candidates:
        same_ends = any(_is_between(document, reply.subject) for document in documents)
        if _is_possible(message.pair, pair, same_ends=same_ends):
            ranked.append(((same_ends, message.state not in _LOST), message))
    newest_first = sorted(ranked, key=lambda each: each[1].created, reverse=True)
    if not ranked:
        return ()
    meant = [max(newest_first, key=lambda each: each[0])[1]]
    for _, message in newest_first:
        if message.id == meant[-1].resend_of:
            meant.append(message)
    return tuple(meant)


def _is_between(document: Filed, subject: Subject) -> bool:
    ends = (document.sender, document.receiver)
    return subject.fits(document) and ends == (subject.sender, subject.receiver)


def _is_possible(sent: Pair, arrived: Pair, *, same_ends: bool) -> bool:
    """Where the gateway read the pair off the file, or tells none, the envelopes alone have to do."""
    if sent == arrived:
        return True
    return same_ends and (sent.partner == AUTO or arrived.partner in {"", UNKNOWN})


def marks(documents: Iterable[Filed], reply: Reply) -> tuple[Mark, ...]:
    """What the reply says of each of these documents; nothing of those that it is not about.

    Where a part of them was rejected, those that it does not name are good. When it names none, nobody knows.
    """
    said = {each.position: _said_of(each, reply) for each in documents if reply.subject.fits(each)}
    known = {position: each for position, each in said.items() if each is not None}
    names_the_bad = any(
        each.verdict is not Verdict.ACCEPTED and not _is_of_some(each) for each in known.values()
    )
    return tuple(_mark(position, each, names_the_bad=names_the_bad) for position, each in known.items())


def _is_of_some(said: Acknowledgement) -> bool:
    """Whether it says that a part of many was rejected, and not which."""
    return said.verdict is Verdict.PARTLY and not (said.document_control or said.document_kind)


def _mark(position: int, said: Acknowledgement, *, names_the_bad: bool) -> Mark:
    if not _is_of_some(said):
        return Mark(position=position, verdict=said.verdict, note=said.note)
    if names_the_bad:
        return Mark(position=position, verdict=Verdict.ACCEPTED)
    note = f"{said.note}; which were rejected is not said".removeprefix("; ")
    return Mark(position=position, verdict=Verdict.PARTLY, note=note)


def _said_of(document: Filed, reply: Reply) -> Acknowledgement | None:
    """What is said of the document itself, unless all of its group or interchange was rejected."""
    own = whole = None
    for said in reply.said:
        if said.document_control or said.document_kind:
            own = said if _is_of(said, document) else own
        elif said.group_control in {"", document.group} or reply.subject.group:
            whole = said
    if whole is not None and whole.verdict is Verdict.REJECTED:
        notes = [said.note for said in (own, whole) if said is not None and said.note]
        return replace(whole, note="; ".join(notes))
    return own or whole


def _is_of(said: Acknowledgement, document: Filed) -> bool:
    return said.document_kind in {"", document.kind} and number(said.document_control) == number(
        document.control
    )


def marked(documents: Iterable[Filed], new: Iterable[Mark], *, by: MessageId) -> tuple[Filed, ...]:
    """The documents with what is said of them now; `by` is the message that says it."""
    said = {mark.position: mark for mark in new}
    return tuple(
        replace(each, verdict=said[each.position].verdict, note=said[each.position].note, answered_by=by)
        if each.position in said
        else each
        for each in documents
    )


def answer(documents: Iterable[Filed]) -> Answer | None:
    """What was said of a whole message; None: not all of it is answered yet, and nothing was rejected."""
    verdicts = {each.verdict for each in documents if each.kind and each.kind not in ACKNOWLEDGE}
    if verdicts == {Verdict.ACCEPTED}:
        return Answer.ACCEPTED
    if verdicts == {Verdict.REJECTED}:
        return Answer.REJECTED
    return Answer.PARTLY if verdicts - {None, Verdict.ACCEPTED} else None


def is_worse(before: Iterable[Filed], new: Iterable[Mark]) -> bool:
    """Whether something is not accepted that was, or of which nothing was said."""
    fine = {each.position for each in before if each.verdict in {None, Verdict.ACCEPTED}}
    return any(mark.position in fine for mark in new if mark.verdict is not Verdict.ACCEPTED)


def is_to_be_acknowledged(documents: Iterable[Filed]) -> bool:
    """Whether there is anything in it that a partner acknowledges."""
    return any(each.kind and each.kind not in ACKNOWLEDGE for each in documents)


def words(documents: Sequence[Filed], new: Sequence[Mark]) -> str:
    """What was said, in a few words: of what was not accepted, which and why."""
    by_position = {each.position: each for each in documents}
    bad = [mark for mark in new if mark.verdict != Verdict.ACCEPTED]
    if not bad:
        return "accepted"
    named = [_named(by_position[mark.position], mark) for mark in bad[:SHOWN]]
    if len(bad) > SHOWN:
        named.append(f"{len(bad) - SHOWN} more")
    return f"{len(bad)} of {len(new)} not accepted: {', '.join(named)}"


def _named(document: Filed, mark: Mark) -> str:
    name = f"{document.kind} {document.control}".strip() or f"group {document.group}"
    return f"{name} {mark.verdict}{f' ({mark.note})' if mark.note else ''}"
