"""The token of one login: asked for once, whoever needs it, and renewed before it ends."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from syncd.errors import GatewayError
from syncd.ports.surroundings import Clock

_AGAIN = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What a log-in gave. `renew_at` is the middle of its life; the gateway's word ends it."""

    secret: str = field(repr=False)
    renew_at: datetime
    expires_at: datetime


class Tokens:
    """Keeps one token. Safe for threads: one log-in at a time, its outcome is everybody's.

    No lock is held while it lasts; those who come meanwhile wait for the same outcome.
    """

    def __init__(self, *, log_in: Callable[[], Token], clock: Clock) -> None:
        self._log_in = log_in
        self._clock = clock
        self._lock = threading.Lock()
        self._token: Token | None = None
        self._pending: Future[Token] | None = None

    def current(self) -> Token:
        """The token in hand, renewed at half of its life.

        Raises: what the log-in raises, when there is no token that lives.
        """
        token, now = self._token, self._clock.now()
        if token is None or now >= token.expires_at:
            return self.instead_of(token)
        if now >= token.renew_at:
            return self._renewed(token)
        return token

    def instead_of(self, refused: Token | None) -> Token:
        """A token other than the refused one: a newer one in hand, else that of one new log-in for all."""
        with self._lock:
            newest = self._token
            if newest is not None and (refused is None or newest.secret != refused.secret):
                return newest
            pending, is_ours = self._pending, self._pending is None
            if pending is None:
                pending = self._pending = Future()
        if is_ours:
            self._settle(pending)
        return pending.result()

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

    def _settle(self, pending: Future[Token]) -> None:
        try:
            token = self._log_in()
        except BaseException as mishap:  # noqa: BLE001 - not caught: handed to every thread that waits
            with self._lock:
                self._pending = None
            pending.set_exception(mishap)
            return
        with self._lock:
            self._token, self._pending = token, None
        pending.set_result(token)
