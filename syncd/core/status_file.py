"""Our own JSON file about a message, `<name>.syncd.json`: one object, keys that are never renamed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime

from syncd.core.model import Attempt, File, Mdn, Message

VERSION = 1


def render(message: Message) -> bytes:
    """The whole file, UTF-8, with a final line end."""
    return written(content(message))


def content(message: Message) -> dict[str, object]:
    """What the file says, key by key."""
    return {
        "version": VERSION,
        "id": message.id,
        "account": message.account,
        "gateway": message.gateway,
        "direction": message.direction,
        "station": message.pair.station,
        "partner": message.pair.partner,
        "partner_type": message.pair.partner_type,
        "message_id": message.message_id,
        "state": message.state,
        "phase": message.phase,
        "reason": message.reason,
        "subject": message.subject,
        "files": [_file(file) for file in message.files],
        "created": utc(message.created),
        "accepted_at": utc(message.accepted_at),
        "settled_at": utc(message.settled_at),
        "attempts": [_attempt(attempt) for attempt in message.attempts],
        "mdn": _mdn(message.mdn) if message.mdn else None,
    }


def written(told: Mapping[str, object]) -> bytes:
    """Such an object as bytes."""
    text = json.dumps(told, ensure_ascii=False, indent=2) + "\n"
    # A half character from outside becomes its JSON escape, by the very same letters.
    return text.encode("utf-8", "backslashreplace")


def is_ours(parsed: object) -> bool:
    """Whether parsed JSON is a status file of ours, of this version or another."""
    if not isinstance(parsed, dict):
        return False
    texts = ("id", "account", "direction", "station", "partner", "state")
    return (
        isinstance(parsed.get("version"), int)
        and all(isinstance(parsed.get(key), str) for key in texts)
        and isinstance(parsed.get("files"), list)
    )


def utc(moment: datetime | None) -> str | None:
    """ISO 8601 in UTC with a Z, to the millisecond; None stays None."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _file(file: File) -> dict[str, object]:
    return {"name": file.name, "size": file.size, "sha256": file.sha256}


def _attempt(attempt: Attempt) -> dict[str, object]:
    return {"at": utc(attempt.at), "outcome": attempt.outcome, "detail": attempt.detail}


def _mdn(mdn: Mdn) -> dict[str, object]:
    return {"status": mdn.status, "error": mdn.error, "content": mdn.content, "at": utc(mdn.at)}
