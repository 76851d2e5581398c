"""Messages for pages: any state, and names that somebody made to do harm."""

from __future__ import annotations

from syncd.core.model import (
    Direction,
    File,
    GatewayId,
    Message,
    MessageId,
    Pair,
    Phase,
    Place,
    State,
)
from tests.fakes.door import NOON

HOSTILE = "x\"'><script>alert(1)</script>{{7*7}}\u202efdp.\n\x1b[31m\udce9\u2066.edi"
"""Markup, a template, direction marks, a line break, a terminal's colours, and no UTF-8."""


def message(
    state: State = State.HELD,
    phase: Phase | None = None,
    *,
    direction: Direction = Direction.OUTBOUND,
    name: str = "invoice.edi",
    account: str = "acme",
    message_id: str = "aaaa1111",
    sha256: str | None = "ab",
    partner: str = "WALMART",
    reason: str | None = None,
) -> Message:
    return Message(
        id=MessageId(message_id),
        account=account,
        gateway="as2gateway",
        direction=direction,
        state=state,
        phase=phase,
        pair=Pair(station="ACME", partner=partner),
        name=name,
        message_id=GatewayId("<one@gateway>"),
        files=(File(name=name, size=4711, sha256=sha256),),
        place=Place(f"{state}/ACME/WALMART/{name}") if direction is Direction.OUTBOUND else None,
        created=NOON,
        updated=NOON,
        reason=reason,
    )
