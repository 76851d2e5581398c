"""What a pull sets aside for a person or for good, and what it complains of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from syncd.core import events as ev
from syncd.core import status_file
from syncd.core.model import Message, State
from syncd.core.notices.concerns import Kind
from syncd.core.planning.pull import TRIED_DAILY
from syncd.flows import walking
from syncd.flows.bridge import Bridge, Trouble

NEVER_BY_ITSELF = timedelta(days=36500)
"""A held message that only a person moves on."""


def hold_restored(bridge: Bridge, rows: Sequence[Message]) -> int:
    """Many messages that came back at once are no person's wish: a person has to look. Returns how many."""
    reason = "many messages came back unread at once: was the gateway restored?"
    next_at = bridge.clock.now() + NEVER_BY_ITSELF
    for row in bridge.record([(row, ev.Held(reason=reason, next_at=next_at)) for row in rows]):
        bridge.inbox.write_alone(row.pair, row.id, status_file.render(row))
    return len(rows)


def hold_empty(bridge: Bridge, rows: Sequence[Message]) -> int:
    """A message without attachments (one that could not be decrypted, say) needs a person.

    It is looked at again every day. Returns how many are held anew.
    """
    reason = "it has no attachments: it may not have been decrypted"
    next_at = bridge.clock.now() + TRIED_DAILY
    opened = [row if row.id else bridge.open([walking.drafted(row)])[0] for row in rows]
    held = bridge.record(
        [
            (row, ev.Postponed(reason=reason, next_at=next_at))
            if row.state is State.HELD
            else (row, ev.Held(reason=reason, next_at=next_at))
            for row in opened
        ]
    )
    for row in held:
        bridge.inbox.write_alone(row.pair, row.id, status_file.render(row))
    return sum(1 for row in rows if row.state is not State.HELD)


def let_go(bridge: Bridge, rows: Sequence[Message]) -> int:
    """What the gateway does not have any more cannot be fetched. Returns how many."""
    bridge.record([(row, ev.Vanished(reason="no longer at the gateway, never fetched")) for row in rows])
    for row in rows:
        bridge.inbox.write_alone(row.pair, row.id, None)
    return len(rows)


def complain_of_marks(bridge: Bridge) -> None:
    """Messages stay unread however often they are confirmed."""
    what = "the gateway does not keep our read marks: messages stay unread however often confirmed"
    bridge.complain(
        Trouble(
            account=bridge.account.name,
            job="pull",
            what=what,
            remedy="Nothing is delivered twice. Ask the gateway's support.",
            needs_person=True,
        )
    )


def has_room(bridge: Bridge) -> bool:
    """Whether both disks have `min_free` left; if not, pulling pauses: mail is safe at the gateway."""
    least = bridge.account.min_free_bytes
    rooms = {f"the root {bridge.account.root}": bridge.tree.room(), "the state": bridge.state_room()}
    short = [what for what, room in rooms.items() if room < least]
    if not short:
        return True
    what = f"pulling pauses: {' and '.join(short)} have less than min_free left"
    remedy = f"Make room: it goes on by itself at {least // 1_000_000} MB. Sending is not stopped."
    name = bridge.account.name
    bridge.complain(
        Trouble(
            account=name,
            job="pull",
            what=what,
            remedy=remedy,
            needs_person=True,
            stops=True,
            kind=Kind.DISK,
        )
    )
    return False
