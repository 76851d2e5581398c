"""One line of the table at the end."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What the sandbox (or the ERP) counts, and what stands here."""

    what: str
    there: int
    here: int | None
    """None: this side has nothing to count."""
    agrees: bool
    unit: str = "messages"
    notes: tuple[str, ...] = ()
    account: str = ""
