"""The log-in: name and password for a token, which lives about a day (§2)."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from pydantic import ValidationError

from syncd.errors import BadReply
from syncd.gateways.as2gateway.shapes import TokenShape
from syncd.gateways.log_in import Ask
from syncd.gateways.tokens import Token
from syncd.gateways.wire import Reply, Request
from syncd.ports.surroundings import Clock

_USUAL_LIFE = timedelta(hours=24)
_SHORTEST_LIFE = timedelta(minutes=2)
_MILLISECONDS_FROM = 1e11  # as seconds this is the year 5138


class As2LogIn:
    """How AS2 Gateway logs in."""

    remedy = "Check the account's username and password"

    def __init__(self, *, username: str, clock: Clock) -> None:
        self._username = username
        self._clock = clock

    def begin(self, secret: str, ask: Ask) -> Token:
        """POST /authorize (§2). Raises: the GatewayErrors."""
        return self.token(ask(self.request(secret)))

    def renew(self, token: Token, ask: Ask) -> None:
        """There are no refresh tokens."""

    def end(self) -> None:
        """There is no log-out."""

    def request(self, password: str) -> Request:
        """POST /authorize (§2)."""
        body = json.dumps({"username": self._username, "password": password}).encode()
        return Request(
            method="POST",
            path="/authorize",
            headers=(("Content-Type", "application/json"),),
            body=(body,),
            most_bytes=256 * 1024,
            operation="log_in",
        )

    def token(self, reply: Reply) -> Token:
        """Read token and expiry; renewed in the middle of its life.

        `expiry` counts milliseconds; a number that is too small for that counts seconds. Missing, or past by
        our clock, which may be wrong: the documented day; the gateway's 401 has the last word.
        Raises: BadReply.
        """
        try:
            shape = TokenShape.model_validate_json(reply.body)
        except ValidationError:
            raise BadReply(
                "the answer to the log-in has no token", request="POST /authorize", status=reply.status
            ) from None  # the cause quotes the answer
        if not shape.token.isascii() or not shape.token.isprintable():
            raise BadReply("the token is no header value", request="POST /authorize", status=reply.status)
        now = self._clock.now()
        life = (_expiry(shape.expiry) or now + _USUAL_LIFE) - now
        if life <= timedelta(0):
            life = _USUAL_LIFE
        life = max(life, _SHORTEST_LIFE)
        return Token(secret=shape.token, renew_at=now + life / 2, expires_at=now + life)

    def header(self, token: Token) -> tuple[str, str]:
        """`Authorization: <token>`, without a scheme (§2)."""
        return ("Authorization", token.secret)


def _expiry(stamp: float | None) -> datetime | None:
    if stamp is None:
        return None
    seconds = stamp / 1000 if stamp >= _MILLISECONDS_FROM else stamp
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
