"""Which entries may be deleted at the gateway: those of messages that are settled here. Pure.

What is not settled is refused with the verb that settles it; nothing that is still to be fetched, or is still
on its way to the partner, is ever deleted.
"""

from __future__ import annotations

from syncd.core.machine import (
    ACCEPTED,
    AWAITING_MDN,
    CLAIMED,
    CONFIRMED,
    FAILED,
    GONE,
    HELD,
    PUBLISHED,
    SENT,
    STOPPED,
    WAITING,
    is_unfinished,
    spot,
    verdicts,
)
from syncd.core.model import Direction, Message, State
from syncd.errors import UsageError

_OUTBOUND = {SENT: ("sent",), FAILED: ("stopped", "failed", "sent"), STOPPED: ("stopped",)}
"""A message that failed may have an entry whose tries are used up, its failed tries, and, when it was the
partner's MDN that said no, a sent one."""
_INBOUND = frozenset({CONFIRMED, GONE, HELD})


def boxes(message: Message) -> tuple[str, ...]:
    """The gateway's lists that a message is deleted from, in this order; none while it is not settled."""
    if message.direction is Direction.INBOUND:
        return ("received",) if spot(message) in _INBOUND else ()
    return _OUTBOUND.get(spot(message), ())


def refusal(message: Message) -> UsageError | None:
    """Why the message is not to be deleted at the gateway, and what to do instead; None: it may be."""
    mine = f"message {message.id}"
    if message.progress.deleted_at is not None:
        return UsageError(f"{mine} is deleted at the gateway already", _show(message, "when, and by whom"))
    if not boxes(message) or (message.state is State.SENT and is_unfinished(message)):
        how = f"{message.state}, {message.phase}" if message.phase else str(message.state)
        return UsageError(f"{mine} is {how}: it is not settled", _instead(message))
    if message.message_id is None:
        return UsageError(f"{mine} was never at the gateway", _show(message, "what became of it"))
    if spot(message) == GONE and message.progress.confirmed_at is None:
        return UsageError(f"{mine} is not at the gateway any more", _show(message, "why"))
    return None


def _instead(message: Message) -> str:
    here = spot(message)
    if message.state is State.ARRIVING or here == PUBLISHED:
        return "The next pull fetches and confirms it: syncd once --only pull"
    if here == ACCEPTED:
        return f"The gateway tries it by itself; end that first: `syncd stop {message.id}`."
    if here == AWAITING_MDN or message.state is State.SENT:
        return "Its MDN is still to come: that settles it."
    if here in (CLAIMED, WAITING):
        return "To withdraw it, take its file out of queued/."
    if here == HELD:
        return f"Decide on it first: `syncd resolve {message.id} {'|'.join(verdicts(message))}`."
    return _show(message, "how it stands")


def _show(message: Message, what: str) -> str:
    return f"`syncd show {message.id}` tells {what}."
