"""A time at a gateway of which a person asks for what was received, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from syncd.core.shown import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From `since` on, before `until`, by the gateway's clock. `again`: also what was received here."""

    since: datetime
    until: datetime
    again: bool = False

    def has(self, record: Record) -> bool:
        """Whether an entry is of this time."""
        return record.persisted_at is not None and self.since <= record.persisted_at < self.until

    def parts(self, longest: timedelta | None) -> Iterator[tuple[datetime, datetime]]:
        """The span in parts that one list can show, the newest first."""
        end = self.until
        while end > self.since:
            begin = max(self.since, end - longest) if longest else self.since
            yield begin, end
            end = begin


@dataclass(frozen=True, slots=True, kw_only=True)
class Refetched:
    """What the gateway of an account has of a span: to be fetched, or asked for by now.

    `missing`: not here, and never was; `received`: received here before; `under_way`: on its way in, or held.
    `oldest` and `newest` are times of what is fetched.
    """

    account: str
    missing: int = 0
    received: int = 0
    under_way: int = 0
    oldest: datetime | None = None
    newest: datetime | None = None


def command(account: str, oldest: datetime, newest: datetime) -> str:
    """What a person types to have the messages from the one time to the other, both of them included."""
    until = newest + timedelta(minutes=1)
    form = "%Y-%m-%dT%H:%MZ"
    times = [f"{at.astimezone(UTC):{form}}" for at in (oldest, until)]
    return f"syncd refetch --since {times[0]} --until {times[1]} --account {account}"
