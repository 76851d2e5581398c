"""The operations on parcels: lists, content, confirmation, and what else is said about one."""

from __future__ import annotations

import base64
from collections.abc import Iterable

from syncd.sandbox.ecgrid import words
from syncd.sandbox.ecgrid.answers import Fault, Payload
from syncd.sandbox.ecgrid.calls import Call
from syncd.sandbox.ecgrid.lifecycle import cancel as cancel_parcel
from syncd.sandbox.ecgrid.listing import OWN_LENGTH, AnyParcel, Page, Wanted, parcel_page
from syncd.sandbox.ecgrid.mailbox import UNDELIVERED, Inbound, Outbound
from syncd.sandbox.wire.exchange import Refusal

_CONFIRMED = frozenset({"inboxtransferred", "inboxarchived"})


def check_mailbox(call: Call) -> None:
    """Accept the caller's own mailbox, and 0 or nothing, which stand for it.

    Raises: Refusal.
    """
    if call.fields.number("mailboxId") not in {None, 0, call.mailbox.login.mailbox_id}:
        raise Refusal(403, "The mailbox is not yours.")


def list_pending(call: Call) -> Payload:
    """What nobody has confirmed; without paging parameters all of it."""
    check_mailbox(call)
    pending = [parcel for parcel in call.mailbox.arrived() if not parcel.is_confirmed]
    return _page(call, pending, Page.of(call.fields, default=None))


def list_inbox(call: Call) -> Payload:
    """The history of what came; what is archived is shown only when asked for."""
    check_mailbox(call)
    asks_for_archive = (call.fields.text("status") or "").lower() == "inboxarchived"
    shown = [
        parcel
        for parcel in call.mailbox.arrived()
        if asks_for_archive or words.parcel_word(parcel, call.switches).lower() != "inboxarchived"
    ]
    return _filtered(call, shown)


def list_outbox(call: Call) -> Payload:
    """The history of what was uploaded."""
    check_mailbox(call)
    return _filtered(call, call.mailbox.sent())


def _filtered(call: Call, parcels: Iterable[AnyParcel]) -> Payload:
    wanted = Wanted.of(call.fields)
    found = [parcel for parcel in parcels if wanted.fits(parcel, words.parcel_word(parcel, call.switches))]
    return _page(call, found, Page.of(call.fields, default=OWN_LENGTH))


def _page(call: Call, parcels: Iterable[AnyParcel], page: Page) -> Payload:
    return parcel_page(parcels, page, call.switches, call.renderer.row)


def get_parcel(call: Call) -> Payload:
    """One parcel of either direction."""
    return Payload(data=call.renderer.parcel(call.mailbox.find(call.number)))


def download(call: Call) -> Payload:
    """The content, whatever the parcel's status."""
    parcel = call.mailbox.find(call.fields.needed_number("parcelId"))
    if isinstance(parcel, Inbound):
        _note_download(call, parcel)
    elif call.switches.outbound_download == "refused":
        raise Refusal(404, f"No inbound parcel found with the supplied ID {parcel.id}.")
    is_escaped = call.switches.base64_escapes == "escaped"
    return Payload(data=_content(call, parcel), is_escaped=is_escaped)


def _note_download(call: Call, parcel: Inbound) -> None:
    parcel.downloads += 1
    parcel.is_marked = True
    if call.switches.download_marks == "removes" and not parcel.is_confirmed:
        call.mailbox.mark(parcel, is_confirmed=True, by="download")


def _content(call: Call, parcel: AnyParcel) -> dict[str, object]:
    content = base64.b64encode(parcel.content).decode()
    size = call.renderer.size(parcel.content)
    match call.switches.profile:
        case "guide":
            return {
                "parcelId": parcel.id,
                "fileName": parcel.name,
                "content": content,
                "contentEncoding": "Base64",
                "size": size,
            }
        case "backend":
            return {
                "parcelID": parcel.id,
                "fileName": parcel.name,
                "fileDate": call.renderer.moment(parcel.created),
                "bytes": size,
                "standard": parcel.interchanges[0].header.standard,
                "content": content,
            }
        case _:
            return {"parcelId": parcel.id, "fileName": parcel.name, "content": content, "bytes": size}


def confirm(call: Call) -> Payload:
    """The parcel is safe elsewhere; a second time there are several readings."""
    parcel = call.mailbox.find_inbound(call.fields.needed_number("parcelId"))
    if not parcel.is_confirmed:
        call.mailbox.mark(parcel, is_confirmed=True, by="confirm")
        return _confirmed(call, parcel)
    if call.switches.confirm_again == "fault":
        raise Fault(400, "The parcel was already transferred.", code="ParcelNotPending")
    return Payload(data=False) if call.switches.confirm_again == "false" else _confirmed(call, parcel)


def _confirmed(call: Call, parcel: Inbound) -> Payload:
    if call.switches.profile != "guide":
        return Payload(data=True)
    return Payload(data={"parcelId": parcel.id, "status": words.parcel_word(parcel, call.switches)})


def reset(call: Call) -> Payload:
    """Back into the inbox."""
    parcel = call.mailbox.find_inbound(call.number)
    call.mailbox.mark(parcel, is_confirmed=False, by="reset")
    return Payload(data=True)


def update(call: Call) -> Payload:
    """Set the status of an inbound parcel: the same as a reset, or as a confirmation."""
    parcel = call.mailbox.find_inbound(call.fields.needed_number("parcelId"))
    status = (call.fields.text("status") or "").lower()
    if status == "inboxready":
        call.mailbox.mark(parcel, is_confirmed=False, by="update")
    elif status in _CONFIRMED:
        call.mailbox.mark(parcel, is_confirmed=True, by="update")
    elif status:
        raise Refusal(400, "status must be InBoxReady, InBoxTransferred or InBoxArchived.")
    return Payload(data=call.renderer.parcel(parcel))


def cancel(call: Call) -> Payload:
    """End an outbound parcel that is still undelivered."""
    parcel = call.mailbox.find(call.number)
    if not isinstance(parcel, Outbound) or parcel.status not in UNDELIVERED:
        raise Refusal(409, "Only an outbound parcel that is undelivered can be cancelled.")
    cancel_parcel(parcel, call.clock.now())
    return Payload(data=True)


def set_mailbag(call: Call) -> Payload:
    """Tag a parcel."""
    parcel = call.mailbox.find(call.fields.needed_number("parcelId"))
    parcel.mailbag = call.fields.needed_text("mailbagControlId")
    return Payload(data=True)


def find_mailbag(call: Call) -> Payload:
    """The parcels with a tag."""
    check_mailbox(call)
    wanted = call.fields.needed_text("mailbagControlId")
    found = [parcel for parcel in call.mailbox.parcels() if parcel.mailbag == wanted]
    return _page(call, found, Page(number=1, length=None))


def note(call: Call) -> Payload:
    """Write into the audit of a parcel; it confirms nothing."""
    parcel = call.mailbox.find(call.fields.needed_number("parcelId"))
    parcel.notes.append(call.fields.needed_text("note"))
    return Payload(data=True)


def manifest(call: Call) -> Payload:
    """The interchanges of a parcel."""
    return Payload(data=call.renderer.manifest(call.mailbox.find(call.number)))
