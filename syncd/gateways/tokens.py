"""The token of one login: asked for once, whoever needs it, and renewed before it ends."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from syncd.errors import GatewayError
from syncd.ports.surroundings import Clock

_AGAIN = timedelta(minutes=1)
FOREVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What a log-in gave. `renew_at` is the middle of its life; the gateway's word ends it.

    `refresh` is by what it can be renewed without the password, empty where there is no such thing.
    """

    secret: str = field(repr=False)
    refresh: str = field(default="", repr=False)
    renew_at: datetime = FOREVER
    expires_at: datetime = FOREVER


class Tokens:
    """Keeps one token. Safe for threads: one log-in at a time, its outcome is everybody's.

    `make` gives a new token in place of the one in hand, or of none. No lock is held while it lasts; those
    who come meanwhile wait for the same outcome.
    """

    def __init__(self, *, make: Callable[[Token | None], Token], clock: Clock) -> None:
        self._make = make
        self._clock = clock
        self._lock = threading.Lock()
        self._token: Token | None = None
        self._pending: Future[Token] | None = None

    @property
    def in_hand(self) -> Token | None:
        """The token as it is, without a request."""
        return self._token

    def current(self) -> Token:
        """The token in hand, renewed at half of its life.

        Raises: what `make` raises, when there is no token that lives.
        """
        token, now = self._token, self._clock.now()
        if token is None or now >= token.expires_at:
            return self.instead_of(token)
        if now >= token.renew_at:
            return self._renewed(token)
        return token

    def instead_of(self, refused: Token | None) -> Token:
        """A token other than the refused one: a newer one in hand, else that of one new log-in for all.

        An API key that has not been changed comes out as it went in.
        """
        with self._lock:
            newest = self._token
            if newest is not None and (refused is None or newest.secret != refused.secret):
                return newest
            pending, is_ours = self._pending, self._pending is None
            if pending is None:
                pending = self._pending = Future()
        if is_ours:
            self._settle(pending, newest)
        return pending.result()

    def forget(self, refused: Token) -> None:
        """A token was refused although it is the newest: the next request starts from the password."""
        with self._lock:
            if self._token is not None and self._token.secret == refused.secret:
                self._token = None

    def _renewed(self, token: Token) -> Token:
        try:
            return self.instead_of(token)
        except GatewayError:
            # The old one lives still: ask again in a while, and let the request go on.
            patient = replace(token, renew_at=self._clock.now() + _AGAIN)
            with self._lock:
                if self._token is token:
                    self._token = patient
            return patient

    def _settle(self, pending: Future[Token], newest: Token | None) -> None:
        try:
            token = self._make(newest)
        except BaseException as mishap:  # noqa: BLE001 - not caught: handed to every thread that waits
            with self._lock:
                self._pending = None
            pending.set_exception(mishap)
            return
        with self._lock:
            self._token, self._pending = token, None
        pending.set_result(token)
