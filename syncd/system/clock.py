"""The machine's clock, with waits that end when the program is to stop."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta


class SystemClock:
    """Time as the machine tells it. Setting `stop` ends every wait, in every thread."""

    def __init__(self, stop: threading.Event | None = None) -> None:
        self._stop = stop or threading.Event()

    def now(self) -> datetime:
        """Wall time, aware, UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds that never go back."""
        return time.monotonic()

    def wait(self, span: timedelta) -> bool:
        """Wait, or return early with True when the program is to stop."""
        return self._stop.wait(max(0.0, span.total_seconds()))
