"""Answers are read tolerantly, and never made up."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from syncd.core.model import GatewayId, MdnStatus, Pair, PartnerType
from syncd.core.shown import Box, Record
from syncd.errors import BadReply, Rejected
from syncd.gateways.as2gateway import As2LogIn, replies, requests
from syncd.gateways.as2gateway.bodies import body_of
from syncd.gateways.as2gateway.names import better_name, file_name
from syncd.gateways.wire import Reply, Request, segment
from syncd.ports.gateway import Outgoing
from tests.gateways.parts import HandClock

GET = Request(method="GET", path="/x")


def reply(body: object, **headers: str) -> Reply:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Reply(status=200, headers=httpx.Headers(headers), body=raw)


def listed(**fields: object) -> Record:
    page = reply({"totalRecords": 1, "records": [{"as2MessageId": "<m@x>", **fields}]})
    return replies.listing(page, GET, box=Box.SENT, partner_type=PartnerType.TEST).records[0]


@pytest.mark.parametrize(
    ("link", "message_id"),
    [
        ("https://api.as2gateway.com/v1/message/sent/<9.41.15@as2gateway.com>", "<9.41.15@as2gateway.com>"),
        ("https://api.as2gateway.com/v1/message/sent/%3C9%40as2gateway.com%3E", "<9@as2gateway.com>"),
        ("https://api.as2gateway.com/v1/message/sent/9@as2gateway.com", "9@as2gateway.com"),
        ("https://x/v1/message/sent/<a/b%20c@x>", "<a/b%20c@x>"),
        ("https://x/v1/message/sent/%3Ca%2Fb%2520c@x%3E", "<a/b%20c@x>"),
        ("<https://x/v1/message/sent/1@x>; rel=self", "1@x"),
        ("/v1/message/sent/<1@x>", "<1@x>"),
        ("<1@x>", "<1@x>"),
        ("https://x/v1/message/sent/", None),
        ("https://x/v1/message/sent/<>", None),
        ("", None),
        (None, None),
    ],
)
def test_the_id_stands_at_the_end_of_the_link(link: str | None, message_id: str | None) -> None:
    """A bare address, not a link of RFC 8288; encoded or not."""
    assert replies.linked_id(link) == message_id


def test_accepted_without_an_id_is_in_doubt() -> None:
    """Nobody can tell whether the message was taken."""
    with pytest.raises(BadReply, match="without an id"):
        replies.receipt(reply({"message": "ok"}), GET)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"null",
        {"result": []},
        {"totalRecords": 1},
        {"records": []},
        {"totalRecords": 1, "records": [{"subject": "no id"}]},
        {"totalRecords": 1, "records": [{"as2MessageId": ""}]},
        {"totalRecords": None, "records": []},
    ],
)
def test_a_list_of_another_shape_is_no_list(body: object) -> None:
    """An empty list would say that nothing is there."""
    with pytest.raises(BadReply):
        replies.listing(reply(body), GET, box=Box.RECEIVED, partner_type=PartnerType.PRODUCTION)


def test_fields_that_are_odd_or_missing_harm_nothing() -> None:
    """Unknown ones are ignored, wrong ones count as missing."""
    record = listed(
        persistedTimestamp="soon",
        subject=5,
        attachments=[{"name": "a", "size": "3"}],
        extra=[1],
        mdnMessage=7,
    )
    assert (record.persisted, record.persisted_at, record.subject, record.mdn) == (None, None, None, None)
    assert [(file.name, file.size) for file in record.files] == [("a", 3)]
    assert record.partner_type is PartnerType.TEST
    assert listed(persistedTimestamp=10**30).persisted_at is None


@pytest.mark.parametrize(
    ("delivery", "mdn_status", "error", "delivered", "status"),
    [
        ("Delivered", "Received", False, True, MdnStatus.OK),
        ("Delivered", "Received", True, True, MdnStatus.ERROR),
        ("Not Delivered", "Received", None, False, MdnStatus.PENDING),
        ("Not Delivered", "No MDN", None, False, MdnStatus.PENDING),
        ("No Status", "Pending", None, None, MdnStatus.PENDING),
        ("DELIVERED", "NOT_REQUESTED", None, True, MdnStatus.NOT_REQUESTED),
        ("Sailing", "Sunk", None, None, None),
        (None, None, None, None, None),
    ],
)
def test_the_words_of_a_status(
    delivery: str | None,
    mdn_status: str | None,
    error: bool | None,
    delivered: bool | None,
    status: MdnStatus | None,
) -> None:
    """Without regard to case; unknown words say nothing."""
    mdn = None if error is None else {"mdnError": error, "content": "words", "persistedTimestamp": 1000}
    record = listed(deliveryStatus=delivery, mdnStatus=mdn_status, mdnMessage=mdn)
    assert record.delivered is delivered
    assert (record.mdn.status if record.mdn else None) is status
    if record.mdn and error is not None:
        assert (record.mdn.content, record.mdn.at) == ("words", datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC))


def test_an_entry_has_to_be_the_one_that_was_asked_for() -> None:
    """With or without brackets."""
    answer = reply({"as2MessageId": "m@x"})
    assert replies.entry(answer, GET, box=Box.SENT, wanted=GatewayId("<m@x>")).message_id == "m@x"
    with pytest.raises(BadReply):
        replies.entry(answer, GET, box=Box.SENT, wanted=GatewayId("<n@x>"))


@pytest.mark.parametrize(
    ("expiry", "life"),
    [
        (1795348800000 + 3_600_000, timedelta(hours=1)),
        (1795348800 + 3600, timedelta(hours=1)),
        ("1795352400000", timedelta(hours=1)),
        (1795262400000, timedelta(hours=24)),
        (None, timedelta(hours=24)),
        ("never", timedelta(hours=24)),
        (10**40, timedelta(hours=24)),
    ],
)
def test_expiry_is_milliseconds_or_seconds(expiry: object, life: timedelta) -> None:
    """Missing or past: the documented day."""
    clock = HandClock()
    clock.at = datetime.fromtimestamp(1795348800, UTC)
    token = As2LogIn(username="a", clock=clock).token(reply({"token": "t", "expiry": expiry}))
    assert token.expires_at - clock.at == life
    assert token.renew_at - clock.at == life / 2
    assert "'t'" not in repr(token)


@pytest.mark.parametrize(
    "body", [b"", b"<html>", {"token": ""}, {"expiry": 1}, {"token": "a\r\nb"}, {"token": "ä"}]
)
def test_a_log_in_without_a_token_is_a_bad_reply(body: object) -> None:
    """Nothing that cannot be a header is taken for one."""
    with pytest.raises(BadReply):
        As2LogIn(username="a", clock=HandClock()).token(reply(body))


def test_what_is_sent_never_shows_a_password() -> None:
    """Not in repr, and not in the name of the request."""
    assert "pazzword" not in repr(As2LogIn(username="a", clock=HandClock()).request("pazzword"))


@pytest.mark.parametrize("identifier", ["", ".", ".."])
def test_an_id_that_would_name_something_else_is_refused(identifier: str) -> None:
    """DELETE /received/.. would be another wish."""
    with pytest.raises(Rejected):
        segment(identifier)
    with pytest.raises(Rejected):
        requests.send(Outgoing(pair=Pair(station="A", partner=identifier), files=(("a", b""),)), boundary="b")


def test_ids_are_encoded_wholly() -> None:
    """A slash in an id is no slash of the path."""
    assert requests.entry(Box.SENT, GatewayId("<a/b%ä@x>")).path == "/message/sent/%3Ca%2Fb%25%C3%A4%40x%3E"


def test_a_filter_of_the_queued_list_is_its_query() -> None:
    """One parameter for all four there."""
    page = requests.page(Box.QUEUED, PartnerType.TEST, offset=0)
    assert ("query", "m") in requests.filtered(page, box=Box.QUEUED, as2MessageId="m").query
    assert ("as2MessageId", "m") in requests.filtered(page, box=Box.SENT, as2MessageId="m").query


@pytest.mark.parametrize("name", ["a\r\nX: y.edi", "a\x00", "", "\udcff.edi"])
def test_a_name_that_breaks_the_request_is_refused(name: str) -> None:
    """Before anything leaves."""
    with pytest.raises(Rejected):
        body_of([(name, b"")], content_type=None, boundary="b")
    with pytest.raises(Rejected):
        body_of([("ä\\b", b"")], content_type=None, boundary="b")
    with pytest.raises(Rejected):
        body_of([("a", b"")], content_type="text/plain\r\nX: y", boundary="b")
    with pytest.raises(Rejected):
        body_of([], content_type=None, boundary="b")


def test_a_plain_name_goes_into_the_header_and_another_into_multipart() -> None:
    """The type only where it is known."""
    headers, body = body_of([("a b.edi", b"UNA")], content_type="text/xml", boundary="b")
    assert headers == (("Name", "a b.edi"), ("Content-Type", "text/xml"))
    assert body == (b"UNA",)
    headers, body = body_of([('ä".edi', b"UNA")], content_type=None, boundary="b")
    assert headers == (("Content-Type", "multipart/form-data; boundary=b"),)
    head = 'Content-Disposition: form-data; name="file"; filename="ä%22.edi"'
    assert b"".join(body) == f"--b\r\n{head}\r\n\r\nUNA\r\n--b--\r\n".encode()


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ('attachment; filename="a b.edi"', "a b.edi"),
        (r'attachment; filename="a \"b\" \\c.edi"', r'a "b" \c.edi'),
        ("attachment; filename=a b;c.edi", "a b;c.edi"),
        ("attachment; filename*=UTF-8''%C3%A4%20b.edi", "ä b.edi"),
        ("attachment; filename=\"x\"; filename*=utf-8'en'%C3%A4", "ä"),
        ("attachment; filename=\"x\"; filename*=nonsense''%C3%A4", "x"),
        ("attachment; filename=", None),
        ('attachment; filename=""', None),
        ("attachment", None),
        (None, None),
    ],
)
def test_the_name_of_a_download(header: str | None, name: str | None) -> None:
    """Quoted, bare, or by RFC 5987."""
    assert file_name(header) == name


def test_a_garbled_name_does_not_replace_the_listed_one() -> None:
    """A header knows no Chinese; another name altogether is believed."""
    assert better_name('attachment; filename="?? 1.edi"', "日本 1.edi") == "日本 1.edi"
    assert better_name('attachment; filename="b.edi"', "a.edi") == "b.edi"
    assert better_name(None, "a.edi") == "a.edi"
