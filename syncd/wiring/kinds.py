"""What each kind of gateway needs; imported when an account is of that kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from syncd.gateways.log_in import LogIn
from syncd.gateways.session import Session
from syncd.gateways.timeouts import Timeouts
from syncd.gateways.voice import Voice, message_voice
from syncd.ports import Clock, Gateway

if TYPE_CHECKING:
    from syncd.config import Credentials


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What one kind of gateway needs."""

    gateway: Callable[[Session], Gateway]
    log_in: Callable[[Credentials, Clock], LogIn]
    voice: Voice = message_voice
    timeouts: Timeouts | None = None
    anonymous_per_minute: int | None = None
    """Requests without a log-in, where they are counted apart."""


def _as2gateway() -> Kind:
    from syncd.gateways.as2gateway import AS2Gateway, As2LogIn  # noqa: PLC0415 - as the module says

    def log_in(credentials: Credentials, clock: Clock) -> LogIn:
        return As2LogIn(username=credentials.username or "", clock=clock)

    return Kind(gateway=AS2Gateway, log_in=log_in)


def _ecgrid() -> Kind:
    from syncd.gateways.ecgrid import ApiKeyLogIn, ECGrid, JwtLogIn, voice  # noqa: PLC0415 - as above

    def log_in(credentials: Credentials, clock: Clock) -> LogIn:
        if credentials.username is None:
            return ApiKeyLogIn(place=credentials.place)
        return JwtLogIn(username=credentials.username, clock=clock)

    return Kind(
        gateway=ECGrid,
        log_in=log_in,
        voice=voice,
        # A large parcel is one text, which is taken apart before there is an answer.
        timeouts=Timeouts(read=timedelta(seconds=120), transfer=timedelta(seconds=600)),
        anonymous_per_minute=40,
    )


KINDS = {"as2gateway": _as2gateway, "ecgrid": _ecgrid}
"""By the account's `gateway`: the one place where the name counts."""
