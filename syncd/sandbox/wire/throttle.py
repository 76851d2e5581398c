"""Sliding windows over requests, and how a gateway keeps to them."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass
from typing import Protocol

from syncd.sandbox.wire.exchange import Headers, Request


class Throttle:
    """So many admitted requests in any window, per login; refused ones do not count."""

    def __init__(self, *, requests: int, window_s: float) -> None:
        self.requests = requests
        self.window_s = window_s
        self._admitted: defaultdict[str, deque[float]] = defaultdict(deque)

    def admit(self, login: str, now: float) -> float:
        """Take a place and give 0.0, or give the seconds until one is free."""
        admitted = self._within(login, now)
        if len(admitted) < self.requests:
            admitted.append(now)
            return 0.0
        return admitted[0] + self.window_s - now

    def left(self, login: str, now: float) -> int:
        """Count the free places."""
        return self.requests - len(self._within(login, now))

    def frees_in(self, login: str, now: float) -> float:
        """Give the seconds until a taken place is free again, 0.0 when none is taken."""
        admitted = self._within(login, now)
        return admitted[0] + self.window_s - now if admitted else 0.0

    def _within(self, login: str, now: float) -> deque[float]:
        admitted = self._admitted[login]
        while admitted and admitted[0] <= now - self.window_s:
            admitted.popleft()
        return admitted


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """What a limit says to a request."""

    wait_s: float
    """0.0: come in."""
    headers: Headers = ()
    """Told with every answer."""


class Limit(Protocol):
    """How many requests a gateway takes."""

    def admit(self, request: Request, *, login: str, now: float) -> Admission:
        """Take a place, or say when one is free; now is monotonic."""


class PerLogin:
    """One window for each login, and not a word about it unless it is full."""

    def __init__(self, throttle: Throttle) -> None:
        self._throttle = throttle

    def admit(self, request: Request, *, login: str, now: float) -> Admission:  # noqa: ARG002 - as Limit has it
        """Take a place in the login's window."""
        return Admission(wait_s=self._throttle.admit(login, now))
