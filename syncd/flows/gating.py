"""The gate on the outbox: EDI files are judged once, by the very bytes that would be sent.

What is not recognised passes, and so does everything when the judging itself breaks. What a person has
released is not judged again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import structlog

from syncd.core import events as ev
from syncd.core import gate
from syncd.core.account import Account
from syncd.core.filed import Readings
from syncd.core.model import Folder, Message
from syncd.flows.bridge import Bridge
from syncd.flows.placing import place_for, record_and_settle

log = structlog.get_logger(__name__)


def through_gate(bridge: Bridge, row: Message, names: Sequence[str], readings: Readings) -> Message:
    """Ask the gate about a message that is about to be sent; held afterwards when it may not leave.

    `readings` are of the files with these names. Where the gate only warns, the history says of what.
    """
    if gate.mode(bridge.account, row.pair) == gate.OFF or row.progress.is_judged:
        return row
    words = judged(bridge.account, row, names, readings)
    if not words:
        return row
    if gate.mode(bridge.account, row.pair) == gate.HOLD:
        place = place_for(bridge, row, Folder.HELD)
        held = ev.Held(reason=f"not sent, by the gate: {words}", place=place, is_judged=True)
        return record_and_settle(bridge, [(row, held)])[0]
    log.warning("message.warned_of", message=row.id, account=row.account, reason=words)
    progress = replace(row.progress, is_judged=True)
    return bridge.record_one(row, ev.Remembered(progress=progress, note=f"the gate warns: {words}"))


def judged(account: Account, row: Message, names: Sequence[str], readings: Readings) -> str:
    """What speaks against sending these files, in plain words; empty: nothing. Never raises."""
    try:
        reasons = list(_reasons(account, row, names, readings))
    except Exception:  # whatever it is, it is no reason not to send
        log.exception("gate.broke", message=row.id, account=account.name)
        return ""
    return gate.together(reasons)


def _reasons(account: Account, row: Message, names: Sequence[str], readings: Readings) -> Iterator[str]:
    """Of several files, each reason names its own."""
    for name, reading in zip(names, readings, strict=False):  # no readings at all where one broke
        if reading is None:
            continue
        for objection in gate.objections(account, row.pair, reading):
            yield f"{name}: {objection}" if len(names) > 1 else objection
