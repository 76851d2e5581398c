"""The requests that the bridge needs, as values (the vendor's reference pages, Parcels). Pure."""

from __future__ import annotations

import base64
import json
import re
from datetime import datetime

from syncd.core.model import GatewayId, Pair
from syncd.core.window import Use
from syncd.errors import Rejected
from syncd.gateways.ecgrid import names
from syncd.gateways.ecgrid.fields import whole, written
from syncd.gateways.wire import MEGABYTE, Request, segment
from syncd.ports.gateway import Outgoing

AUTO = "auto"
"""In the place of station and partner: routed by the file's own header."""
PAGE_LENGTH = 100
_JSON = (("Content-Type", "application/json"), ("Accept", "application/json"))
_ACCEPT = (("Accept", "application/json"),)
_DONE = frozenset({200, 201, 202, 204})
_MOST_ANSWER = 64 * MEGABYTE


def ask(path: str, operation: str = "other") -> Request:
    """GET."""
    return Request(
        method="GET",
        path=path,
        headers=_ACCEPT,
        accepts=_DONE,
        most_bytes=_MOST_ANSWER,
        operation=operation,
    )


def post(path: str, fields: dict[str, object] | None = None, operation: str = "other") -> Request:
    """POST, with the fields that are not None; without any, an empty body."""
    if fields is None:
        return Request(method="POST", path=path, headers=_ACCEPT, body=(), accepts=_DONE, operation=operation)
    body = json.dumps({name: value for name, value in fields.items() if value is not None}).encode()
    return Request(
        method="POST",
        path=path,
        headers=_JSON,
        body=(body,),
        accepts=_DONE,
        most_bytes=_MOST_ANSWER,
        operation=operation,
    )


def me() -> Request:
    """GET /users/me: whose login this is (Getting Started, Quick start)."""
    return ask("/users/me", "look")


def own_ids(mailbox: int | None, *, page: int) -> Request:
    """POST /ids/list: the ECGrid IDs of a mailbox."""
    return post("/ids/list", {names.MAILBOX: mailbox, **_paging(page)}, "stations")


def pending(mailbox: int | None, *, page: int) -> Request:
    """POST /parcels/pending-inbox-list: what was not confirmed yet. The first page is 0 here, 1 there."""
    return post("/parcels/pending-inbox-list", {names.MAILBOX: mailbox, **_paging(page)}, "list")


def inbox(mailbox: int | None, *, page: int, begin: datetime, end: datetime) -> Request:
    """POST /parcels/inbox-list."""
    return _history("/parcels/inbox-list", mailbox, page, begin, end)


def outbox(mailbox: int | None, *, page: int, begin: datetime, end: datetime) -> Request:
    """POST /parcels/outbox-list."""
    return _history("/parcels/outbox-list", mailbox, page, begin, end)


def parcel(message_id: GatewayId) -> Request:
    """GET /parcels/{id}."""
    return ask(f"/parcels/{segment(message_id)}", "look")


def manifest(message_id: GatewayId) -> Request:
    """GET /parcels/manifest/{id}: the interchanges in a parcel."""
    return ask(f"/parcels/manifest/{segment(message_id)}", "look")


def interchange(interchange_id: int) -> Request:
    """GET /interchanges/{id}."""
    return ask(f"/interchanges/{interchange_id}", "look")


def download(message_id: GatewayId, *, most_bytes: int) -> Request:
    """POST /parcels/download: a parcel's content as Base64 in JSON."""
    body = json.dumps({names.PARCEL: number(message_id)}).encode()
    return Request(
        method="POST",
        path="/parcels/download",
        headers=(_JSON[0], ("Accept", "application/json, application/octet-stream")),
        body=(body,),
        accepts=_DONE,
        most_bytes=most_bytes,
        is_transfer=True,
        operation="fetch",
    )


def confirm(message_id: GatewayId) -> Request:
    """POST /parcels/confirm: it is safe here."""
    return post("/parcels/confirm", {names.PARCEL: number(message_id)}, "confirm")


def reset(message_id: GatewayId) -> Request:
    """POST /parcels/reset-to-inbox/{id}: undo a confirmation."""
    return post(f"/parcels/reset-to-inbox/{segment(message_id)}", operation="mark_unread")


def cancel(message_id: GatewayId) -> Request:
    """POST /parcels/cancel/{id}: an outbound parcel that was not delivered yet."""
    return post(f"/parcels/cancel/{segment(message_id)}", operation="stop")


def upload(outgoing: Outgoing, mailbox: int | None) -> Request:
    """POST /parcels/upload: one file.

    Raises: Rejected for what no request can carry.
    """
    name, content = _one_file(outgoing)
    sender, receiver = _pair(outgoing.pair)
    fields: dict[str, object] = {
        names.FILE: name,
        names.BYTES: len(content),
        names.SENDER: sender,
        names.RECEIVER: receiver,
        names.MAILBOX: mailbox,
    }
    head = json.dumps({key: value for key, value in fields.items() if value is not None})
    return Request(
        method="POST",
        path="/parcels/upload",
        headers=_JSON,
        body=(
            f'{head[:-1]}, "{names.CONTENT}": "'.encode(),
            base64.b64encode(content),
            b'"}',
        ),
        use=Use.SEND,
        accepts=_DONE,
        is_transfer=True,
        operation="send",
    )


def number(identifier: str) -> int:
    """An id as the number that it is. Raises: Rejected."""
    found = whole(identifier)
    if found is None or found <= 0:
        raise Rejected(f"{identifier!r} is no number: ECGrid has numbers for everything")
    return found


def _pair(pair: Pair) -> tuple[int | None, int | None]:
    if pair.station == AUTO and pair.partner == AUTO:
        return None, None
    return number(pair.station), number(pair.partner)


def _one_file(outgoing: Outgoing) -> tuple[str, bytes]:
    if len(outgoing.files) != 1:
        raise Rejected(f"an ECGrid parcel has one file, not {len(outgoing.files)}")
    name, content = outgoing.files[0]
    try:
        name.encode()
    except UnicodeEncodeError as mishap:
        raise Rejected(f"the name {name!r} is not text", remedy="Rename the file") from mishap
    if not name or re.search(r"[\x00-\x1f\x7f]", name):
        raise Rejected(
            f"the name {name!r} has characters that a request cannot carry", remedy="Rename the file"
        )
    return name, content


def _history(path: str, mailbox: int | None, page: int, begin: datetime, end: datetime) -> Request:
    times = {names.BEGIN: written(begin), names.END: written(end)}
    return post(path, {names.MAILBOX: mailbox, **times, **_paging(page)}, "list")


def _paging(page: int) -> dict[str, object]:
    return {names.PAGE: page + 1, names.PAGE_LENGTH: PAGE_LENGTH}
