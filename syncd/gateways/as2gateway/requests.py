"""Every request of the document, as a value. Pure; ids are percent-encoded wholly."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

from syncd.core.model import GatewayId, PartnerType
from syncd.core.shown import Box
from syncd.core.window import Use
from syncd.gateways.as2gateway.bodies import body_of
from syncd.gateways.wire import MEGABYTE, Request, segment
from syncd.ports.gateway import Outgoing

_JSON = (("Content-Type", "application/json"),)
PAGE_LENGTH = 100
"""The most that a list gives at once (§5)."""


def send(outgoing: Outgoing, *, boundary: str) -> Request:
    """POST /message/:station/:partner: one file, or several (§4).

    Raises: Rejected for what no request can carry.
    """
    pair = outgoing.pair
    headers, body = body_of(outgoing.files, content_type=outgoing.content_type, boundary=boundary)
    query = [("partnerType", pair.partner_type.value)]
    if outgoing.subject is not None:
        query.append(("subject", outgoing.subject))
    if outgoing.profile is not None:
        query.append(("profile", outgoing.profile))
    return Request(
        method="POST",
        path=f"/message/{segment(pair.station)}/{segment(pair.partner)}",
        query=tuple(query),
        headers=headers,
        body=body,
        use=Use.SEND,
        accepts=frozenset({202}),
        is_transfer=True,
        operation="send",
    )


def page(
    box: Box,
    partner_type: PartnerType,
    *,
    offset: int,
    newest_first: bool = True,
    unread_only: bool = False,
    length: int = PAGE_LENGTH,
    sort_by: str = "persistedTimestamp",
) -> Request:
    """GET /message/:box: one page, in the order of time, or of receiverId, senderId or subject (§5)."""
    query = [
        ("partnerType", partner_type.value),
        ("sortCol", sort_by),
        ("sortDir", "desc" if newest_first else "asc"),
        ("pageOffset", str(offset)),
        ("pageLength", str(length)),
    ]
    if unread_only:
        query.append(("unreadOnly", "true"))
    path = f"/message/{box.value}"
    return Request(method="GET", path=path, query=tuple(query), most_bytes=64 * MEGABYTE, operation="list")


def filtered(request: Request, *, box: Box, **filters: str) -> Request:
    """A list request with filters (§5): partnerAS2Id, stationAS2Id, as2MessageId, subject.

    The queued list has one parameter for all four, `query`, and takes a single value (§5.4).
    """
    given = tuple(filters.items())
    if box is Box.QUEUED:
        given = tuple(("query", value) for _, value in given[:1])
    return replace(request, query=request.query + given)


def entry(box: Box, message_id: GatewayId, *, mark_as_read: bool = False) -> Request:
    """GET /message/:box/:id (§6); marks a received message as read when asked (§6.1)."""
    query = (("markAsRead", "true"),) if mark_as_read else ()
    path = f"/message/{box.value}/{segment(message_id)}"
    return Request(method="GET", path=path, query=query, operation="confirm" if mark_as_read else "look")


def mark_unread(message_id: GatewayId) -> Request:
    """POST /message/received/:id/markUnread (§6)."""
    return _post(f"/message/received/{segment(message_id)}/markUnread", "mark_unread")


def attachment(
    box: Box, message_id: GatewayId, index: int | None, *, most_bytes: int, mark_as_read: bool = False
) -> Request:
    """GET …/attachments/:index, or without one the first (§7.1, §7.2); marks only when asked."""
    path = f"/message/{box.value}/{segment(message_id)}/attachments"
    path = path if index is None else f"{path}/{index}"
    return _marking(_download("GET", path, most_bytes), mark_as_read=mark_as_read)


def all_attachments(
    box: Box, message_id: GatewayId, *, most_bytes: int, mark_as_read: bool = False
) -> Request:
    """GET …/attachments/all: the archive of one message (§7.3); marks only when asked."""
    path = f"/message/{box.value}/{segment(message_id)}/attachments/all"
    return _marking(_download("GET", path, most_bytes, accepts={200, 206}), mark_as_read=mark_as_read)


def _marking(request: Request, *, mark_as_read: bool) -> Request:
    return replace(request, query=(("markAsRead", "true"),)) if mark_as_read else request


def batch(message_ids: Sequence[GatewayId], *, mark_as_read: bool, most_bytes: int) -> Request:
    """POST /message/received/batch/attachments: the archive of at most 100 messages (§7.3)."""
    return Request(
        method="POST",
        path="/message/received/batch/attachments",
        query=(("markAsRead", "true" if mark_as_read else "false"),),
        headers=_JSON,
        body=(json.dumps(list(message_ids)).encode(),),
        accepts=frozenset({200, 206}),
        most_bytes=most_bytes,
        is_transfer=True,
        operation="confirm" if mark_as_read else "fetch",
    )


def mdn(box: Box, message_id: GatewayId) -> Request:
    """GET …/mdn: the payload of a receipt (§7.4)."""
    path = f"/message/{box.value}/{segment(message_id)}/mdn"
    return replace(_download("GET", path, 16 * MEGABYTE), operation="mdn")


def stop(message_id: GatewayId) -> Request:
    """POST /message/queued/:id/stop (§8.1)."""
    return _post(f"/message/queued/{segment(message_id)}/stop", "stop")


def retry(message_id: GatewayId) -> Request:
    """POST /message/queued/:id/retry (§8.2)."""
    return _post(f"/message/queued/{segment(message_id)}/retry", "retry")


def delete(root: str, box: str, message_ids: Sequence[GatewayId]) -> Request:
    """DELETE :box/:id for one (§9.1), DELETE :box with an array for several (§9.2).

    `root` is what stands before the box: the document's words give "", its other paths "/message".
    """
    place = f"{root}/{segment(box)}"
    if len(message_ids) == 1:
        return Request(method="DELETE", path=f"{place}/{segment(message_ids[0])}", operation="delete")
    body = json.dumps(list(message_ids)).encode()
    return Request(method="DELETE", path=place, headers=_JSON, body=(body,), operation="delete")


def partners(*, query: str | None = None) -> Request:
    """GET /partner, all or those that match (§10)."""
    return _list("/partner", query, operation="partners")


def stations(*, query: str | None = None) -> Request:
    """GET /station, all or those that match (§11)."""
    return _list("/station", query, operation="stations")


def _list(path: str, query: str | None, *, operation: str) -> Request:
    return Request(
        method="GET", path=path, query=_search(query), most_bytes=64 * MEGABYTE, operation=operation
    )


def _search(query: str | None) -> tuple[tuple[str, str], ...]:
    return () if query is None else (("query", query),)


def _post(path: str, operation: str) -> Request:
    return Request(method="POST", path=path, body=(), operation=operation)


def _download(
    method: str, path: str, most_bytes: int, *, accepts: set[int] | frozenset[int] = frozenset({200})
) -> Request:
    return Request(
        method=method,
        path=path,
        accepts=frozenset(accepts),
        most_bytes=most_bytes,
        is_transfer=True,
        operation="fetch",
    )
