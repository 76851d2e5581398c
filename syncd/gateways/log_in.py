"""Logging in: what each kind of gateway does in its own way, and what is the same for all of them.

A secret is read anew at each log-in, so that correcting its file is enough. A token is renewed by its refresh
token where it has one; when that is refused, or nobody knows whether it was used up, the secret is next.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from syncd.errors import (
    AccountRefused,
    GatewayError,
    NotThere,
    Rejected,
    SyncdError,
    TryLater,
    Unanswered,
    Unreachable,
)
from syncd.gateways import border
from syncd.gateways.tokens import Token
from syncd.gateways.wire import Reply, Request
from syncd.ports.surroundings import Secrets

Ask = Callable[[Request], Reply]
"""Sends a request without a token. Raises: the GatewayErrors."""


class LogIn(Protocol):
    """How one kind of gateway logs in. It has no traffic of its own: it asks through what it is given."""

    @property
    def remedy(self) -> str:
        """What a person has to check when the gateway refuses the login."""
        ...

    def begin(self, secret: str, ask: Ask) -> Token:
        """A token for the secret. Raises: the GatewayErrors."""
        ...

    def renew(self, token: Token, ask: Ask) -> Token | None:
        """A token for the refresh token; None when it is refused, or there is no such thing.

        Raises: Unreachable, TryLater, Unanswered.
        """
        ...

    def header(self, token: Token) -> tuple[str, str]:
        """The header that carries it."""
        ...

    def end(self) -> Request | None:
        """The request that ends the session, sent with its token; None where there is nothing to end."""
        ...


class Entrance:
    """Gets tokens: renewed where that goes, else by the secret. One thread at a time."""

    def __init__(self, *, log_in: LogIn, secrets: Secrets, ask: Ask) -> None:
        self._log_in = log_in
        self._secrets = secrets
        self._ask = ask
        self._spent = ""

    def token(self, old: Token | None) -> Token:
        """A token in place of the old one; whatever goes wrong, the request that wanted it was not sent.

        Raises: Unreachable, TryLater, AccountRefused.
        """
        renewed = None if old is None else self._renewed(old)
        return renewed or self._begun()

    def _renewed(self, old: Token) -> Token | None:
        if old.refresh and old.refresh == self._spent:
            return None
        try:
            return self._log_in.renew(old, self._ask)
        except GatewayError as mishap:
            if isinstance(mishap, Unanswered):
                self._spent = old.refresh  # it may have been used up: a second use could be taken for theft
            border.without(mishap, old.secret, old.refresh)
            raise _of_log_in(mishap, "", self._log_in.remedy) from mishap

    def _begun(self) -> Token:
        try:
            secret = self._secrets.password()
        except (SyncdError, OSError) as mishap:
            raise border.of_password(mishap) from mishap
        try:
            return self._log_in.begin(secret, self._ask)
        except GatewayError as mishap:
            border.without(mishap, secret)
            raise _of_log_in(mishap, secret, self._log_in.remedy) from mishap


def _of_log_in(mishap: GatewayError, secret: str, remedy: str) -> GatewayError:
    """The same trouble in the words of a log-in: the account's, or later; the message is not to blame."""
    what = f"log-in: {mishap.what}".replace(secret, "***") if secret else f"log-in: {mishap.what}"
    if isinstance(mishap, Unreachable):
        return mishap
    if isinstance(mishap, AccountRefused | Rejected | NotThere):
        advice = remedy if mishap.status == 401 else mishap.remedy
        return AccountRefused(
            what, request=mishap.request, status=mishap.status, remedy=advice or f"{remedy}, and its url"
        )
    wish = mishap.retry_after if isinstance(mishap, TryLater) else None
    return TryLater(what, request=mishap.request, status=mishap.status, retry_after=wish)
