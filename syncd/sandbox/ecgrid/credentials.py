"""API keys, and the tokens of those who log in."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from syncd.sandbox.clock import Clock
from syncd.sandbox.ecgrid.answers import Coded
from syncd.sandbox.ecgrid.fields import Fields
from syncd.sandbox.ecgrid.switches import ECGridSwitches
from syncd.sandbox.ecgrid.world import ECGridLogin, ECGridTiming
from syncd.sandbox.wire.exchange import Refusal, Request

_USER_NAMES = ("username", "login", "email")


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """An access or a refresh token; both of a pair carry the number of their session."""

    username: str
    session: int
    expires: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """What a login or a refresh gives; without a refresh token the old one stays good."""

    access: str
    refresh: str | None
    expires: float


class Credentials:
    """Knows whose a key or a token is."""

    def __init__(
        self,
        logins: tuple[ECGridLogin, ...],
        *,
        clock: Clock,
        timing: ECGridTiming,
        dice: random.Random,
    ) -> None:
        self._logins = {login.username: login for login in logins}
        self._keys = {login.api_key: login.username for login in logins}
        self._dead: dict[str, str] = {}
        self._clock = clock
        self._timing = timing
        self._dice = dice
        self._access: dict[str, Token] = {}
        self._refresh: dict[str, Token] = {}
        self._sessions = 0

    # Who asks.

    def username(self, request: Request) -> str | None:
        """Say who asks, also with what is good no more; None when nobody known does."""
        key = request.header("X-API-Key")
        if key is not None:
            return self._keys.get(key) or self._dead.get(key)
        token = self._access.get(_bearer(request))
        return token.username if token else None

    def window(self, request: Request) -> str | None:
        """Name the window in which a request counts: one for each key, one for each user of tokens."""
        username = self.username(request)
        if username is None:
            return None
        return f"key {username}" if request.header("X-API-Key") is not None else f"user {username}"

    def authorized(self, request: Request) -> str:
        """Give the user of a key or of an access token that is good; a key counts first.

        Raises: Refusal.
        """
        key = request.header("X-API-Key")
        if key is not None:
            username = self._keys.get(key)
            if username is None:
                raise Coded(401, "The API key is not valid.", code="InvalidAPIKey")
            return username
        token = self._access.get(_bearer(request))
        if token is None:
            raise Refusal(401, "Credentials are missing or invalid.")
        if self._clock.now() >= token.expires:
            raise Refusal(401, "The access token has expired.")
        return token.username

    def expires(self, request: Request) -> float:
        """Say when the session of a request ends; that of a key does not before its next request."""
        token = self._access.get(_bearer(request))
        return token.expires if token else self._clock.now() + self._timing.access_life_s

    # Logging in and out.

    def log_in(self, fields: Fields, switches: ECGridSwitches) -> tuple[ECGridLogin, Pair]:
        """Give a pair of tokens for a user and the password, or for an API key.

        Raises: Refusal.
        """
        username = self._claimed(fields, switches)
        self._sessions += 1
        return self._logins[username], self._new_pair(username, self._sessions)

    def _claimed(self, fields: Fields, switches: ECGridSwitches) -> str:
        is_any = switches.login_names == "any"
        key = fields.text("apiKey") if is_any else None
        if key:
            username = self._keys.get(key, "")
        else:
            username = fields.needed_text(*(_USER_NAMES if is_any else (switches.login_names,)))
            password = fields.needed_text("password")
            login = self._logins.get(username)
            username = username if login and login.password == password else ""
        if not username:
            raise Refusal(401, "The user name or the password is wrong.")
        return username

    def _new_pair(self, username: str, session: int) -> Pair:
        now = self._clock.now()
        access = f"eyJhbGciOiJIUzI1NiJ9.{self._dice.getrandbits(192):048x}.{self._dice.getrandbits(256):064x}"
        refresh = f"{self._dice.getrandbits(256):064x}"
        expires = now + self._timing.access_life_s
        self._access[access] = Token(username=username, session=session, expires=expires)
        ends = now + self._timing.refresh_life_s
        self._refresh[refresh] = Token(username=username, session=session, expires=ends)
        return Pair(access=access, refresh=refresh, expires=expires)

    def refresher(self, fields: Fields) -> str | None:
        """Say who asks for new tokens."""
        value = fields.text("refreshToken", "token") or ""
        token = self._refresh.get(value) or self._access.get(value)
        return token.username if token else None

    def refresh(self, fields: Fields, switches: ECGridSwitches) -> tuple[ECGridLogin, Pair]:
        """Give new tokens for a refresh token, or for the access token that is still good.

        Raises: Refusal.
        """
        value = fields.needed_text("refreshToken", "token")
        token = self._refresh.get(value) or self._access.get(value)
        if token is None or self._clock.now() >= token.expires:
            raise Refusal(401, "The refresh token has expired or was revoked.")
        if switches.rotation == "rotate":
            self._end(token.session)
            return self._logins[token.username], self._new_pair(token.username, token.session)
        pair = self._new_pair(token.username, token.session)
        self._refresh.pop(pair.refresh or "")
        return self._logins[token.username], replace(pair, refresh=None)

    def log_out(self, request: Request) -> None:
        """End the session of a token; a key has none."""
        token = self._access.get(_bearer(request))
        if token:
            self._end(token.session)

    def _end(self, session: int) -> None:
        """Let all tokens of a session expire; whose they were stays known."""
        now = self._clock.now()
        for tokens in (self._access, self._refresh):
            for value, token in tokens.items():
                if token.session == session:
                    tokens[value] = replace(token, expires=min(now, token.expires))

    # What a person does elsewhere.

    def regenerate_key(self, username: str) -> str:
        """Give a new key; the old one is dead."""
        self._dead |= {key: one for key, one in self._keys.items() if one == username}
        self._keys = {key: one for key, one in self._keys.items() if one != username}
        number = f"{self._dice.getrandbits(128):032x}"
        key = "-".join((number[:8], number[8:12], number[12:16], number[16:20], number[20:]))
        self._keys[key] = username
        return key

    def expire(self, username: str) -> None:
        """Let the access tokens of a user expire; refresh tokens stay good."""
        now = self._clock.now()
        for value, token in self._access.items():
            if token.username == username:
                self._access[value] = replace(token, expires=min(now, token.expires))

    def revoke(self, username: str) -> None:
        """End all sessions of a user: nothing but a new log-in helps."""
        for token in [*self._access.values(), *self._refresh.values()]:
            if token.username == username:
                self._end(token.session)


def _bearer(request: Request) -> str:
    scheme, _, token = (request.header("Authorization") or "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
