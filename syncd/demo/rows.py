"""What `syncd list --json` and `syncd status --json` say, as far as the demo reads them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from syncd.demo.disk import AUTO


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One message of the list."""

    account: str
    direction: str
    state: str
    phase: str | None
    pair_folder: str
    message_id: str | None
    files: tuple[tuple[str, str | None, Path | None], ...]
    """Name, sha256 (None: it was never read for sending) and path of each file."""
    reason: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The files' names."""
        return tuple(name for name, _, _ in self.files)


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How the bridge says that it is, with one account."""

    pid: int | None
    """None: no daemon runs."""
    watching: str
    counts: Mapping[str, int]
    """How many messages are in each state."""
    troubles: tuple[str, ...]

    @property
    def is_calm(self) -> bool:
        """Whether nothing is on its way, and nothing in trouble."""
        moving = self.counts.get("queued", 0) + self.counts.get("arriving", 0)
        return not (moving or self.troubles)


def parse(text: str) -> tuple[Row, ...]:
    """The rows from what the command printed. Raises: ValueError."""
    return tuple(_row(words) for words in json.loads(text))


def _row(words: Mapping[str, Any]) -> Row:
    ids = (words["station"], words["partner"])
    return Row(
        account=words["account"],
        direction=words["direction"],
        state=words["state"],
        phase=words["phase"],
        pair_folder=AUTO if ids == (AUTO, AUTO) else "/".join(ids),
        message_id=words["message_id"],
        files=tuple((one["name"], one["sha256"], _path(one["path"])) for one in words["files"]),
        reason=words["reason"],
    )


def _path(text: str | None) -> Path | None:
    return Path(text) if text else None


def parse_status(text: str) -> Mapping[str, Health]:
    """How the bridge is with each account, from what the command printed. Raises: ValueError."""
    words = json.loads(text)
    return {account["account"]: _health(account, pid=words["pid"]) for account in words["accounts"]}


def _health(account: Mapping[str, Any], *, pid: int | None) -> Health:
    return Health(
        pid=pid,
        watching=account["watching"],
        counts=account["counts"],
        troubles=tuple(f"{each['job']}: {each['what']}" for each in account["troubles"]),
    )
