"""Where foreign errors end: every mishap and every status becomes one of our GatewayErrors.

A mishap is judged by what may have reached the gateway. Before there is a connection nothing has; once
there is one, nobody knows. A status is judged by who speaks: the gateway itself says why in its own voice; a
404 in any other form comes from something in between, and is the account's trouble.
"""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx

from syncd.errors import (
    AccountRefused,
    BadReply,
    ConfigError,
    GatewayError,
    NotThere,
    Rejected,
    SyncdError,
    TryLater,
    Unanswered,
    Unreachable,
)
from syncd.gateways.voice import Said, Voice, message_voice, one_line
from syncd.gateways.wire import Headers, Request

_BEFORE_SENDING = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.InvalidURL,
)
_SHORTEST_SECRET = 4


def of_mishap(mishap: Exception, request: Request) -> GatewayError:
    """The error for whatever was raised while a request was under way; chain it with `from`."""
    if isinstance(mishap, httpx.ProxyError) and str(mishap).startswith("407"):
        return AccountRefused(
            "the proxy wants a log-in (407)",
            request=request.name,
            status=407,
            remedy="Put user and password into the proxy's address",
        )
    if isinstance(mishap, _BEFORE_SENDING):
        return _unreachable(mishap, request)
    if isinstance(mishap, httpx.TimeoutException):
        return Unanswered(
            "the gateway did not answer in time", request=request.name, detail=type(mishap).__name__
        )
    return Unanswered(
        f"the connection broke before the answer was complete: {_words(mishap)}", request=request.name
    )


def of_status(
    request: Request, *, status: int, headers: Headers, body: bytes, voice: Voice = message_voice
) -> GatewayError:
    """The error for an answer whose status is not what was asked for."""
    said = voice(status, body)
    if said.words is None:
        said = Said(trace=said.trace, status=said.status)
        return _judged(request, said, status=status, headers=headers, heard=_short(body))
    return _judged(request, said, status=status, headers=headers, heard=said.detail)


def of_refusal(request: Request, said: Said, *, status: int, headers: Headers) -> GatewayError:
    """The error for a refusal that is told inside an answer which looks like a success."""
    return _judged(request, said, status=status, headers=headers, heard=said.detail)


def _judged(request: Request, said: Said, *, status: int, headers: Headers, heard: str) -> GatewayError:
    """Status by status as the table of send replies has it.

    Later, the account's trouble, for good, in doubt.
    """
    status = status if said.status is None else said.status
    what = f"the gateway answered {status}" + (f": {heard}" if heard else "")
    wish = retry_after(headers)
    name, detail = request.name, heard
    if status == 429 or (status == 503 and wish is not None):
        return TryLater(what, request=name, status=status, detail=detail, retry_after=wish)
    if 300 <= status < 400:
        return TryLater(
            f"the gateway answered {status}, a redirect that is not followed",
            request=name,
            status=status,
            remedy="Check the account's url",
        )
    if status in {401, 403, 407} or (status in {404, 405} and said.words is None):
        return AccountRefused(what, request=name, status=status, detail=detail, remedy=_REMEDIES[status])
    if status == 404:
        return NotThere(what, request=name, status=status, detail=detail)
    if status in {400, 411, 413, 414, 415, 422}:
        return Rejected(what, request=name, status=status, detail=detail)
    kind = BadReply if status < 300 else Unanswered
    return kind(what, request=name, status=status, detail=detail)


def without(mishap: GatewayError, *secrets: str) -> GatewayError:
    """The same error with secrets made unreadable, should the gateway have repeated them.

    What is shorter than a secret can be is left: it would blot out plain words.
    """
    for secret in secrets:
        if len(secret) >= _SHORTEST_SECRET:
            mishap.what = mishap.what.replace(secret, "***")
            mishap.detail = mishap.detail.replace(secret, "***")
            mishap.args = (mishap.what,)
    return mishap


def of_password(mishap: SyncdError | OSError) -> AccountRefused:
    """The error for a password that cannot be had, in the words of whoever keeps it."""
    if isinstance(mishap, ConfigError):
        first = mishap.problems[0]
        return AccountRefused(
            f"{first.key}: {first.what}", remedy=first.remedy[:1].upper() + first.remedy[1:]
        )
    if isinstance(mishap, OSError):
        return AccountRefused(f"the password cannot be read: {mishap.strerror or mishap}")
    return AccountRefused(f"the password cannot be read: {mishap.what}", remedy=mishap.remedy)


_REMEDIES = {
    401: "Check the account's username and password",
    403: "Check what the account may do at the gateway",
    404: "Check the account's url",
    405: "Check the account's url",
    407: "Put user and password into the proxy's address",
}


def retry_after(headers: Headers, *, now: datetime | None = None) -> timedelta | None:
    """The wish of a Retry-After header: seconds, or an HTTP date; None when there is none to be read.

    A date is compared with the answer's own Date, so that a clock that is wrong here does no harm.
    """
    wish = (headers.get("retry-after") or "").strip()
    if re.fullmatch(r"\d{1,9}(\.\d+)?", wish):
        return timedelta(seconds=float(wish))
    until = http_date(wish)
    since = http_date(headers.get("date")) or now
    if until is None or since is None:
        return None
    return max(until - since, timedelta(0))


def http_date(text: str | None) -> datetime | None:
    """An HTTP date as UTC, or None."""
    try:
        at = parsedate_to_datetime(text or "")
    except (ValueError, TypeError, OverflowError):
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _unreachable(mishap: Exception, request: Request) -> Unreachable:
    causes = tuple(_chain(mishap))
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            why = getattr(cause, "verify_message", "") or _words(cause)
            return Unreachable(
                f"the gateway's certificate is not trusted: {why}",
                request=request.name,
                detail="TLS",
                remedy="Set ca_file when the gateway has a private authority, and check the machine's clock",
            )
        if isinstance(cause, ssl.SSLError):
            return Unreachable(
                f"the TLS handshake failed: {getattr(cause, 'reason', '') or _words(cause)}",
                request=request.name,
                detail="TLS",
                remedy="Check that the account's url names the gateway's TLS port",
            )
        if isinstance(cause, socket.gaierror):
            return Unreachable(
                "the gateway's host name cannot be resolved",
                request=request.name,
                detail="DNS",
                remedy="Check the account's url and this machine's DNS",
            )
    if isinstance(mishap, httpx.InvalidURL | httpx.UnsupportedProtocol):
        return Unreachable(
            f"the gateway's address cannot be used: {_words(mishap)}",
            request=request.name,
            remedy="Check the account's url",
        )
    return Unreachable(
        f"no connection to the gateway: {_words(mishap)}",
        request=request.name,
        remedy="Check the network, and the host and port in the account's url",
    )


def _chain(mishap: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while mishap is not None and id(mishap) not in seen:
        seen.add(id(mishap))
        yield mishap
        mishap = mishap.__cause__ or mishap.__context__


def _words(mishap: BaseException) -> str:
    return one_line(str(mishap)) or type(mishap).__name__


def _short(body: bytes) -> str:
    text = body[:2000].decode("utf-8", "replace")
    return one_line(re.sub(r"<(script|style)\b.*?</\1>|<[^>]*>", " ", text, flags=re.DOTALL | re.IGNORECASE))
