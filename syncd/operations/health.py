"""What machines ask a running daemon: whether it lives, and whether each job does its work."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from syncd.core.freshness import JobHealth


class Vitals(Protocol):
    """A running daemon, as those see it who watch. Safe for threads, and cheap."""

    def is_alive(self) -> bool:
        """Whether every part of it beats, whatever the gateways do."""
        ...

    def jobs(self) -> Sequence[JobHealth]:
        """How each job of each account stands."""
        ...
