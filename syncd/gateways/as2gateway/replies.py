"""Answers of the gateway as values of the core. Pure."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import TypeVar
from urllib.parse import unquote

from pydantic import TypeAdapter, ValidationError

from syncd.core.model import File, GatewayId, Mdn, MdnStatus, PartnerType, bare
from syncd.core.shown import Box, Listing, Partner, Record, Station
from syncd.errors import BadReply
from syncd.gateways.as2gateway.shapes import (
    AttachmentShape,
    MdnShape,
    MessageShape,
    PageShape,
    PartnerShape,
    StationShape,
)
from syncd.gateways.border import http_date
from syncd.gateways.wire import Reply, Request
from syncd.ports.gateway import Receipt

T = TypeVar("T")
_PARTNERS = TypeAdapter(tuple[PartnerShape, ...])
_STATIONS = TypeAdapter(tuple[StationShape, ...])
_PAGE = TypeAdapter(PageShape)
_MESSAGE = TypeAdapter(MessageShape)
_DELETED = re.compile(r"\bDeleted (\d{1,9}) messages?\b", re.IGNORECASE)


def listing(reply: Reply, request: Request, *, box: Box, partner_type: PartnerType) -> Listing:
    """A page of a list (§3.7, §5). `partner_type` is what was asked for; an entry's own word goes first.

    Raises: BadReply.
    """
    page = _read(_PAGE, reply, request)
    shapes = [shape for shape in page.records if shape is not None]
    if page.records and not shapes:
        raise _bad("none of the listed messages can be read", reply, request)
    length = int(dict(request.query).get("pageLength", "10"))
    return Listing(
        records=tuple(_record(shape, box=box, partner_type=partner_type) for shape in shapes),
        total=page.total_records,
        is_last=len(page.records) < length,
        unreadable=len(page.records) - len(shapes),
    )


def entry(reply: Reply, request: Request, *, box: Box, wanted: GatewayId) -> Record:
    """One message (§3.2, §6), which has to be the one that was asked for.

    Raises: BadReply.
    """
    shape = _read(_MESSAGE, reply, request)
    if bare(shape.as2_message_id) != bare(wanted):
        raise _bad("the answer is about another message", reply, request)
    return _record(shape, box=box, partner_type=PartnerType.PRODUCTION)


def partners(reply: Reply, request: Request) -> tuple[PartnerShape, ...]:
    """All that the gateway tells of partners (§10). Raises: BadReply."""
    return _read(_PARTNERS, reply, request)


def stations(reply: Reply, request: Request) -> tuple[StationShape, ...]:
    """All that the gateway tells of stations (§11). Raises: BadReply."""
    return _read(_STATIONS, reply, request)


def partner(shape: PartnerShape) -> Partner:
    """What the bridge needs of a partner. Without a type it is production, the document's default."""
    return Partner(
        as2_id=shape.as2_identifier,
        name=shape.name or "",
        partner_type=_partner_type(shape.partner_type, PartnerType.PRODUCTION),
        send_timeout_s=shape.send_timeout,
        subject=shape.message_subject,
        requests_mdn=shape.request_mdn,
    )


def station(shape: StationShape) -> Station:
    """What the bridge needs of a station."""
    return Station(as2_id=shape.as2_identifier, name=shape.name or "")


def receipt(reply: Reply, request: Request) -> Receipt:
    """The id in the Link header of an accepted send (§4.5.1), with the gateway's own time.

    Raises: BadReply when there is no id: nobody can tell whether the message was taken.
    """
    message_id = linked_id(reply.headers.get("link"))
    if message_id is None:
        raise _bad("the message was accepted without an id", reply, request)
    return Receipt(message_id=message_id, at=http_date(reply.headers.get("date")))


def linked_id(link: str | None) -> GatewayId | None:
    """The id at the end of a Link header: a bare address, not a link of RFC 8288.

    `https://…/message/sent/<id>`, raw or percent-encoded; the id may have slashes.
    """
    address = re.sub(r"^<(https?://.*?)>\s*(;.*)?$", r"\1", (link or "").strip(), flags=re.IGNORECASE)
    _, marker, rest = address.partition("/message/sent/")
    if not marker:
        found = re.search(r"<[^<>]+>$|%3C.+%3E$|[^/]+$", address, flags=re.IGNORECASE)
        rest = found[0] if found else ""
    if not re.fullmatch(r"<.*>", rest):
        rest = unquote(rest)
    return GatewayId(rest) if bare(rest) else None


def deleted(reply: Reply, request: Request) -> int | None:
    """How many entries a deletion says that it took, "Deleted 3 messages" (§9.2); None: it does not say.

    Raises: BadReply.
    """
    words = check_done(reply, request).get("message")
    told = _DELETED.search(words) if isinstance(words, str) else None
    return int(told[1]) if told else None


def check_done(reply: Reply, request: Request) -> dict[str, object]:
    """The generic response (§3.1): a JSON object; a proxy's page is not an answer.

    Raises: BadReply.
    """
    try:
        answer = json.loads(reply.body)
    except (ValueError, RecursionError) as mishap:
        raise _bad("the answer is not JSON", reply, request) from mishap
    if not isinstance(answer, dict):
        raise _bad("the answer is not of the documented shape", reply, request)
    return answer


def _read(adapter: TypeAdapter[T], reply: Reply, request: Request) -> T:
    try:
        return _validated(adapter, reply.body)
    except ValidationError as mishap:
        first = mishap.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the whole"
        raise _bad(
            f"the answer is not of the documented shape ({where}: {first['msg']})", reply, request
        ) from (mishap)


def _validated(adapter: TypeAdapter[T], body: bytes) -> T:
    """Half a character somewhere spoils the whole for a strict reader; then it spoils its own field only."""
    try:
        return adapter.validate_json(body)
    except ValidationError:
        try:
            parsed = json.loads(body)
        except (ValueError, RecursionError):
            parsed = None
        if parsed is None:
            raise
        return adapter.validate_python(parsed)


def _record(shape: MessageShape, *, box: Box, partner_type: PartnerType) -> Record:
    return Record(
        message_id=GatewayId(shape.as2_message_id),
        box=box,
        persisted=_storable(shape.persisted_timestamp),
        persisted_at=_time(shape.persisted_timestamp),
        sender=shape.sender_id or "",
        receiver=shape.receiver_id or "",
        partner_type=_partner_type(shape.partner_type, partner_type),
        subject=shape.subject,
        files=tuple(_file(attachment) for attachment in shape.attachments or ()),
        delivered=_DELIVERED.get(_word(shape.delivery_status)),
        transport_status=shape.transport_status_received,
        mdn=_mdn(shape),
    )


_DELIVERED = {"delivered": True, "notdelivered": False}


def _mdn(shape: MessageShape) -> Mdn | None:
    """What is known of the MDN; None where the words say nothing that we know (§3.2, §3.3)."""
    mdn = shape.mdn_message or MdnShape()
    status: MdnStatus
    match _word(shape.mdn_status), mdn.mdn_error:
        case _, True:
            status = MdnStatus.ERROR
        case "received", False:
            status = MdnStatus.OK
        case "received", _ if _word(shape.delivery_status) == "delivered":
            status = MdnStatus.OK
        case "notrequested", _:
            status = MdnStatus.NOT_REQUESTED
        case (("pending" | "nomdn" | "received"), _):
            status = MdnStatus.PENDING
        case _:
            return None
    return Mdn(status=status, content=mdn.content, at=_time(mdn.persisted_timestamp))


def _file(shape: AttachmentShape) -> File:
    return File(name=shape.name or "", size=shape.size or 0)


def _word(text: str | None) -> str:
    return re.sub(r"[^a-z]", "", (text or "").lower())


def _partner_type(text: str | None, otherwise: PartnerType) -> PartnerType:
    try:
        return PartnerType(_word(text))
    except ValueError:
        return otherwise


def _storable(number: int | None) -> int | None:
    """A number that a database can keep."""
    return number if number is not None and abs(number) < 2**62 else None


def _time(milliseconds: int | None) -> datetime | None:
    if milliseconds is None:
        return None
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _bad(what: str, reply: Reply, request: Request) -> BadReply:
    return BadReply(what, request=request.name, status=reply.status)
