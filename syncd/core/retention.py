"""How long what is settled is kept, before it is removed."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """What `[retention]` says: a span since a message was settled; None: for ever."""

    sent: timedelta | None = None
    failed: timedelta | None = None
    history: timedelta | None = None
    at_gateway: timedelta | None = None

    @property
    def is_set(self) -> bool:
        """Whether anything is ever removed."""
        return any(getattr(self, field.name) is not None for field in fields(self))
