"""Sessions with an ECGrid, for the tests of logging in."""

from __future__ import annotations

from syncd.core.window import Use
from syncd.gateways.session import Session
from syncd.gateways.wire import Request
from syncd.sandbox import ECGridSandbox
from tests.gateways.parts import SHORT, HandClock, MachineClock, Password, ecgrid_session, jwt

GET = Request(method="GET", path="/users/me")
POST = Request(method="POST", path="/parcels/cancel/1", body=(b"x" * 1000,), use=Use.SEND)
TOKENS = {"accessToken": "access-token-one", "refreshToken": "refresh-token-one"}


def by_password(
    url: str, *, clock: MachineClock | HandClock | None = None, password: Password | None = None
) -> Session:
    clock = clock or MachineClock()
    secret = password or Password("YOUR_PASSWORD")
    return ecgrid_session(url, clock=clock, log_in=jwt(clock), secret=secret, timeouts=SHORT)


def operations(box: ECGridSandbox) -> list[str]:
    return [request.operation for request in box.ledger.requests]
