"""What the gateways' tests are put together from: a real clock, a clock by hand, secrets, a session."""

from __future__ import annotations

import ssl
import threading
import time
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from syncd.gateways.as2gateway import AS2Gateway, As2LogIn
from syncd.gateways.ecgrid import ApiKeyLogIn, ECGrid, JwtLogIn, voice
from syncd.gateways.limiter import Limiter
from syncd.gateways.log_in import LogIn
from syncd.gateways.session import Session
from syncd.gateways.timeouts import Timeouts
from syncd.gateways.transport import tls_context
from syncd.ports.surroundings import Clock, Secrets
from syncd.ports.traffic import Traffic
from syncd.sandbox import ECGridSandbox, Sandbox

SHORT = Timeouts(
    connect=timedelta(seconds=2),
    read=timedelta(seconds=0.3),
    write=timedelta(seconds=2),
    pool=timedelta(seconds=2),
    total=timedelta(seconds=0.6),
    transfer=timedelta(seconds=0.6),
)


class MachineClock:
    """The machine's time; waiting can be ended."""

    def __init__(self) -> None:
        self.stop = threading.Event()

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def wait(self, span: timedelta) -> bool:
        return self.stop.wait(span.total_seconds())


class HandClock:
    """Moves on when somebody waits, and by hand. Safe for threads."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 21, 12, tzinfo=UTC)
        self.seconds = 1000.0
        self.is_stopping = False
        self._lock = threading.Lock()

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.seconds

    def wait(self, span: timedelta) -> bool:
        self.advance(span)
        return self.is_stopping

    def advance(self, span: timedelta) -> None:
        """Let that much time pass."""
        with self._lock:
            self.at += span
            self.seconds += span.total_seconds()


class Password:
    """A password that can be changed; counts how often it was read."""

    def __init__(self, text: str = "pazzword") -> None:
        self.text = text
        self.reads = 0

    def password(self) -> str:
        self.reads += 1
        return self.text


@cache
def _tls(ca_file: str | None) -> ssl.SSLContext:
    """Made once: reading the authorities costs more than most tests."""
    return tls_context(ca_file)


def limiter(clock: Clock, *, requests: int = 1000, file: Path | None = None) -> Limiter:
    return Limiter(requests=requests, per=timedelta(seconds=10), clock=clock, file=file)


def session(
    url: str,
    *,
    clock: Clock | None = None,
    password: Secrets | None = None,
    timeouts: Timeouts | None = None,
    limit: Limiter | None = None,
    ca_file: str | None = None,
    traffic: Traffic | None = None,
) -> Session:
    clock = clock or MachineClock()
    return Session(
        url=url,
        log_in=As2LogIn(username="email@domain.com", clock=clock),
        secrets=password or Password(),
        limiter=limit or limiter(clock),
        clock=clock,
        tls=_tls(ca_file),
        timeouts=timeouts,
        traffic=traffic,
    )


def as2_gateway(
    box: Sandbox, *, folder: Path | None = None, timeouts: Timeouts | None = None, clock: Clock | None = None
) -> AS2Gateway:
    file = None if folder is None else folder / "rate.json"
    clock = clock or MachineClock()
    limit = limiter(clock, file=file)
    return AS2Gateway(session(box.url, clock=clock, timeouts=timeouts, limit=limit))


API_KEY = "YOUR_API_KEY"


def jwt(clock: Clock) -> LogIn:
    return JwtLogIn(username="your.user@example.com", clock=clock)


def ecgrid_session(
    url: str,
    *,
    clock: Clock | None = None,
    log_in: LogIn | None = None,
    secret: Secrets | None = None,
    timeouts: Timeouts | None = None,
    limit: Limiter | None = None,
    address_limit: Limiter | None = None,
) -> Session:
    """By API key unless told."""
    clock = clock or MachineClock()
    return Session(
        url=url,
        log_in=log_in or ApiKeyLogIn(place="accounts.acme.api_key"),
        secrets=secret or Password(API_KEY),
        limiter=limit or limiter(clock),
        address_limiter=address_limit or limiter(clock),
        clock=clock,
        tls=_tls(None),
        voice=voice,
        timeouts=timeouts,
    )


def ecgrid(box: ECGridSandbox, *, timeouts: Timeouts | None = None, clock: Clock | None = None) -> ECGrid:
    return ECGrid(ecgrid_session(box.url, clock=clock, timeouts=timeouts))
