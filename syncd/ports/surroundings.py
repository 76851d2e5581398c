"""The doors to what is around: time, secrets, people."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

from syncd.ports.store import Telling


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


class Notifier(Protocol):
    """Tells a person."""

    def tell(self, telling: Telling) -> None:
        """Deliver one telling; raises when it could not, and is asked again later."""
        ...
