"""One request as those see it who count: how long it took, how it ended, how much went over the wire."""

from __future__ import annotations

from datetime import timedelta
from types import TracebackType
from typing import Self

import httpx

from syncd.errors import BadReply, Unanswered, Unreachable
from syncd.gateways.wire import Request
from syncd.ports.surroundings import Clock
from syncd.ports.traffic import Exchange, Traffic


class Observed:
    """Tells of a request when its block ends, whichever way."""

    def __init__(self, request: Request, *, traffic: Traffic, clock: Clock) -> None:
        self._request = request
        self._traffic = traffic
        self._clock = clock
        self._since_s = 0.0
        self._response: httpx.Response | None = None

    def __enter__(self) -> Self:
        self._since_s = self._clock.monotonic()
        return self

    def answered(self, response: httpx.Response) -> None:
        """An answer began."""
        self._response = response

    def __exit__(
        self, kind: type[BaseException] | None, mishap: BaseException | None, trace: TracebackType | None
    ) -> None:
        reached = not isinstance(mishap, Unreachable)
        exchange = Exchange(
            operation=self._request.operation,
            outcome=self._outcome(mishap),
            took=timedelta(seconds=self._clock.monotonic() - self._since_s),
            sent_bytes=self._request.body_bytes if reached else 0,
            received_bytes=self._response.num_bytes_downloaded if self._response else 0,
        )
        self._traffic.exchanged(exchange)

    def _outcome(self, mishap: BaseException | None) -> str:
        """Of few values, whatever the gateway says."""
        if self._response is None:
            return "unreachable" if isinstance(mishap, Unreachable) else "unanswered"
        status = self._response.status_code
        if isinstance(mishap, Unanswered) and mishap.status is None:
            return "unanswered"
        is_cut = isinstance(mishap, BadReply) and status in self._request.accepts
        return "broken" if is_cut or not 100 <= status <= 599 else str(status)
