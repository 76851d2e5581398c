"""The traffic with one gateway: log-in, rate limit, deadlines, and the border for foreign errors.

- Nothing is repeated, but for one request after one new log-in when the answer was 401.
- A redirect is followed to the same host only, and never away from TLS (AS2 §1: 307 from http to https).
- What carries a message travels on a connection of its own: on an old one nobody could tell whether the
  gateway had closed it before or after the request arrived.
- Bodies come as they are (no compression), with a length or in chunks, never over the request's limit.
- `trust_env`: HTTPS_PROXY, HTTP_PROXY and NO_PROXY are obeyed unless told otherwise, as every other program
  of the machine does; never for loopback.
"""

from __future__ import annotations

import logging
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from http.cookiejar import DefaultCookiePolicy
from typing import Protocol

import httpx

from syncd.core.window import Use
from syncd.errors import (
    AccountRefused,
    GatewayError,
    NotThere,
    Rejected,
    SyncdError,
    TryLater,
    Unreachable,
)
from syncd.gateways import border
from syncd.gateways.answer import Answer
from syncd.gateways.limiter import Limiter
from syncd.gateways.tokens import Token, Tokens
from syncd.gateways.transport import Deadline, environment_proxy, transport
from syncd.gateways.wire import Reply, Request
from syncd.ports.surroundings import Clock, Secrets

_REDIRECTS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """How long each phase may take, and the whole: `total`, or `transfer` when it carries files."""

    connect: timedelta = timedelta(seconds=10)
    read: timedelta = timedelta(seconds=30)
    write: timedelta = timedelta(seconds=30)
    pool: timedelta = timedelta(seconds=10)
    total: timedelta = timedelta(seconds=60)
    transfer: timedelta = timedelta(seconds=300)

    def of(self, request: Request) -> float:
        """The seconds that a request may take as a whole."""
        return (self.transfer if request.is_transfer else self.total).total_seconds()

    def of_phases(self) -> httpx.Timeout:
        """The limits of each wait."""
        return httpx.Timeout(
            connect=self.connect.total_seconds(),
            read=self.read.total_seconds(),
            write=self.write.total_seconds(),
            pool=self.pool.total_seconds(),
        )


class LogIn(Protocol):
    """How one kind of gateway logs in. Pure."""

    def request(self, password: str) -> Request:
        """The request that asks for a token."""
        ...

    def token(self, reply: Reply, clock: Clock) -> Token:
        """The token in an answer. Raises: BadReply."""
        ...

    def header(self, token: Token) -> tuple[str, str]:
        """The header that carries it."""
        ...


class Session:
    """One login at one gateway. Safe for threads."""

    def __init__(
        self,
        *,
        url: str,
        log_in: LogIn,
        secrets: Secrets,
        limiter: Limiter,
        clock: Clock,
        tls: ssl.SSLContext,
        timeouts: Timeouts | None = None,
        trust_env: bool = True,
    ) -> None:
        self._url = url.rstrip("/")
        self._log_in = log_in
        self._secrets = secrets
        self._limiter = limiter
        self._clock = clock
        self._timeouts = timeouts or Timeouts()
        self._deadline = Deadline(clock)
        self._offset = timedelta(0)
        self._tokens = Tokens(log_in=self._new_token, clock=clock)
        proxy = environment_proxy(self._url) if trust_env else None
        self._reader = self._client(tls, proxy, httpx.Limits(max_connections=20, keepalive_expiry=15.0))
        self._sender = self._client(tls, proxy, httpx.Limits(max_connections=20, max_keepalive_connections=0))
        for name in ("httpx", "httpcore"):  # they log addresses with their queries
            logging.getLogger(name).setLevel(logging.WARNING)

    def clock_offset(self) -> timedelta:
        """The gateway's clock minus ours, by the Date of the last answer; to a second or so."""
        return self._offset

    def call(self, request: Request) -> Reply:
        """Send a request and read the answer.

        Raises: the GatewayErrors.
        """
        with self.stream(request) as answer:
            return Reply(status=answer.status, headers=answer.headers, body=answer.read())

    @contextmanager
    def stream(self, request: Request) -> Iterator[Answer]:
        """Send a request; the body is read inside the context.

        Raises: the GatewayErrors, for every status that the request does not accept.
        """
        token = self._tokens.current()
        with ExitStack() as stack:
            answer = stack.enter_context(self._exchange(request, token))
            if answer.status == 401:
                stack.close()
                answer = stack.enter_context(self._exchange(request, self._tokens.instead_of(token)))
            yield _accepted(answer, request)

    def close(self) -> None:
        """Let go of connections."""
        self._reader.close()
        self._sender.close()

    def _new_token(self) -> Token:
        """Log in; whatever goes wrong here, the request that wanted the token was not sent."""
        try:
            password = self._secrets.password()
        except (SyncdError, OSError) as mishap:
            raise border.of_password(mishap) from mishap
        request = self._log_in.request(password)
        try:
            with self._exchange(request, None) as answer:
                _accepted(answer, request)
                reply = Reply(status=answer.status, headers=answer.headers, body=answer.read())
            return self._log_in.token(reply, self._clock)
        except GatewayError as mishap:
            raise _of_log_in(mishap, password) from mishap

    @contextmanager
    def _exchange(self, request: Request, token: Token | None) -> Iterator[Answer]:
        with ExitStack() as stack:
            target = self._url + request.target
            for left in reversed(range(_REDIRECTS + 1)):
                response = stack.enter_context(self._one(request, target, token))
                moved = self._moved(response, target)
                if moved is None or not left:
                    break
                stack.close()
                target = moved
            yield Answer(response, request)

    @contextmanager
    def _one(self, request: Request, target: str, token: Token | None) -> Iterator[httpx.Response]:
        slot = self._limiter.take(request.use)
        with self._deadline.within(self._timeouts.of(request)):  # waiting for the slot does not count
            try:
                response = self._send(request, target, token)
            except Unreachable:
                self._limiter.give_back(slot)
                raise
            finally:
                self._limiter.answer(slot)
            try:
                self._learn(response)
                yield response
            finally:
                response.close()

    def _send(self, request: Request, target: str, token: Token | None) -> httpx.Response:
        client = self._sender if request.use is Use.SEND else self._reader
        headers = list(request.headers)
        if token is not None:
            headers.append(self._log_in.header(token))
        if request.body is not None:
            headers.append(("Content-Length", str(request.body_bytes)))
        try:
            content = None if request.body is None else (bytes(piece) for piece in request.pieces())
            made = client.build_request(request.method, target, headers=headers, content=content)
            return client.send(made, stream=True)
        except Exception as mishap:  # httpx lets h11's, ssl's and the socket's own through
            raise border.of_mishap(mishap, request) from mishap

    def _learn(self, response: httpx.Response) -> None:
        at = border.http_date(response.headers.get("date"))
        if at is not None:
            self._offset = at + timedelta(seconds=0.5) - self._clock.now()  # Date has whole seconds
        if response.status_code in {429, 503}:
            wish = border.retry_after(response.headers, now=self._clock.now())
            if wish is not None or response.status_code == 429:
                self._limiter.freeze(wish)

    def _moved(self, response: httpx.Response, target: str) -> str | None:
        """Where to go on after a 307 or 308, or None."""
        location = response.headers.get("location")
        if response.status_code not in {307, 308} or not location:
            return None
        try:
            before = httpx.URL(target)
            after = before.join(location)
        except httpx.InvalidURL:
            return None
        is_same = (after.scheme, after.host, after.port) == (before.scheme, before.host, before.port)
        is_upgrade = (before.scheme, after.scheme) == ("http", "https") and after.host == before.host
        return str(after) if is_same or is_upgrade else None

    def _client(self, tls: ssl.SSLContext, proxy: str | None, limits: httpx.Limits) -> httpx.Client:
        keeps = limits.max_keepalive_connections != 0
        client = httpx.Client(
            transport=transport(tls=tls, limits=limits, proxy=proxy, deadline=self._deadline),
            timeout=self._timeouts.of_phases(),
            trust_env=False,
            follow_redirects=False,
            headers={
                "Accept": "*/*",
                "Accept-Encoding": "identity",
                "User-Agent": "syncd",
                "Connection": "keep-alive" if keeps else "close",
            },
        )
        client.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        return client


def _accepted(answer: Answer, request: Request) -> Answer:
    if answer.status in request.accepts:
        return answer
    raise border.of_status(request, status=answer.status, headers=answer.headers, body=answer.some())


def _of_log_in(mishap: GatewayError, password: str) -> GatewayError:
    """The same trouble in the words of a log-in: the account's, or later; the message is not to blame."""
    what = f"log-in: {mishap.what}".replace(password, "***") if password else f"log-in: {mishap.what}"
    if isinstance(mishap, Unreachable):
        return mishap
    if isinstance(mishap, AccountRefused | Rejected | NotThere):
        remedy = mishap.remedy or "Check the account's url, username and password"
        return AccountRefused(what, request=mishap.request, status=mishap.status, remedy=remedy)
    wish = mishap.retry_after if isinstance(mishap, TryLater) else None
    return TryLater(what, request=mishap.request, status=mishap.status, retry_after=wish)
