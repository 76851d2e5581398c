"""The search form: from a query string to a search and back, page by page.

A page ends at a message; the next one asks for what was created not after it, and skips the messages of that
very moment that were shown: those of one batch have one time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from urllib.parse import urlencode

from syncd.core.looking import ACKNOWLEDGED, Search
from syncd.core.model import Direction, State
from syncd.errors import UsageError
from syncd.operations.rows import Row

SHOWN = 50
_MOST_SKIPPED = 5000
_TICK = timedelta(microseconds=1)
FIELDS = (
    *("name", "partner", "station", "account", "state", "direction"),
    *("since", "until", "document", "control", "acknowledged", "attention"),
)
_CHOICES: Mapping[str, frozenset[str]] = {
    "state": frozenset(State),
    "direction": frozenset(Direction),
    "acknowledged": frozenset(ACKNOWLEDGED),
    "attention": frozenset({"yes"}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the form has, as it was written, and where the page begins."""

    written: Mapping[str, str]
    before: datetime | None = None
    skip: int = 0

    @property
    def is_first(self) -> bool:
        """Whether this is the newest page."""
        return self.before is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One page of messages; `older` is the query string of the next one, or nothing."""

    rows: tuple[Row, ...]
    older: str = ""


def read(query: Mapping[str, str]) -> Asked:
    """What a query string asks for. Raises: UsageError."""
    written = {field: query.get(field, "").strip() for field in FIELDS}
    before = query.get("before", "")
    skip = query.get("skip", "0")
    if not (skip.isascii() and skip.isdecimal() and int(skip[:5]) <= _MOST_SKIPPED):
        raise UsageError("skip is no number", "Begin at the first page.")
    asked = {field: text for field, text in written.items() if text}
    return Asked(written=asked, before=_exactly(before) if before else None, skip=int(skip[:5]))


def wanted(asked: Asked, zone: tzinfo, *, now: datetime, limit: int = SHOWN) -> Search:
    """The search, for one message more than a page has. Raises: UsageError."""
    told = asked.written
    until = _day(told["until"], "until", zone, after=1) if "until" in told else None
    if asked.before is not None:
        until = min(until or asked.before + _TICK, asked.before + _TICK)
    return Search(
        account=told.get("account"),
        direction=Direction(told["direction"]) if _is_choice("direction", told) else None,
        states=(State(told["state"]),) if _is_choice("state", told) else (),
        station=told.get("station"),
        partner=told.get("partner"),
        since=_day(told["since"], "since", zone) if "since" in told else None,
        until=until,
        name=_glob(told["name"]) if "name" in told else None,
        document=told.get("document"),
        control=told.get("control"),
        acknowledged=told["acknowledged"] if _is_choice("acknowledged", told) else None,
        at=now,
        attention=_is_choice("attention", told),
        limit=limit + asked.skip + 1,
    )


def page_of(asked: Asked, rows: Sequence[Row], *, limit: int = SHOWN) -> Found:
    """The page that was asked for, and how to ask for the one after it."""
    here = tuple(rows[asked.skip : asked.skip + limit])
    if len(rows) <= asked.skip + limit or not here:
        return Found(rows=here)
    last = here[-1].created
    of_that_time = sum(row.created == last for row in rows[: asked.skip + limit])
    more = {"before": last.astimezone(UTC).isoformat(timespec="microseconds"), "skip": str(of_that_time)}
    return Found(rows=here, older=urlencode({**asked.written, **more}, errors="replace"))


def _is_choice(field: str, told: Mapping[str, str]) -> bool:
    if field not in told:
        return False
    if told[field] not in _CHOICES[field]:
        raise UsageError(f"{field} is none of {', '.join(sorted(_CHOICES[field]))}", "Choose one of them.")
    return True


def _glob(name: str) -> str:
    """A part of a name, unless it is a pattern already."""
    return name if any(mark in name for mark in "*?") else f"*{name}*"


def _day(text: str, field: str, zone: tzinfo, *, after: int = 0) -> datetime:
    try:
        day = date.fromisoformat(text) + timedelta(days=after)
    except (ValueError, OverflowError):
        raise UsageError(f"{field} is no date", "Write it like 2026-01-31.") from None
    if not 1970 <= day.year <= 9000:
        raise UsageError(f"{field} is no date", "Write it like 2026-01-31.")
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _exactly(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = datetime.min  # noqa: DTZ901 - refused below
    if at.tzinfo is None or not 1970 <= at.year <= 9000:
        raise UsageError("before is no time", "Begin at the first page.")
    return at
