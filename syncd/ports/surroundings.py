"""The doors to what is around: time, secrets."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Time, and waiting."""

    def now(self) -> datetime:
        """Wall time, aware, UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that never go back."""
        ...

    def wait(self, span: timedelta) -> bool:
        """Wait, or return early with True when the program is to stop."""
        ...


class Secrets(Protocol):
    """Where an account's password comes from; read anew at each call."""

    def password(self) -> str:
        """The password. Raises: ConfigError naming the key."""
        ...
