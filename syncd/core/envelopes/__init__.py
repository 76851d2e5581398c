"""Reads the envelopes of X12 and EDIFACT files: who to whom, which numbers, and whether the counts add up.

Bytes come from outside: whatever they are, nothing is raised, memory is bounded and time linear. What stands
between the envelopes is counted, many at a time, not understood. Ours, since the libraries are not made for
that: pyx12 wants text, knows X12 alone, and takes many times as long; pydifact wants a whole file at once,
raises at the first flaw, and takes longer still.
"""

from __future__ import annotations

from dataclasses import replace
from typing import BinaryIO

from syncd.core.documents import Reading
from syncd.core.envelopes import edifact, x12
from syncd.core.envelopes.envelope import Envelope, Room
from syncd.core.envelopes.source import MOST_STEPS, Source
from syncd.core.envelopes.words import quoted

MOST_INTERCHANGES = 1_000
"""Of one file; what follows is read and counted no more."""

_BOM = b"\xef\xbb\xbf"


def read(stream: BinaryIO, *, steps: int = MOST_STEPS) -> Reading | None:
    """What the envelopes of a file tell; None: it is neither X12 nor EDIFACT.

    Of one that takes more steps than these, what they told; nothing is said against its last interchange.
    Raises nothing but the stream's own OSError.
    """
    source, room = Source(stream, steps=steps), Room()
    if source.peek(3) == _BOM:
        source.skip(3)
    found: list[Envelope] = []
    while (envelope := _one(source, room)) is not None:
        found.append(envelope)
        if source.is_spent:
            return replace(_reading(found, is_cut=True), is_spent=True)
        if len(found) == MOST_INTERCHANGES:
            return _reading(found, is_cut=room.is_cut or source.skip_blank())
    if not found:
        return None
    if source.skip_blank():
        found[-1].blame(f"after its end stands something that is no interchange: {quoted(source.peek(20))}")
    return _reading(found, is_cut=room.is_cut)


def _one(source: Source, room: Room) -> Envelope | None:
    if source.is_wrapped:
        source.unwrap()
    source.skip_blank()
    head = source.peek(x12.HEAD)
    marks = x12.marks(head)
    if marks is not None:
        return x12.read_interchange(source, marks, room)
    marks = edifact.marks(head)
    return edifact.read_interchange(source, marks, room) if marks is not None else None


def _reading(found: list[Envelope], *, is_cut: bool) -> Reading:
    return Reading(interchanges=tuple(envelope.interchange() for envelope in found), is_cut=is_cut)
