"""A sliding window over the requests of each login."""

from __future__ import annotations

from collections import defaultdict, deque


class Throttle:
    """So many admitted requests in any window, per login; refused ones do not count."""

    def __init__(self, *, requests: int, window_s: float) -> None:
        self._requests = requests
        self._window_s = window_s
        self._admitted: defaultdict[str, deque[float]] = defaultdict(deque)

    def admit(self, login: str, now: float) -> float:
        """Take a place and give 0.0, or give the seconds until one is free."""
        admitted = self._admitted[login]
        while admitted and admitted[0] <= now - self._window_s:
            admitted.popleft()
        if len(admitted) < self._requests:
            admitted.append(now)
            return 0.0
        return admitted[0] + self._window_s - now
