"""Messages, partners and stations as the JSON of the document's data model (§3)."""

from __future__ import annotations

import zlib
from typing import Any

from syncd.sandbox.as2gateway.lifecycle import GOOD_MDN
from syncd.sandbox.as2gateway.mailbox import FailedAttempt, File, Inbound, Mdn, Message, Outbound
from syncd.sandbox.as2gateway.switches import Switches
from syncd.sandbox.as2gateway.world import Partner, Station

Json = dict[str, Any]


def milliseconds(moment: float) -> int:
    """Write a moment as the document does."""
    return round(moment * 1000)


def shown_id(message_id: str, reading: str) -> str:
    """Give an id with or without its angle brackets."""
    return f"<{message_id}>" if reading == "brackets" else message_id


def received(message: Inbound, switches: Switches) -> Json:
    """Write a received message."""
    sender, receiver = message.station, message.partner
    if switches.sender_on_received == "partner":
        sender, receiver = receiver, sender
    mdn = {"persistedTimestamp": milliseconds(message.persisted), "mdnError": False, "content": GOOD_MDN}
    return {
        **_common(message, message.persisted, switches, sender=sender, receiver=receiver),
        "mdnStatus": "Received",
        "mdnMessage": mdn,
        "attachments": _attachments(message.files),
    }


def sent(entry: Outbound, mdn: Mdn, switches: Switches, now: float) -> Json:
    """Write a message that the partner's server took."""
    status = mdn_status(mdn, now)
    return {
        **_outbound(entry, mdn.sent_at, switches),
        "transportStatusReceived": 200,
        "deliveryStatus": _delivery_status(mdn, status, switches),
        "mdnStatus": status,
        **_mdn_message(mdn, status, switches),
        "attachments": _attachments(entry.files),
    }


def failed(entry: Outbound, attempt: FailedAttempt, switches: Switches) -> Json:
    """Write one failed attempt."""
    status: Json = {}
    if switches.outbound_status == "sent_and_failed":
        status = {"transportStatusReceived": attempt.http_status, "deliveryStatus": "Not Delivered"}
    return {
        **_outbound(entry, attempt.at, switches),
        **status,
        "mdnStatus": "No MDN",
        "attachments": _attachments(entry.files),
    }


def queued(entry: Outbound, switches: Switches) -> Json:
    """Write a message that waits for an attempt; some attributes may be missing (§6.4)."""
    has_attachments = switches.queued_attachments == "present"
    attachments = {"attachments": _attachments(entry.files)} if has_attachments else {}
    return {**_outbound(entry, entry.accepted, switches), "mdnStatus": "Pending", **attachments}


def mdn_status(mdn: Mdn, now: float) -> str:
    """Name where the MDN is (§3.2)."""
    if mdn.kind == "not_requested":
        return "Not Requested"
    if mdn.kind != "never":
        return "Received" if now >= mdn.at else "Pending"
    has_given_up = mdn.gives_up_at is not None and now >= mdn.gives_up_at
    return "No MDN" if has_given_up else "Pending"


def _delivery_status(mdn: Mdn, status: str, switches: Switches) -> str:
    if status == "Received":
        return "Not Delivered" if mdn.kind == "error" else "Delivered"
    if status == "Not Requested" and switches.not_requested_delivery == "delivered":
        return "Delivered"
    return "No Status"


def _mdn_message(mdn: Mdn, status: str, switches: Switches) -> Json:
    if status != "Received":
        return {"mdnMessage": None} if switches.pending_mdn == "null" else {}
    fields = {
        "persistedTimestamp": milliseconds(mdn.at),
        "mdnError": mdn.kind == "error",
        "content": mdn.content,
    }
    return {"mdnMessage": fields}


def _outbound(entry: Outbound, at: float, switches: Switches) -> Json:
    return _common(entry, at, switches, sender=entry.station, receiver=entry.partner)


def _common(message: Message, at: float, switches: Switches, *, sender: str, receiver: str) -> Json:
    subject = {} if message.subject is None else {"subject": message.subject}
    return {
        "as2MessageId": shown_id(message.id, switches.listed_ids),
        "persistedTimestamp": milliseconds(at),
        "compressed": False,
        "encrypted": True,
        "signed": True,
        **subject,
        "receiverId": receiver,
        "senderId": sender,
        "partnerType": message.partner_type.capitalize(),
    }


def _attachments(files: tuple[File, ...]) -> list[Json]:
    return [{"name": file.name, "size": len(file.content)} for file in files]


def partner(one: Partner, number: int) -> Json:
    """Write a partner (§3.5, §10)."""
    optional = {"description": one.description, "messageSubject": one.subject}
    return {
        "partnerId": number,
        "as2Identifier": one.as2_id,
        "compressAfter": False,
        "compressBefore": False,
        "precompressInputFiles": False,
        "encryptCert": _certificate(one.as2_id),
        "signCert": _certificate(one.as2_id),
        "useDiffCertAsSignCert": False,
        "encryptMessages": True,
        "name": one.name or one.as2_id,
        **{key: value for key, value in optional.items() if value is not None},
        "requestAsyncMdn": one.requests_async_mdn,
        "requestMdn": one.requests_mdn,
        "requestSignedMdn": one.requests_mdn,
        "requestHttpsMdn": False,
        "signMessage": True,
        "uri": f"http://as2.example/{number}",
        "encryptionAlgorithm": "AES256_CBC",
        "signDigestAlgorithm": "SHA256",
        "signEncryptAlgorithm": "RSA",
        "isGlobalPartner": False,
        "partnerType": one.partner_type.capitalize(),
        "httpsCert": _certificate(one.as2_id + "/https"),
        "pinned": False,
        "customHeaders": [{"headerKey": key, "headerValue": value} for key, value in one.custom_headers],
        "useAs2Restart": False,
        "pauseIncoming": False,
        "pauseOutgoing": one.behaviour.is_paused,
        "sendTimeout": one.send_timeout_s,
        "flows": list(one.flows),
    }


def station(one: Station, number: int) -> Json:
    """Write a station (§3.6, §11)."""
    comments = {} if one.comments is None else {"comments": one.comments}
    return {
        "id": number,
        "as2Identifier": one.as2_id,
        "email": one.email,
        "certificate": _certificate(one.as2_id),
        "name": one.name or one.as2_id,
        **comments,
        "pinned": False,
        "sftpStructure": 0,
        "emailNotifications": False,
        "sendFailureEmails": True,
        "sendMdnFailureEmails": True,
    }


def _certificate(of: str) -> Json:
    return {"id": zlib.crc32(of.encode()) % 1000 + 1}
