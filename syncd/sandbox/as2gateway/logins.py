"""Logins and their tokens (§2)."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass

from syncd.sandbox.as2gateway.mailbox import Mailbox
from syncd.sandbox.as2gateway.switches import Switches
from syncd.sandbox.clock import Clock
from syncd.sandbox.wire.exchange import Refusal, Reply, Request


@dataclass(frozen=True, slots=True, kw_only=True)
class _Token:
    username: str
    expires: float


class Logins:
    """Gives tokens, and knows whose they are."""

    def __init__(
        self, mailboxes: dict[str, Mailbox], *, clock: Clock, life_s: float, dice: random.Random
    ) -> None:
        self._mailboxes = mailboxes
        self._clock = clock
        self._life_s = life_s
        self._dice = dice
        self._tokens: dict[str, _Token] = {}

    def authorize(self, request: Request, switches: Switches) -> Reply:
        """Give a token for a user name and its password.

        Raises: Refusal.
        """
        username, password = _credentials(request)
        mailbox = self._mailboxes.get(username)
        if mailbox is None or mailbox.account.password != password:
            raise Refusal(401, "Invalid username or password")
        token = self._new_token()
        expires = self._clock.now() + self._life_s
        self._tokens[token] = _Token(username=username, expires=expires)
        unit = 1000 if switches.expiry_unit == "ms" else 1
        return Reply.of_json(200, {"token": token, "expiry": int(expires * unit)})

    def _new_token(self) -> str:
        return f"eyJhbGciOiJIUzI1NiJ9.{self._dice.getrandbits(192):048x}.{self._dice.getrandbits(256):064x}"

    def username(self, request: Request) -> str:
        """Say whose request this is, as far as that can be told without judging it."""
        token = self._tokens.get(request.header("Authorization") or "")
        if token:
            return token.username
        try:
            return _credentials(request)[0] or "anonymous"
        except Refusal:
            return "anonymous"

    def mailbox(self, request: Request) -> Mailbox:
        """Give the mailbox of a valid token; a scheme before it makes it invalid.

        Raises: Refusal.
        """
        token = self._tokens.get(request.header("Authorization") or "")
        if token is None:
            raise Refusal(401, "Invalid authorization token")
        if self._clock.now() >= token.expires:
            raise Refusal(401, "The authorization token has expired")
        return self._mailboxes[token.username]

    def expire(self, username: str) -> None:
        """End all tokens of a login."""
        now = self._clock.now()
        for value, token in self._tokens.items():
            if token.username == username:
                self._tokens[value] = _Token(username=username, expires=now)


def _credentials(request: Request) -> tuple[str, str]:
    if (request.header("Content-Type") or "").partition(";")[0].strip().lower() != "application/json":
        raise Refusal(400, "The Content-Type must be application/json")
    try:
        fields = json.loads(request.body)
    except ValueError:
        raise Refusal(400, "The body is not JSON") from None
    if not isinstance(fields, dict):
        raise Refusal(400, "The body is not a JSON object")
    return str(fields.get("username", "")), str(fields.get("password", ""))
