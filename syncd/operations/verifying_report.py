"""What `syncd verify` found: one line for each thing on disk, in the database or at the gateway."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path


class Kind(StrEnum):
    """What is wrong, as scripts test it; may grow."""

    FILE_GONE = "file_gone"
    """A message is to have a file, and there is none at its place."""
    MOVE_UNFINISHED = "move_unfinished"
    STATUS_FILE = "status_file"
    """A status file is missing, or says something else than the database."""
    STATUS_ALONE = "status_alone"
    """A status file is left over, and describes nothing that is there."""
    FILE_UNKNOWN = "file_unknown"
    """A file in sent/, failed/ or held/ that belongs to no message."""
    STRANGER = "stranger"
    """A file in queued/ that belongs to no message."""
    STAGING_FOREIGN = "staging_foreign"
    STAGING_EMPTIED = "staging_emptied"
    """A message is staged, and its staging folder is gone."""
    SCRATCH = "scratch"
    UNCONFIRMED = "unconfirmed"
    """A message is in the inbox, and the gateway was not told so for long."""
    INBOX_CHANGED = "inbox_changed"
    """A file in the inbox is not, byte for byte, what was delivered."""
    UNREADABLE = "unreadable"
    NEVER_RECEIVED = "never_received"
    """A message is marked read at the gateway, and was not received here."""
    READ_BEFORE = "read_before"
    NOT_AT_GATEWAY = "not_at_gateway"
    DATABASE = "database"
    ACCOUNT_UNKNOWN = "account_unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that does not agree.

    `remedy` says what `--repair` does, or what a person may do; `can_repair`: the former. `is_note`: only
    worth knowing, it wants nothing. `trouble` says why a repair did not work. `id` is ours, `message_id`
    the gateway's.
    """

    account: str | None
    kind: Kind
    what: str
    remedy: str = ""
    place: Path | None = None
    id: str | None = None
    message_id: str | None = None
    can_repair: bool = False
    is_note: bool = False
    repaired: bool = False
    trouble: str = ""

    @property
    def is_open(self) -> bool:
        """Whether something is still wrong."""
        return not self.is_note and not self.repaired


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountVerified:
    """How far one account was looked at.

    `messages` were compared with the disk; `listed` at the gateway, back to `since` (None: it was not
    asked). `is_cut`: there is more than was looked at. `trouble` says what could not be asked.
    """

    account: str
    messages: int = 0
    listed: int = 0
    since: datetime | None = None
    is_cut: bool = False
    trouble: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """All that was found; `ok` when nothing is wrong, or not any more."""

    ok: bool
    repair: bool
    findings: tuple[Finding, ...]
    accounts: tuple[AccountVerified, ...]
