"""The traffic with one gateway: log-in, rate limit, deadlines, and the border for foreign errors.

- Nothing is repeated, but for one request with a newer token when the answer was 401.
- A redirect is followed to the same host only, and never away from TLS (AS2 §1: 307 from http to https).
- What carries a message travels on a connection of its own: on an old one nobody could tell whether the
  gateway had closed it before or after the request arrived.
- A request without a log-in counts against the window of this machine's address, not of the login.
- Bodies come as they are (no compression), with a length or in chunks, never over the request's limit.
- `trust_env`: HTTPS_PROXY, HTTP_PROXY and NO_PROXY are obeyed unless told otherwise, as every other program
  of the machine does; never for loopback.
"""

from __future__ import annotations

import logging
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime, timedelta
from http.cookiejar import DefaultCookiePolicy
from typing import TypeVar

import httpx

from syncd.core.window import Slot, Use
from syncd.errors import AccountRefused, GatewayError, TryLater, Unreachable
from syncd.gateways import border
from syncd.gateways.advice import advice_of
from syncd.gateways.answer import Answer
from syncd.gateways.limiter import Limiter
from syncd.gateways.log_in import Entrance, LogIn
from syncd.gateways.observed import Observed
from syncd.gateways.redirects import moved_to
from syncd.gateways.timeouts import Timeouts
from syncd.gateways.tokens import Token, Tokens
from syncd.gateways.transport import Deadline, environment_proxy, transport
from syncd.gateways.voice import Voice, message_voice
from syncd.gateways.wire import Reply, Request
from syncd.ports.surroundings import Clock, Secrets
from syncd.ports.traffic import Traffic, Unheard

T = TypeVar("T")
_REDIRECTS = 2
_LAST_WORD_S = 3.0
_SAME_TIME = timedelta(seconds=2)
_A_WAIT = timedelta(milliseconds=1)
"""What is shorter was spent on writing the stamps down."""


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
        voice: Voice = message_voice,
        address_limiter: Limiter | None = None,
        timeouts: Timeouts | None = None,
        traffic: Traffic | None = None,
        trust_env: bool = True,
    ) -> None:
        self._url = url.rstrip("/")
        self._log_in = log_in
        self._voice = voice
        self._limiter = limiter
        self._address_limiter = address_limiter or limiter
        self._clock = clock
        self._timeouts = timeouts or Timeouts()
        self._traffic = traffic or Unheard()
        self._deadline = Deadline(clock)
        self._told: tuple[datetime, float] | None = None
        entrance = Entrance(log_in=log_in, secrets=secrets, ask=lambda request: self._reply(request, None))
        self._tokens = Tokens(make=entrance.token, clock=clock)
        proxy = environment_proxy(self._url) if trust_env else None
        self._reader = self._client(tls, proxy, httpx.Limits(max_connections=20, keepalive_expiry=15.0))
        self._sender = self._client(tls, proxy, httpx.Limits(max_connections=20, max_keepalive_connections=0))
        for name in ("httpx", "httpcore"):  # they log addresses with their queries
            logging.getLogger(name).setLevel(logging.WARNING)

    def clock_offset(self) -> timedelta:
        """The gateway's clock minus ours as it is now, also when ours was set since the last answer.

        Nothing while the two agree but for the rounding of a Date: else each start would move time a little.
        """
        offset = self.now() - self._clock.now()
        return timedelta(0) if abs(offset) <= _SAME_TIME else offset

    def now(self) -> datetime:
        """The time by the gateway's clock: the Date of an answer and the seconds since, which nobody sets.

        To a second or so; before the first answer it is the machine's.
        """
        if self._told is None:
            return self._clock.now()
        at, told_s = self._told
        return at + timedelta(seconds=self._clock.monotonic() - told_s)

    def call(self, request: Request) -> Reply:
        """Send a request and read the answer.

        Raises: the GatewayErrors.
        """
        return self.read(request, lambda reply: reply)

    def read(self, request: Request, reading: Callable[[Reply], T]) -> T:
        """Send a request, and read the answer as `reading` does.

        It may raise GatewayErrors of its own for what looks like a success: an AccountRefused with 401 is
        then treated like a 401, a TryLater with 429 like a 429.
        Raises: the GatewayErrors.
        """
        if request.is_anonymous:
            return reading(self._reply(request, None))
        try:
            return self._renewing(lambda token: reading(self._reply(request, token)))
        except TryLater as mishap:
            if mishap.status == 429:
                self._limiter.freeze(mishap.retry_after)
            raise

    @contextmanager
    def stream(self, request: Request) -> Iterator[Answer]:
        """Send a request; the body is read inside the context.

        Raises: the GatewayErrors, for every status that the request does not accept.
        """
        with ExitStack() as stack:
            yield self._renewing(lambda token: self._opened(request, token, stack))

    def close(self) -> None:
        """End the session at the gateway, if it is one, and let go of connections. Raises nothing."""
        token, request = self._tokens.in_hand, self._log_in.end()
        if token is not None and request is not None:
            with suppress(GatewayError):
                self._say_last(request, token)
            self._tokens.forget(token)
        self._reader.close()
        self._sender.close()

    def _renewing(self, attempt: Callable[[Token], T]) -> T:
        """Try; refused with 401, try once more with a newer token, if there is one."""
        token = self._tokens.current()
        try:
            return _tried(attempt, token)
        except AccountRefused as refusal:
            if refusal.status != 401:
                raise
            newer = self._tokens.instead_of(token)
            if newer.secret == token.secret:
                self._give_up(refusal, newer)
                raise
        try:
            return _tried(attempt, newer)
        except AccountRefused as refusal:
            if refusal.status == 401:
                self._give_up(refusal, newer)
            raise

    def _give_up(self, refusal: AccountRefused, newest: Token) -> None:
        """The newest token there is was refused: a person has to look."""
        self._tokens.forget(newest)
        refusal.remedy = self._log_in.remedy

    def _opened(self, request: Request, token: Token, stack: ExitStack) -> Answer:
        with ExitStack() as own:
            answer = self._accepted(own.enter_context(self._exchange(request, token)), request)
            stack.push(own.pop_all())
            return answer

    def _reply(self, request: Request, token: Token | None) -> Reply:
        with self._exchange(request, token) as answer:
            self._accepted(answer, request)
            return Reply(status=answer.status, headers=answer.headers, body=answer.read())

    def _accepted(self, answer: Answer, request: Request) -> Answer:
        if answer.status in request.accepts:
            return answer
        raise border.of_status(
            request, status=answer.status, headers=answer.headers, body=answer.some(), voice=self._voice
        )

    def _say_last(self, request: Request, token: Token) -> None:
        """Best effort: neither the limit nor a slow gateway keeps the program from ending."""
        self._limiter.take_at_once(request.use)
        with self._deadline.within(_LAST_WORD_S):
            self._send(request, self._url + request.target, token).close()

    @contextmanager
    def _exchange(self, request: Request, token: Token | None) -> Iterator[Answer]:
        with ExitStack() as stack:
            target = self._url + request.target
            for left in reversed(range(_REDIRECTS + 1)):
                response = stack.enter_context(self._one(request, target, token))
                moved = moved_to(response, target)
                if moved is None or not left:
                    break
                stack.close()
                target = moved
            yield Answer(response, request)

    @contextmanager
    def _one(self, request: Request, target: str, token: Token | None) -> Iterator[httpx.Response]:
        limiter = self._address_limiter if request.is_anonymous else self._limiter
        slot = self._slot(limiter, request.use)
        observed = Observed(request, traffic=self._traffic, clock=self._clock)
        with self._deadline.within(self._timeouts.of(request)), observed:  # waiting for the slot is over
            try:
                response = self._send(request, target, token)
            except Unreachable:
                limiter.give_back(slot)
                raise
            finally:
                limiter.answer(slot)
            try:
                observed.answered(response)
                self._learn(response, limiter)
                yield response
            finally:
                response.close()

    def _slot(self, limiter: Limiter, use: Use) -> Slot:
        asked_s = self._clock.monotonic()
        slot = limiter.take(use)
        waited = timedelta(seconds=self._clock.monotonic() - asked_s)
        if waited >= _A_WAIT:
            self._traffic.waited(waited)
        return slot

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

    def _learn(self, response: httpx.Response, limiter: Limiter) -> None:
        at = border.http_date(response.headers.get("date"))
        if at is not None:
            self._take_time(at + timedelta(seconds=0.5))  # Date has whole seconds
        advice = advice_of(response.headers, now=self.now())
        if advice is not None:
            limiter.advise(advice)
        if response.status_code in {429, 503}:
            wish = border.retry_after(response.headers, now=self._clock.now())
            if wish is not None or response.status_code == 429:
                limiter.freeze(wish)

    def _take_time(self, at: datetime) -> None:
        """Time goes on evenly where answers differ by their rounding alone."""
        if self._told is None or abs(at - self.now()) > _SAME_TIME:
            self._told = (at, self._clock.monotonic())

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


def _tried(attempt: Callable[[Token], T], token: Token) -> T:
    try:
        return attempt(token)
    except GatewayError as mishap:
        border.without(mishap, token.secret, token.refresh)
        raise
