"""The operations on interchanges."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from syncd.sandbox.ecgrid import rendering
from syncd.sandbox.ecgrid.answers import Payload
from syncd.sandbox.ecgrid.calls import Call
from syncd.sandbox.ecgrid.lifecycle import cancel, resume
from syncd.sandbox.ecgrid.listing import MOST_LISTED, AnyParcel, Page, Wanted, interchange_page, ordered
from syncd.sandbox.ecgrid.mailbox import Interchange, Outbound
from syncd.sandbox.ecgrid.parcels import check_mailbox
from syncd.sandbox.wire.exchange import Refusal

_OPEN = frozenset({"received", "pending", "retrying", "unrouted"})


def get_interchange(call: Call) -> Payload:
    """One interchange."""
    parcel, one = call.mailbox.find_interchange(call.number)
    return Payload(data=call.renderer.interchange(parcel, one))


def interchange_manifest(call: Call) -> Payload:
    """The functional groups of an interchange."""
    _, one = call.mailbox.find_interchange(call.number)
    return Payload(data=rendering.groups(one.header))


def interchanges_inbox(call: Call) -> Payload:
    """The interchanges that came."""
    return _listed(call, call.mailbox.arrived())


def interchanges_outbox(call: Call) -> Payload:
    """The interchanges that were uploaded."""
    return _listed(call, call.mailbox.sent())


def _listed(call: Call, parcels: Iterable[AnyParcel]) -> Payload:
    check_mailbox(call)
    wanted = Wanted.of(call.fields)
    page = Page.of(call.fields, default=100, most=MOST_LISTED)
    rows: list[Any] = []
    for parcel in ordered(parcels, call.switches.order):
        if wanted.fits(parcel, wanted.status):
            rows += [call.renderer.interchange(parcel, one) for one in parcel.interchanges]
    return interchange_page(rows, page, call.switches)


def cancel_interchange(call: Call) -> Payload:
    """End an outbound interchange that is still undelivered."""
    parcel, one = _outbound(call)
    if one.state not in _OPEN:
        raise Refusal(409, "Only an outbound interchange that is undelivered can be cancelled.")
    one.state = "cancelled"
    one.changed = call.clock.now()
    if all(other.state == "cancelled" for other in parcel.interchanges):
        cancel(parcel, call.clock.now())
    return Payload(data=True)


def resend_interchange(call: Call) -> Payload:
    """Send the parcel of an outbound interchange once more, from the beginning."""
    parcel, _ = _outbound(call)
    resume(parcel, call.clock.now())
    call.mailbox.moving.append(parcel)
    return Payload(data=True)


def _outbound(call: Call) -> tuple[Outbound, Interchange]:
    parcel, one = call.mailbox.find_interchange(call.number)
    if not isinstance(parcel, Outbound):
        raise Refusal(409, "The interchange is not outbound.")
    return parcel, one
