"""Fetch a partner's message once more, at a person's word.

One transaction here notes that a person asked for it; the next pull fetches it by its id. Nothing is marked
at the gateway: what is marked unread could be taken by another reader of the mailbox before us, and much of
it would look like a restored gateway. A crash before the transaction leaves nothing, one after it a message
that is on its way in, and comes in once, like any other.
"""

from __future__ import annotations

from dataclasses import replace

from syncd.core import events as ev
from syncd.core.model import GatewayId, Message
from syncd.core.planning.pull import Fetch
from syncd.core.planning.whose import goes_out, typed
from syncd.core.shown import Box, Record
from syncd.errors import NotFound, NotThere, UsageError
from syncd.flows.bridge import Addresses, Bridge
from syncd.flows.walking import SENDER_IS, Reader
from syncd.ports import Draft


def refetch(bridge: Bridge, row: Message, *, by: str) -> Message:
    """Ask for a message that was delivered, or settled without a file; returns it, on its way in.

    Raises: NotFound when the gateway does not have it any more; UsageError when there is nothing to fetch;
    GatewayError.
    """
    record = _at_gateway(bridge, row.message_id or GatewayId(""), f"message {row.id}")
    _refuse_empty(record, f"message {row.id}")
    other = _other(bridge, row, record)
    if other is not None:
        what = f"the gateway has message {other.id} now under the id of message {row.id}"
        raise UsageError(what, f"To fetch that one: `syncd refetch {other.id}`.")
    return bridge.record_one(row, ev.Requested(files=record.files, by=by))


def refetch_unknown(bridge: Bridge, message_id: GatewayId, *, by: str) -> Message:
    """Ask for a message that the gateway has and we have not; returns it, on its way in.

    Raises: NotFound when the gateway does not have it either; UsageError; GatewayError.
    """
    record = _at_gateway(bridge, message_id, f"message {message_id}")
    _refuse_empty(record, f"message {message_id}")
    addresses = _addresses(bridge)
    if goes_out(record, addresses.station_ids, names_sender=bridge.gateway.capabilities.names_sender):
        raise UsageError(f"message {message_id} goes out: there is nothing to fetch", "Send its file again.")
    bridge = replace(bridge, addresses=addresses)
    row = reader_for(bridge).draft(Fetch(record=typed(record, addresses.partners)))
    (after,) = bridge.open([noted(row, by=by)])
    return after


def noted(row: Message, *, by: str) -> Draft:
    """A new message that a person asked for."""
    wanted = replace(row, progress=replace(row.progress, wanted=True))
    return Draft(event=ev.Listed(by=by, note="asked for"), message=wanted)


def reader_for(bridge: Bridge) -> Reader:
    """Tells whose a message is. Asks the gateway for its lists when nobody did yet, and makes no folder."""
    bridge = replace(bridge, addresses=_addresses(bridge))
    return Reader(bridge, bridge.records.facts(bridge.account.name).get(SENDER_IS))


def _addresses(bridge: Bridge) -> Addresses:
    if bridge.addresses.stations is not None:
        return bridge.addresses
    gateway = bridge.gateway
    return Addresses(stations=tuple(gateway.stations()), partners=tuple(gateway.partners()))


def _at_gateway(bridge: Bridge, message_id: GatewayId, named: str) -> Record:
    try:
        return bridge.gateway.entry(Box.RECEIVED, message_id)
    except NotThere as error:
        what = f"{named} is not at the gateway any more"
        raise NotFound(what, "Ask the partner to send it once more.") from error


def _refuse_empty(record: Record, named: str) -> None:
    if not record.files:
        raise UsageError(f"{named} has no attachments at the gateway", "There is nothing to fetch.")


def _other(bridge: Bridge, row: Message, record: Record) -> Message | None:
    """The message that the gateway has under this id now, where it is another: a retransmission, say."""
    if record.persisted in (None, row.listed_at):
        return None
    rows = bridge.records.by_gateway_ids(bridge.account.name, [record.message_id])
    return next((each for each in rows if each.listed_at == record.persisted), None)
