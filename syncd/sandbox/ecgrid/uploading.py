"""Accepting a file, and finding out whom it is for."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Any

from syncd.sandbox.ecgrid import words
from syncd.sandbox.ecgrid.answers import Payload
from syncd.sandbox.ecgrid.calls import Call
from syncd.sandbox.ecgrid.edi import interchanges
from syncd.sandbox.ecgrid.mailbox import Outbound
from syncd.sandbox.ecgrid.parcels import check_mailbox
from syncd.sandbox.wire.exchange import Refusal

_FORBIDDEN = frozenset('<>:"/\\|?*') | {chr(number) for number in range(32)}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sides:
    """Whom a file is from and for; None where nobody knows."""

    station: int | None
    partner: int | None

    @property
    def is_routed(self) -> bool:
        return self.station is not None and self.partner is not None


def upload(call: Call) -> Payload:
    """Take a file; ECGrid ids count before the file's own header.

    Raises: Refusal; when nobody knows the receiver and that is read as an error, the parcel exists.
    """
    check_mailbox(call)
    name = _name(call.fields.needed_text("fileName"))
    content = _content(call)
    sides = _sides(call, content)
    parcel = _accept(call, name, content, sides)
    if not sides.is_routed and call.switches.unroutable == "error":
        raise Refusal(400, "The parcel was suspended: its sender or receiver is not known.")
    return Payload(data=_accepted(call, parcel), status=int(call.switches.upload_status))


def send_test(call: Call) -> Payload:
    """Make a file up, and send it."""
    sides = _Sides(station=_own(call), partner=_known(call))
    if not sides.is_routed:
        raise Refusal(400, "ecGridIdFrom and ecGridIdTo are needed.")
    kind = call.fields.text("documentType") or "850"
    parcel = _accept(call, f"test-{kind}.edi", f"Test file {kind}".encode(), sides)
    return Payload(data=parcel.id)


def _accept(call: Call, name: str, content: bytes, sides: _Sides) -> Outbound:
    now = call.clock.now()
    parcel = Outbound(
        id=call.numbers.parcel(),
        station=sides.station,
        partner=sides.partner,
        name=name,
        content=content,
        created=now,
        interchanges=call.numbers.interchanges(content, now),
        next_at=now + call.world.timing.queue_s,
        accepted_monotonic=call.clock.monotonic(),
    )
    call.mailbox.add(parcel)
    return parcel


def _accepted(call: Call, parcel: Outbound) -> Any:  # noqa: ANN401 - JSON: a number, its digits, or an object
    match call.switches.profile:
        case "guide":
            status = words.parcel_word(parcel, call.switches)
            size = call.renderer.size(parcel.content)
            return {"parcelId": parcel.id, "fileName": parcel.name, "status": status, "size": size}
        case "backend":
            return str(parcel.id)
        case _:
            return parcel.id


def _name(name: str) -> str:
    """Accept a file name that Windows would take."""
    is_plain = name == name.strip() and not name.endswith(".")
    if not is_plain or _FORBIDDEN.intersection(name):
        raise Refusal(400, "fileName must be a valid Windows file name, without a folder.")
    return name


def _content(call: Call) -> bytes:
    try:
        content = base64.b64decode(call.fields.needed_text("content"), validate=True)
    except (binascii.Error, ValueError):
        raise Refusal(400, "content is not Base64.") from None
    if not content:
        raise Refusal(400, "The file is empty.")
    told = call.fields.number("bytes")
    if told not in {None, len(content)}:
        raise Refusal(400, f"bytes is {told}, but the content has {len(content)}.")
    return content


def _sides(call: Call, content: bytes) -> _Sides:
    """Take the ids that are given, and for the missing ones what the first header says."""
    header = interchanges(content)[0]
    station, partner = _own(call), _known(call)
    if station is None:
        sender = call.world.by_edi_id(header.sender_qualifier, header.sender)
        is_ours = sender is not None and call.mailbox.has_id(sender.ecgrid_id)
        station = sender.ecgrid_id if sender and is_ours else None
    if partner is None:
        receiver = call.world.by_edi_id(header.receiver_qualifier, header.receiver)
        partner = receiver.ecgrid_id if receiver else None
    return _Sides(station=station, partner=partner)


def _own(call: Call) -> int | None:
    given = call.fields.some_id("ecGridIdFrom", "fromECGridId")
    if given is not None and not call.mailbox.has_id(given):
        raise Refusal(403, f"The ECGrid ID {given} is not yours.")
    return given


def _known(call: Call) -> int | None:
    given = call.fields.some_id("ecGridIdTo", "toECGridId")
    if given is not None and call.world.by_number(given) is None:
        raise Refusal(404, f"No ECGrid ID {given} was found.")
    return given
