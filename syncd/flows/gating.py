"""The gate on the outbox: EDI files are judged once, by the very bytes that would be sent.

What is not recognised passes, and so does everything when the judging itself breaks. What a person has
released is not judged again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from syncd.core import events as ev
from syncd.core import gate
from syncd.core.account import Account
from syncd.core.documents import Interchange, Reading
from syncd.core.filed import Readings
from syncd.core.model import Folder, Message, MessageId, State
from syncd.flows.bridge import Bridge
from syncd.flows.placing import place_for, record_and_settle
from syncd.flows.under_way import UnderWay, key_of
from syncd.ports import Records

log = structlog.get_logger(__name__)

Rule = Callable[["Judge", Message, Reading], Iterator[str]]
REPEATED_WITHIN = timedelta(days=90)
"""A number that comes back later is none that was sent twice: counters begin anew, some every year."""
NOT_TO_ITS_END = "the gate has judged the beginning only: it has too many segments"
MOST_RESENDS = 100
"""Links of a chain of resends that are followed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """What the judging needs: the rules, what was sent, what is about to be."""

    account: Account
    records: Records
    under_way: UnderWay
    now: datetime


@contextmanager
def through_gate(bridge: Bridge, row: Message, names: Sequence[str], readings: Readings) -> Iterator[Message]:
    """Ask the gate about a message that is about to be sent; held within when it may not leave.

    `readings` are of the files with these names. Within, the row is to be written that says that they leave.
    Where the gate only warns, the history says of what.
    """
    mode = gate.mode(bridge.account, row.pair)
    if mode == gate.OFF:
        yield row
        return
    judge = Judge(
        account=bridge.account, records=bridge.records, under_way=bridge.under_way, now=bridge.clock.now()
    )
    flaws = [] if row.progress.is_judged else judged(judge, flaws_of, row, names, readings)
    has_number = not (flaws and mode == gate.HOLD)
    with bridge.under_way.entered(row, readings if has_number else ()):
        if row.progress.is_judged:
            yield row
            return
        reasons = flaws + judged(judge, repeats_of, row, names, readings)
        if reasons:
            yield _concluded(bridge, row, mode, gate.together(reasons))
        elif any(reading and reading.is_spent for reading in readings):
            yield _passed(bridge, row, NOT_TO_ITS_END)
        else:
            yield row


def _concluded(bridge: Bridge, row: Message, mode: str, words: str) -> Message:
    if mode == gate.HOLD:
        place = place_for(bridge, row, Folder.HELD)
        held = ev.Held(reason=f"not sent, by the gate: {words}", place=place, is_judged=True)
        return record_and_settle(bridge, [(row, held)])[0]
    log.warning("message.warned_of", message=row.id, account=row.account, reason=words)
    return _passed(bridge, row, f"the gate warns: {words}")


def _passed(bridge: Bridge, row: Message, note: str) -> Message:
    progress = replace(row.progress, is_judged=True)
    return bridge.record_one(row, ev.Remembered(progress=progress, note=note))


def judged(judge: Judge, rule: Rule, row: Message, names: Sequence[str], readings: Readings) -> list[str]:
    """What a rule has against sending these files, in plain words; of several, each by its name.

    Never raises: whatever breaks here is no reason not to send.
    """
    try:
        return list(_named(judge, rule, row, names, readings))
    except Exception:
        log.exception("gate.broke", message=row.id, account=row.account)
        return []


def _named(judge: Judge, rule: Rule, row: Message, names: Sequence[str], readings: Readings) -> Iterator[str]:
    for name, reading in zip(names, readings, strict=False):  # no readings at all where one broke
        for reason in rule(judge, row, reading) if reading else ():
            yield f"{name}: {reason}" if len(names) > 1 else reason


def flaws_of(judge: Judge, row: Message, reading: Reading) -> Iterator[str]:
    """What the file itself shows."""
    return gate.objections(judge.account, row.pair, reading)


def repeats_of(judge: Judge, row: Message, reading: Reading) -> Iterator[str]:
    """Interchanges that stand in it more than once, or whose number was sent before."""
    counts = Counter(key_of(row.pair, each) for each in reading.interchanges if each.control)
    once = {key_of(row.pair, each): each for each in reading.interchanges}
    for key, interchange in once.items():
        if counts[key] > 1:
            yield f"interchange {interchange.control} stands in it {counts[key]} times"
        before = _sent_before(judge, row, interchange)
        if before is not None:
            yield f"interchange {interchange.control} was sent before, by message {before}"


def _sent_before(judge: Judge, row: Message, interchange: Interchange) -> str | None:
    """The message that took this interchange to the partner, or is about to; a resend repeats nothing."""
    if not interchange.control:
        return None
    other = judge.under_way.other(row, interchange)  # before the records: what left it stands there
    if other is not None:
        return other
    family, since = _family(judge.records, row), judge.now - REPEATED_WITHIN
    for found in judge.records.carrying(interchange, account=row.account, pair=row.pair, since=since):
        if not family & _family(judge.records, found):
            return f"{found.id}, which is held" if found.state is State.HELD else found.id
    return None


def _family(records: Records, row: Message) -> frozenset[MessageId]:
    """A message and what it is a resend of, and so on."""
    ids = {row.id}
    link = row.resend_of
    while link is not None and link not in ids and len(ids) < MOST_RESENDS:
        ids.add(link)
        old = records.get(link)
        link = old.resend_of if old else None
    return frozenset(ids)
