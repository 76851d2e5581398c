"""What is fuzzed: each target takes any bytes, and raises when a promise is broken.

Names that are made safe, headers that are read, archives and listings of both gateways, envelopes of EDI. A
BadReply is what an answer deserves that cannot be read; any other error ends a pass.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from syncd.core.envelopes import read
from syncd.core.model import File, GatewayId, PartnerType
from syncd.core.naming import (
    NAME_BYTES,
    decode_id,
    encode_id,
    numbered,
    partner_folder,
    read_partner_folder,
    safe_name,
    split_ending,
)
from syncd.core.planning.pull import plan_walk
from syncd.core.shown import Box
from syncd.errors import BadReply, GatewayError
from syncd.folders.staging import names_in_folder
from syncd.gateways import border
from syncd.gateways.as2gateway import replies, requests
from syncd.gateways.as2gateway.archive import Archive, truncation
from syncd.gateways.as2gateway.names import better_name, file_name
from syncd.gateways.wire import Reply
from syncd.ports.gateway import Wanted
from syncd.sandbox.archive import write_zip
from tests.core.documents.written import EVERY
from tests.hostile.names import HARMS, unsafe

Target = Callable[[bytes], None]
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
WANTED = (
    Wanted(message_id=GatewayId("<a@x>"), files=(File(name="a.edi", size=3), File(name="b.edi", size=4))),
    Wanted(message_id=GatewayId("b/c@x"), files=(File(name="größe.edi", size=5),)),
    Wanted(message_id=GatewayId("<d@x>"), files=(File(name=".error", size=3),)),
)


def names(given: bytes) -> None:
    """Names from outside, and ids as folder names."""
    text = given.decode("utf-8", "surrogateescape")
    safe = safe_name(text)
    assert unsafe(safe) == [], safe
    assert safe_name(safe) == safe
    assert unsafe(numbered(safe, 2 + len(given))) == []
    assert "".join(split_ending(text)) == text
    parts = names_in_folder(text.split("\n"))
    assert len(set(parts)) == len(parts)
    if text:
        folder = encode_id(text)
        assert folder not in {".", ".."}
        assert "/" not in folder
        assert decode_id(folder) == text
        assert read_partner_folder(partner_folder(text, test=True)) == (text, True)
        assert read_partner_folder(partner_folder(text, test=False)) == (text, False)


def headers(given: bytes) -> None:
    """What answers tell in their headers."""
    text = given.decode("latin-1")
    told = file_name(text)
    assert told is None or told
    assert len(safe_name(better_name(text, "listed.edi")).encode()) <= NAME_BYTES
    link = replies.linked_id(text)
    assert link is None or link
    assert truncation(text) >= 0
    date = border.http_date(text)
    assert date is None or date.tzinfo is UTC
    wish = border.retry_after(_headers(text))
    assert wish is None or wish >= timedelta()


def _headers(text: str) -> dict[str, str]:
    return {"retry-after": text, "date": text}


def archives(given: bytes) -> None:
    """The archive of a batch: what is given out is what was listed, to the byte, or it is a BadReply."""
    try:
        archive = Archive(io.BytesIO(given), WANTED, request="POST batch")
        for wanted, fetched in zip(WANTED, archive.fetched(whole=len(WANTED)), strict=True):
            assert fetched.message_id == wanted.message_id
            sizes = {file.name: file.size for file in wanted.files}
            for content in fetched.contents:
                count = 0
                while piece := content.read(2):
                    count += len(piece)
                    assert count <= sizes[content.name]
                assert count == sizes[content.name]
        assert archive.carried() <= {wanted.message_id for wanted in WANTED}
    except BadReply:
        return


def listings(given: bytes) -> None:
    """A page of the unread list: a listing that can be planned with and stored, or a GatewayError."""
    request = requests.page(Box.RECEIVED, PartnerType.PRODUCTION, offset=0, unread_only=True)
    reply = Reply(status=200, headers={}, body=given)
    try:
        listing = replies.listing(reply, request, box=Box.RECEIVED, partner_type=PartnerType.PRODUCTION)
    except GatewayError:
        return
    for record in listing.records:
        assert record.message_id
        for text in (record.message_id, record.subject or "", *(file.name for file in record.files)):
            text.encode()
    plan_walk(listing.records, known={}, since=None, last=None, now=NOON)


def envelopes(given: bytes) -> None:
    """What claims to be EDI: whatever is read of it can be shown and stored, and is bounded."""
    reading = read(io.BytesIO(given))
    if reading is None:
        return
    assert reading.interchanges
    for one in reading.interchanges:
        documents = [document for group in one.groups for document in group.documents]
        names = [one.control, one.sender, one.receiver, *(document.control for document in documents)]
        for words in (*names, *one.faults, *(said.note for said in one.acknowledgements)):
            words.encode()
            assert words.isprintable(), words
            assert len(words) < 500


TARGETS: dict[str, Target] = {
    target.__name__: target for target in (names, headers, archives, listings, envelopes)
}


def seeds(target: str) -> list[bytes]:
    """What a target is known to understand, to begin with."""
    match target:
        case "names":
            return [name.encode("utf-8", "surrogateescape") for name in HARMS]
        case "headers":
            return [
                b'attachment; filename="a\\"b.edi"',
                b"attachment; filename*=UTF-8''gr%C3%B6%C3%9Fe.edi",
                b"https://api.example/v1/message/sent/%3Ca%2Fb@x%3E",
                b"Sat, 31 Jan 2026 12:00:00 GMT",
                b"(1,-1)",
                b"120",
            ]
        case "archives":
            whole = [("<a@x>/a.edi", b"abc"), ("<a@x>/b.edi", b"abcd"), ("b_c@x/größe.edi", b"abcde")]
            some = [("a@x/a.edi", b"abc"), ("<d@x>/.error", b"abc"), ("b/c@x/.error", b"words")]
            return [write_zip(whole), write_zip(whole, is_streamed=True), write_zip(some), write_zip([])]
        case "envelopes":
            return list(EVERY.values())
        case _:
            return [json.dumps({"totalRecords": 1, "records": [_record()]}).encode()]


def _record() -> dict[str, object]:
    return {
        "as2MessageId": "<a@x>",
        "persistedTimestamp": 1_769_860_800_000,
        "subject": "größe",
        "senderId": "RJ_Station",
        "receiverId": "RJ_Partner",
        "partnerType": "production",
        "mdnStatus": "Received",
        "mdnMessage": {"mdnError": False, "content": "fine", "persistedTimestamp": 1},
        "attachments": [{"name": "a.edi", "size": 3}],
    }
