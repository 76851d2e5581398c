"""The ways to log in (Getting Started, Authentication): an API key, or name and password for a JWT."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from syncd.errors import AccountRefused, BadReply, NotThere, Rejected
from syncd.gateways.border import http_date
from syncd.gateways.ecgrid import names
from syncd.gateways.ecgrid.envelope import Told, told
from syncd.gateways.ecgrid.fields import Fields
from syncd.gateways.log_in import Ask
from syncd.gateways.tokens import Token
from syncd.gateways.wire import Request
from syncd.ports.surroundings import Clock

_HEADERS = (("Content-Type", "application/json"), ("Accept", "application/json"))
_ACCEPTS = frozenset({200, 201})
_MOST_BYTES = 256 * 1024
_USUAL_LIFE = timedelta(hours=1)  # the page names none; the gateway's 401 has the last word
_SHORTEST_LIFE = timedelta(minutes=2)
_LONGEST_LIFE = timedelta(days=3650)


class ApiKeyLogIn:
    """An API key goes with every request; there is nothing to ask for, to renew or to end.

    `place` is where the key is written: only a person can put another one there.
    """

    def __init__(self, *, place: str) -> None:
        self.remedy = f"Check the API key in {place}: one made anew at the gateway ends the old one"

    def begin(self, secret: str, ask: Ask) -> Token:
        """The key itself. Raises: AccountRefused for one that no header can carry."""
        del ask
        key = secret.strip()
        if not key or not key.isascii() or not key.isprintable():
            raise AccountRefused("the API key has characters that a key cannot have", remedy=self.remedy)
        return Token(secret=key)

    def renew(self, token: Token, ask: Ask) -> None:
        """A key is not renewed but replaced, by a person."""

    def header(self, token: Token) -> tuple[str, str]:
        """X-API-Key (Getting Started, API Key)."""
        return ("X-API-Key", token.secret)

    def end(self) -> None:
        """A key has no session of its own."""


class JwtLogIn:
    """Name and password for an access token and a refresh token (Getting Started, JWT Bearer Token).

    The vendor's pages disagree about the name's field: the others are tried when the first is refused with
    400, and the one that works is remembered.
    """

    remedy = "Check the account's username and password"

    def __init__(self, *, username: str, clock: Clock) -> None:
        self._username = username
        self._clock = clock
        self._fields: tuple[str, ...] = names.LOGIN_NAMES

    def begin(self, secret: str, ask: Ask) -> Token:
        """POST /auth/login. Raises: the GatewayErrors."""
        refusal: Rejected | None = None
        for field in self._fields:
            try:
                token = self._token(_asked(ask, self._request(field, secret)))
            except Rejected as mishap:
                if mishap.status != 400:
                    raise
                refusal = refusal or mishap
            else:
                self._fields = (field, *(one for one in self._fields if one != field))
                return token
        raise refusal or Rejected("there is no way to log in")

    def renew(self, token: Token, ask: Ask) -> Token | None:
        """POST /auth/refresh; the new refresh token, if there is one, takes the place of the old."""
        if not token.refresh:
            return None
        request = _post("/auth/refresh", {names.REFRESH: token.refresh})
        try:
            return self._token(_asked(ask, request), before=token)
        except (AccountRefused, Rejected, NotThere, BadReply):
            return None

    def header(self, token: Token) -> tuple[str, str]:
        """Authorization: Bearer (Getting Started, Step 2)."""
        return ("Authorization", f"Bearer {token.secret}")

    def end(self) -> Request:
        """POST /auth/logout (Getting Started, Step 4)."""
        headers = (_HEADERS[1],)
        return Request(method="POST", path="/auth/logout", headers=headers, body=(), operation="log_out")

    def _request(self, field: str, password: str) -> Request:
        return _post("/auth/login", {field: self._username, names.PASSWORD: password}, is_anonymous=True)

    def _token(self, answer: Told, before: Token | None = None) -> Token:
        fields = _with_token(answer)
        secret = fields.text(*names.ACCESS_TOKENS) or ""
        refresh = fields.text(*names.REFRESH_TOKENS)
        if not secret.isascii() or not secret.isprintable():
            raise answer.bad("the token is no header value")
        life = self._life(fields.moment(*names.EXPIRIES), answer)
        now = self._clock.now()
        return Token(
            secret=secret,
            refresh=refresh or ("" if before is None else before.refresh),
            renew_at=now + life / 2,
            expires_at=now + life,
        )

    def _life(self, expires: datetime | None, answer: Told) -> timedelta:
        """How long a token lives from now on, by the gateway's own clock where it tells the time."""
        if expires is None:
            return _USUAL_LIFE
        life = expires - (http_date(answer.reply.headers.get("date")) or self._clock.now())
        return min(max(life, _SHORTEST_LIFE), _LONGEST_LIFE) if life > timedelta(0) else _USUAL_LIFE


def _with_token(answer: Told) -> Fields:
    """The object that has the token: the payload, or the answer as a whole. Raises: BadReply."""
    for candidate in (answer.payload, answer.answer):
        if isinstance(candidate, dict) and Fields(candidate).text(*names.ACCESS_TOKENS):
            return Fields(candidate)
    raise answer.bad("the answer to the log-in has no token")


def _asked(ask: Ask, request: Request) -> Told:
    return told(ask(request), request)


def _post(path: str, fields: dict[str, str], *, is_anonymous: bool = False) -> Request:
    return Request(
        method="POST",
        path=path,
        headers=_HEADERS,
        body=(json.dumps(fields).encode(),),
        accepts=_ACCEPTS,
        most_bytes=_MOST_BYTES,
        is_anonymous=is_anonymous,
        operation="log_in",
    )
