"""How a message stands, in the words of a table's last column: its reason, or its acknowledgement."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from syncd.operations.rows import Row

_NOT_ACCEPTED = {"rejected": "rejected by the partner", "partly": "rejected in part by the partner"}


def moment(at: datetime | None, zone: tzinfo) -> str:
    """A time on the configured clock."""
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S") if at else ""


def reason(row: Row, zone: tzinfo, *, now: datetime | None, with_due: bool) -> str:
    """Why it is as it is; of what was sent, that the partner did not accept it, or has yet to."""
    if row.reason is not None:
        return row.reason
    if row.acknowledged in _NOT_ACCEPTED:
        return _refused(row, _NOT_ACCEPTED[row.acknowledged])
    if now is None or row.acknowledge_by is None or (row.acknowledge_by > now and not with_due):
        return ""
    awaits = awaited(row, zone, now=now)
    return f"acknowledged {awaits}" if awaits else ""


def awaited(row: Row, zone: tzinfo, *, now: datetime) -> str:
    """Until when the acknowledgement of a sent message is to come, or was to; empty: none is awaited."""
    if row.acknowledged is not None or row.state != "sent" or row.acknowledge_by is None:
        return ""
    at = moment(row.acknowledge_by, zone)
    return f"not yet; to come by {at}" if row.acknowledge_by > now else f"not yet; overdue since {at}"


def _refused(row: Row, words: str) -> str:
    """With the first document that was not accepted, as far as it is known."""
    bad = next((each for each in row.documents if each.verdict in _NOT_ACCEPTED), None)
    if bad is None:
        return words
    return f"{words}: {bad.kind} {bad.control}{f' ({bad.note})' if bad.note else ''}"
