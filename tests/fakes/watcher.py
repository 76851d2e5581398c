"""A watcher that is told of changes by the test's hand."""

from __future__ import annotations

from collections.abc import Callable

from syncd.ports.folders import WatchMode


class FakeWatcher:
    """Rings on `notice`, while it watches. `obstacle`: why it cannot, from the next refresh on."""

    def __init__(self, *, ring: Callable[[], None]) -> None:
        self.obstacle: str | None = None
        self.refreshed = 0
        self._ring = ring
        self._is_started = False
        self._mode = NOT_STARTED

    @property
    def mode(self) -> WatchMode:
        return self._mode

    def start(self) -> None:
        self._is_started = True
        self.refresh()

    def refresh(self) -> None:
        if not self._is_started:
            return
        self.refreshed += 1
        self._mode = WatchMode(watches=self.obstacle is None, reason=self.obstacle or "")

    def stop(self) -> None:
        self._is_started = False
        self._mode = NOT_STARTED

    def notice(self) -> None:
        """Something changed in an outbox."""
        if self._mode.watches:
            self._ring()


NOT_STARTED = WatchMode(watches=False, reason="it is not started")
