"""What `syncd check` says of a set-up, one line for each thing that was tried."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckLine:
    """One thing that was tried.

    `ok` is None when it could not be tried, or is only worth knowing; `remedy` is what to type or do.
    """

    account: str | None
    name: str
    ok: bool | None
    what: str
    remedy: str = ""
