"""Our errors over the control socket: by the name of their class, with all that they say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from syncd import errors
from syncd.errors import CannotAct, ConfigError, GatewayError, Problem, SyncdError, TryLater


@dataclass(frozen=True, slots=True, kw_only=True)
class Mishap:
    """An error as it travels; the last five are for the classes that have them."""

    kind: str
    what: str
    remedy: str = ""
    problems: tuple[Problem, ...] = ()
    request: str = ""
    status: int | None = None
    detail: str = ""
    retry_after: timedelta | None = None


def packed(error: SyncdError) -> Mishap:
    """The error, to be sent."""
    names = ("problems", "request", "status", "detail", "retry_after")
    more = {name: getattr(error, name) for name in names if hasattr(error, name)}
    return Mishap(kind=type(error).__name__, what=error.what, remedy=error.remedy, **more)


def unpacked(mishap: Mishap) -> SyncdError:
    """The error, to be raised again; a class that is not known here becomes CannotAct."""
    kind = getattr(errors, mishap.kind, None)
    if not isinstance(kind, type) or not issubclass(kind, SyncdError):
        return CannotAct(mishap.what, mishap.remedy)
    if issubclass(kind, ConfigError):
        return kind(mishap.problems)
    if not issubclass(kind, GatewayError):
        return kind(mishap.what, mishap.remedy)
    error = kind(
        mishap.what,
        request=mishap.request,
        status=mishap.status,
        detail=mishap.detail,
        remedy=mishap.remedy,
    )
    if isinstance(error, TryLater):
        error.retry_after = mishap.retry_after
    return error
