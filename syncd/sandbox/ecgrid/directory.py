"""The operations about the caller and about what the gateway knows: sessions, ids, mailboxes, statuses."""

from __future__ import annotations

from typing import Any

from syncd.sandbox.ecgrid import rendering, words
from syncd.sandbox.ecgrid.answers import Payload
from syncd.sandbox.ecgrid.calls import Call
from syncd.sandbox.ecgrid.listing import OWN_LENGTH, Page
from syncd.sandbox.ecgrid.parcels import check_mailbox
from syncd.sandbox.wire.exchange import Refusal

CREATED = "2024-01-15T08:00:00Z"


def me(call: Call) -> Payload:
    """Who the caller is."""
    login = call.mailbox.login
    fields = {
        "userId": login.user_id,
        "email": login.username,
        "firstName": "Your",
        "lastName": "User",
        "networkId": login.network_id,
        "mailboxId": login.mailbox_id,
        "authLevel": login.auth_level,
        "status": "Active",
        "created": CREATED,
    }
    if call.switches.profile == "backend":
        return Payload(data={**fields, "loginName": login.username, "company": login.company})
    return Payload(data={**fields, "login": login.username})


def session(call: Call) -> Payload:
    """The session of the caller's key or token."""
    login = call.mailbox.login
    return Payload(
        data={
            "userId": login.user_id,
            "login": login.username,
            "networkId": login.network_id,
            "mailboxId": login.mailbox_id,
            "authLevel": login.auth_level,
            "expiresAt": call.renderer.moment(call.credentials.expires(call.request)),
        }
    )


def logout(call: Call) -> Payload:
    """End a session; a key stays good."""
    call.credentials.log_out(call.request)
    return Payload(message="Session terminated.")


def list_ids(call: Call) -> Payload:
    """The caller's own ECGrid ids."""
    check_mailbox(call)
    page = Page.of(call.fields, default=OWN_LENGTH, most=500)
    rows = [rendering.ecgrid_id(one) for one in call.mailbox.login.ids]
    return Payload(data=list(page.cut(rows, call.switches.paging)))


def find_ids(call: Call) -> Payload:
    """Any ECGrid id, by qualifier and EDI id."""
    qualifier, edi_id = call.fields.text("qualifier") or "", call.fields.needed_text("id")
    found = call.world.by_edi_id(qualifier, edi_id)
    return Payload(data=[rendering.ecgrid_id(found)] if found else [])


def mailbox(call: Call) -> Payload:
    """The caller's own mailbox."""
    login = call.mailbox.login
    if call.number != login.mailbox_id:
        raise Refusal(404, f"No mailbox found with the supplied ID {call.number}.")
    is_removing = call.switches.download_marks == "removes"
    return Payload(
        data={
            "mailboxId": login.mailbox_id,
            "networkId": login.network_id,
            "uniqueId": f"MB{login.mailbox_id}",
            "companyName": login.company,
            "status": "Active",
            "deleteOnDownload": is_removing,
            "created": CREATED,
            "modified": CREATED,
        }
    )


def status_lists(call: Call) -> Payload:
    """The catalogue of statuses: words, or numbers with a level."""
    if call.switches.profile == "backend":
        codes = _numbers()
        return Payload(data={"count": len(codes), "codes": codes})
    interchanges = [{"code": word, "description": text} for _, word, text, _ in words.INTERCHANGES.values()]
    parcels = words.catalogued_words()
    return Payload(data={"parcelStatuses": parcels, "interchangeStatuses": interchanges})


def _numbers() -> list[dict[str, Any]]:
    codes: list[dict[str, Any]] = []
    for number, _, text, level in words.INTERCHANGES.values():
        codes.append({"code": number, "qualifier": "E", "message": text, "level": level})
    for code, text in words.CATALOGUE:
        level = "Error" if code in {"M2401", "M2205", "M4101"} else "Info"
        codes.append({"code": int(code[1:]), "qualifier": "M", "message": text, "level": level})
    return codes
