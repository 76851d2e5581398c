"""Whatever goes wrong on the way becomes one of our errors, and the right one."""

import socket
import ssl
from datetime import UTC, datetime, timedelta

import h11
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
    Unreachable,
)
from syncd.gateways import border
from syncd.gateways.wire import Request

REQUEST = Request(method="POST", path="/message/A/B", query=(("subject", "secret"),))
SAID = b'{"message": "No such partner"}'


def every_kind_of(kind: type[Exception]) -> list[type[Exception]]:
    return [kind, *(deeper for child in kind.__subclasses__() for deeper in every_kind_of(child))]


HTTPX_KINDS = sorted(
    {
        *every_kind_of(httpx.HTTPError),
        *every_kind_of(httpx.StreamError),
        *every_kind_of(httpx.InvalidURL),
        *every_kind_of(httpx.CookieConflict),
    },
    key=lambda kind: kind.__name__,
)
NOT_SENT = {
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.InvalidURL,
}


def made(kind: type[Exception]) -> Exception:
    if kind is httpx.HTTPStatusError:
        request = httpx.Request("GET", "http://x")
        return httpx.HTTPStatusError("x", request=request, response=httpx.Response(500, request=request))
    if kind in {httpx.StreamConsumed, httpx.StreamClosed, httpx.ResponseNotRead, httpx.RequestNotRead}:
        return kind()
    return kind("x")


@pytest.mark.parametrize("kind", HTTPX_KINDS)
def test_every_error_of_httpx_is_ours_afterwards(kind: type[Exception]) -> None:
    """Before the connection: repeat it. After: nobody knows."""
    ours = border.of_mishap(made(kind), REQUEST)
    assert type(ours) is (Unreachable if kind in NOT_SENT else Unanswered)
    assert ours.request == "POST /message/A/B"
    assert "secret" not in f"{ours} {ours!r} {ours.__dict__}"


@pytest.mark.parametrize(
    "mishap",
    [
        h11.LocalProtocolError("Too little data for declared Content-Length"),
        h11.RemoteProtocolError("x"),
        ssl.SSLError(1, "x"),
        ConnectionResetError(104, "reset"),
        OSError("x"),
        RuntimeError("x"),
    ],
)
def test_what_httpx_lets_through_is_in_doubt(mishap: Exception) -> None:
    """Nobody knows what had left by then."""
    assert type(border.of_mishap(mishap, REQUEST)) is Unanswered


@pytest.mark.parametrize(
    ("cause", "detail", "words"),
    [
        (socket.gaierror(-2, "Name or service not known"), "DNS", "cannot be resolved"),
        (ssl.SSLCertVerificationError(1, "self-signed certificate"), "TLS", "not trusted"),
        (ssl.SSLError(1, "wrong version number"), "TLS", "TLS handshake failed"),
        (ConnectionRefusedError(111, "Connection refused"), "", "no connection"),
    ],
)
def test_kinds_of_no_connection_are_told_apart(cause: Exception, detail: str, words: str) -> None:
    """Each with its own remedy: the host's name, the certificate, the port, the network."""
    mishap = httpx.ConnectError("x")
    mishap.__cause__ = cause
    ours = border.of_mishap(mishap, REQUEST)
    assert type(ours) is Unreachable
    assert ours.detail == detail
    assert words in ours.what
    assert ours.remedy


def test_a_proxy_that_wants_a_log_in_is_the_accounts_trouble() -> None:
    """No message gets through until somebody sets it right."""
    assert type(border.of_mishap(httpx.ProxyError("407 Needed"), REQUEST)) is AccountRefused


@pytest.mark.parametrize(
    ("status", "body", "headers", "kind"),
    [
        (429, SAID, {}, TryLater),
        (503, b"", {"retry-after": "7"}, TryLater),
        (503, SAID, {}, Unanswered),
        (301, b"", {}, TryLater),
        (304, b"", {}, TryLater),
        (307, b"", {"location": "https://elsewhere"}, TryLater),
        (401, SAID, {}, AccountRefused),
        (403, b"<html>", {}, AccountRefused),
        (404, b"<html>not found</html>", {}, AccountRefused),
        (404, b"", {}, AccountRefused),
        (404, b'"message"', {}, AccountRefused),
        (404, b'{"message": 1}', {}, AccountRefused),
        (404, SAID, {}, NotThere),
        (405, b"", {}, AccountRefused),
        (405, SAID, {}, Unanswered),
        (407, b"", {}, AccountRefused),
        *((status, SAID, {}, Rejected) for status in (400, 411, 413, 414, 415, 422)),
        *((status, SAID, {}, Unanswered) for status in (402, 408, 409, 410, 499, 500, 501, 502, 504, 599)),
        *((status, SAID, {}, BadReply) for status in (200, 201, 204, 206, 299)),
    ],
)
def test_a_status_is_judged_by_who_speaks(
    status: int, body: bytes, headers: dict[str, str], kind: type[GatewayError]
) -> None:
    """Row by row the table of replies to a send."""
    ours = border.of_status(REQUEST, status=status, headers=httpx.Headers(headers), body=body)
    assert type(ours) is kind
    assert ours.status == status
    if body == SAID and kind is not TryLater:
        assert ours.detail == "No such partner"


def test_a_page_of_a_proxy_is_shortened_to_its_words() -> None:
    """A person reads the line, not the mark-up."""
    page = b"<html><style>p {}</style><h1>Be back\nsoon</h1>" + b"x" * 5000
    ours = border.of_status(REQUEST, status=502, headers=httpx.Headers(), body=page)
    assert ours.detail.startswith("Be back soon xxx")
    assert len(ours.detail) <= 300


DATE = "Sat, 21 Nov 2026 12:00:00 GMT"
LATER = "Sat, 21 Nov 2026 12:01:30 GMT"
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "span"),
    [
        ({"retry-after": "7"}, timedelta(seconds=7)),
        ({"retry-after": " 0 "}, timedelta(0)),
        ({"retry-after": LATER, "date": DATE}, timedelta(seconds=90)),
        ({"retry-after": LATER}, timedelta(seconds=90)),
        ({"retry-after": DATE, "date": LATER}, timedelta(0)),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-5"}, None),
        ({}, None),
    ],
)
def test_retry_after_is_seconds_or_a_date(headers: dict[str, str], span: timedelta | None) -> None:
    """A date is compared with the answer's own Date where there is one."""
    assert border.retry_after(httpx.Headers(headers), now=NOON) == span
