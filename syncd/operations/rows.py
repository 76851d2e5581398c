"""Messages as scripts see them: what `list`, `find` and `show` answer with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from syncd.core.looking import Line
from syncd.core.model import Attempt, Mdn


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRow:
    """One file of a message; `path` is where it stands (None: nowhere that a person may use)."""

    name: str
    size: int
    sha256: str | None
    path: Path | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRow:
    """A business document: its kind and numbers, and what its envelopes say of it."""

    standard: str
    kind: str
    control: str
    group: str
    group_kind: str
    interchange: str
    sender: str
    receiver: str
    is_test: bool
    verdict: str | None = None
    """What the partner's acknowledgement says of it."""
    note: str = ""
    answered_by: str | None = None
    """The message with that acknowledgement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A message as scripts see it: keys are added, never renamed."""

    id: str
    account: str
    gateway: str
    direction: str
    state: str
    phase: str | None
    station: str
    partner: str
    partner_type: str
    message_id: str | None
    subject: str | None
    batch: str | None
    files: tuple[FileRow, ...]
    created: datetime
    updated: datetime
    next: datetime | None
    reason: str | None
    mdn: Mdn | None
    deleted: datetime | None
    """When its entry at the gateway was deleted, at our word."""
    kinds: Mapping[str, int] = field(default_factory=dict)
    """How many business documents of each kind its files have."""
    documents: tuple[DocumentRow, ...] = ()
    """The first of them, where messages are asked for."""
    documents_more: int = 0
    """How many more there are."""
    acknowledged: str | None = None
    """What the partner's acknowledgements say of all of them, as soon as they do; or settled by a person."""
    acknowledge_by: datetime | None = None
    """Until when they were to come."""
    resend_of: str | None = None
    """The message whose file it sends again."""
    verdicts: tuple[str, ...] = ()
    """What `resolve` takes of it while it is held."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole(Row):
    """A message with all that is known of it; the history is oldest first."""

    comes_next: str
    """What comes next, in words, with what to type."""
    attempts: tuple[Attempt, ...]
    history: tuple[Line, ...]
