"""The rate limit of the vendor's page: one window per key or user, one per source for everybody else."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil

from syncd.sandbox.clock import Clock
from syncd.sandbox.ecgrid.switches import ECGridSwitches
from syncd.sandbox.ecgrid.world import ECGridTiming
from syncd.sandbox.wire.exchange import Headers, Request
from syncd.sandbox.wire.throttle import Admission, Throttle


class Quota:
    """Counts requests, and tells in every answer where the window stands."""

    def __init__(
        self,
        timing: ECGridTiming,
        *,
        clock: Clock,
        window: Callable[[Request], str | None],
        switches: Callable[[], ECGridSwitches],
    ) -> None:
        length_s = timing.rate_window_s
        self._known = Throttle(requests=timing.rate_requests, window_s=length_s)
        self._anonymous = Throttle(requests=timing.anonymous_requests, window_s=length_s)
        self._clock = clock
        self._window = window
        self._switches = switches

    def admit(self, request: Request, *, login: str, now: float) -> Admission:  # noqa: ARG002 - as Limit has it
        """Take a place in the window of the key, of the token's user, or of the source's address."""
        window = self._window(request)
        throttle = self._anonymous if window is None else self._known
        name = request.peer if window is None else window
        wait_s = throttle.admit(name, now)
        return Admission(wait_s=wait_s, headers=self._headers(throttle, name, now))

    def _headers(self, throttle: Throttle, name: str, now: float) -> Headers:
        reading = self._switches().rate_reset
        if reading == "none":
            return ()
        frees_in_s = throttle.frees_in(name, now)
        reset = ceil(frees_in_s + (self._clock.now() if reading == "epoch" else 0.0))
        return (
            ("X-RateLimit-Limit", str(throttle.requests)),
            ("X-RateLimit-Remaining", str(throttle.left(name, now))),
            ("X-RateLimit-Reset", str(reset)),
        )
