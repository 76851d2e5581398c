"""Whatever form an answer of ECGrid has, it is understood, or it is an error of the right kind."""

import json

import httpx
import pytest

from syncd.errors import (
    AccountRefused,
    BadReply,
    GatewayError,
    NotThere,
    Rejected,
    TryLater,
    Unanswered,
)
from syncd.gateways import border
from syncd.gateways.ecgrid import voice
from syncd.gateways.ecgrid.envelope import Told, told
from syncd.gateways.wire import Reply, Request

REQUEST = Request(method="POST", path="/parcels/upload")
TRACE = "0HN7K2A1B3C:00000001"
PAGE_ERROR = {
    "httpStatus": 404,
    "success": False,
    "message": "No user found with the supplied ID.",
    "detail": "The user ID may not exist or may not be accessible under your session.",
    "traceId": TRACE,
    "errorInfo": None,
}


def answered(body: object, *, status: int = 200, headers: dict[str, str] | None = None) -> Told:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return told(Reply(status=status, headers=httpx.Headers(headers or {}), body=raw), REQUEST)


def refused(body: object, *, status: int = 200, headers: dict[str, str] | None = None) -> GatewayError:
    with pytest.raises(GatewayError) as caught:
        answered(body, status=status, headers=headers)
    return caught.value


def judged(status: int, body: bytes | object, headers: dict[str, str] | None = None) -> GatewayError:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return border.of_status(
        REQUEST, status=status, headers=httpx.Headers(headers or {}), body=raw, voice=voice
    )


def test_the_payload_comes_out_of_its_envelope() -> None:
    """With the trace."""
    answer = answered(
        {"httpStatus": 200, "message": "", "traceId": TRACE, "success": True, "data": {"parcelId": 5}}
    )
    assert answer.fields.identity("parcelID") == 5
    assert answer.trace == TRACE


@pytest.mark.parametrize(
    ("body", "payload"),
    [
        ({"success": True, "data": 7}, 7),
        ({"Success": True, "Data": None}, None),
        ({"success": True}, None),
        ({"data": True}, True),
        ({"parcelId": 5}, {"parcelId": 5}),
        ([{"parcelId": 5}], [{"parcelId": 5}]),
        (b"", None),
        (b" \r\n", None),
    ],
)
def test_envelopes_may_lack_parts(body: object, payload: object) -> None:
    """Or be missing: 204 has no body at all."""
    assert answered(body).payload == payload


@pytest.mark.parametrize(
    ("body", "count", "total"),
    [
        ({"success": True, "data": [{"a": 1}, {"a": 2}]}, 2, None),
        ({"success": True, "data": []}, 0, None),
        ({"success": True, "data": None}, 0, None),
        ({"success": True, "totalRecords": 9, "pageNo": 1, "data": [{"a": 1}]}, 1, 9),
        ({"success": True, "data": {"totalRecords": "9", "parcels": [{"a": 1}]}}, 1, 9),
        ({"success": True, "data": {"pageNo": 1, "log": [], "ParcelIDInfoList": [{"a": 1}, 5]}}, 1, None),
        ({"success": True, "data": {"whatever": [{"a": 1}]}}, 1, None),
        ({"success": True, "data": {"parcels": []}}, 0, None),
    ],
)
def test_rows_are_found_wherever_they_stand(body: object, count: int, total: int | None) -> None:
    """The payload itself, a list that is known in it, any list in it; totals beside or inside."""
    answer = answered(body)
    assert (len(answer.rows), answer.total) == (count, total)


@pytest.mark.parametrize("body", [b"<html>", b'"text"', b"7", b"nan", b"[" * 100_000, b"\xff\xfe", b"null"])
def test_what_is_no_answer_is_a_bad_reply(body: bytes) -> None:
    """A proxy's page with 200 does not count as a success."""
    assert type(refused(body)) is BadReply


@pytest.mark.parametrize("payload", [7, "text", {"count": 1}])
def test_what_has_no_rows_is_a_bad_reply(payload: object) -> None:
    """With the trace, for the vendor's support."""
    answer = answered({"success": True, "traceId": TRACE, "data": payload})
    with pytest.raises(BadReply, match=TRACE):
        _ = answer.rows


def test_the_published_error_is_read_whole() -> None:
    """Message, detail and trace, in what and in detail."""
    ours = judged(404, PAGE_ERROR)
    assert type(ours) is NotThere
    assert ours.detail == (
        "No user found with the supplied ID; "
        "The user ID may not exist or may not be accessible under your session (trace 0HN7K2A1B3C:00000001)"
    )
    assert ours.detail in ours.what


def test_the_words_from_behind_the_api_are_told() -> None:
    """errorInfo has a code and words of its own."""
    info = {"errorCode": "ParcelNotFound", "errorMessage": "Parcel 5 is gone"}
    ours = judged(400, {"success": False, "message": "SOAP fault", "traceId": TRACE, "errorInfo": info})
    assert type(ours) is Rejected
    assert ours.detail == f"SOAP fault; ParcelNotFound; Parcel 5 is gone (trace {TRACE})"


def test_problem_details_are_the_gateways_voice() -> None:
    """By RFC 7807, as some of the reference pages have it."""
    body = {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "detail": "No parcel 5",
        "traceId": TRACE,
    }
    ours = judged(404, body)
    assert type(ours) is NotThere
    assert ours.detail == f"Not Found; No parcel 5 (trace {TRACE})"


@pytest.mark.parametrize("body", [b"", b"<html><h1>Not Found</h1>", {"message": "no Route matched"}, [], "x"])
def test_a_404_of_somebody_in_between_is_the_accounts_trouble(body: object) -> None:
    """Nothing of the message is known there."""
    assert type(judged(404, body)) is AccountRefused


@pytest.mark.parametrize(
    ("code", "kind", "status"),
    [
        ("InvalidParameter", Rejected, 400),
        ("InvalidAPIKey", AccountRefused, 401),
        ("invalidsession", AccountRefused, 401),
        ("AccessDenied", AccountRefused, 403),
        ("ObjectNotFound", NotThere, 404),
        ("DuplicateObject", Unanswered, 409),
        ("RateLimitExceeded", TryLater, 429),
        ("InternalError", Unanswered, 500),
        ("SomethingNew", BadReply, 200),
        ("", BadReply, 200),
    ],
)
def test_a_refusal_within_a_success_is_judged_by_its_code(
    code: str, kind: type[GatewayError], status: int
) -> None:
    """As if the status line had said so."""
    ours = refused({"success": False, "data": None, "errorCode": code, "message": "No.", "traceId": TRACE})
    assert type(ours) is kind
    assert ours.status == status
    assert ours.detail.endswith(f"(trace {TRACE})")


@pytest.mark.parametrize(
    ("inner", "kind"), [(404, NotThere), ("401", AccountRefused), (200, BadReply), (None, BadReply)]
)
def test_a_refusal_without_a_code_is_judged_by_its_own_status(
    inner: object, kind: type[GatewayError]
) -> None:
    """The one in the envelope, when it is one of an error."""
    assert type(refused({"success": "false", "httpStatus": inner, "message": "No"})) is kind


def test_a_duplicate_is_in_doubt_whatever_its_status() -> None:
    """Something like it is there already: perhaps this very message."""
    body = {"success": False, "errorCode": "DuplicateObject", "message": "Duplicate"}
    assert type(judged(400, body)) is Unanswered
    assert type(judged(409, body)) is Unanswered
    assert type(judged(400, {"success": False, "errorCode": "InvalidParameter"})) is Rejected


def test_a_wish_to_wait_is_read_with_either_form() -> None:
    """Retry-After stands in the head."""
    wish = {"retry-after": "7"}
    told_inside = refused({"success": False, "errorCode": "RateLimitExceeded"}, headers=wish)
    for ours in (judged(429, PAGE_ERROR, wish), told_inside):
        assert isinstance(ours, TryLater)
        assert ours.retry_after is not None
        assert ours.retry_after.total_seconds() == 7
