"""The MDN of a message, as its gateway has it."""

from __future__ import annotations

from syncd.core.model import Direction, GatewayId
from syncd.core.shown import Box
from syncd.errors import NotFound, NotThere, UsageError
from syncd.operations.rows import Row
from syncd.ports import Gateway


def the_mdn(row: Row, gateway: Gateway) -> bytes:
    """The MDN's payload: the partner's for what was sent, the gateway's own for what was received.

    Raises: NotFound; UsageError at a gateway that has no MDNs; GatewayError.
    """
    if not gateway.capabilities.has_mdn:
        raise UsageError(
            f"message {row.id} has no MDN: {row.gateway} knows none",
            f"How it stands with the partner: syncd show {row.id}",
        )
    if not row.message_id:
        raise NotFound(
            f"message {row.id} has no MDN: the gateway has not accepted it",
            f"What became of it: syncd show {row.id}",
        )
    if row.deleted:
        raise NotFound(
            f"the gateway has no MDN of message {row.id} any more: it was deleted there",
            f"When, and by whom: syncd show {row.id}",
        )
    box = Box.RECEIVED if row.direction == Direction.INBOUND else Box.SENT
    try:
        payload = gateway.mdn(box, GatewayId(row.message_id))
    except NotThere as error:
        raise _none_there(row) from error
    if not payload:
        raise _none_there(row)
    return payload


def _none_there(row: Row) -> NotFound:
    return NotFound(
        f"the gateway has no MDN of message {row.id}",
        f"None was asked for, it has not come yet, or it was deleted there: syncd show {row.id}",
    )
