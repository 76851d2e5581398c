"""What comparing needs: the doors of one account, and what the flows can heal by themselves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Protocol

from syncd.core.account import Account
from syncd.core.events import Event
from syncd.core.model import Message, Place
from syncd.errors import CannotAct
from syncd.operations.verifying_report import Finding, Kind
from syncd.ports import Clock, Gateway, Inbox, Outbox, Records
from syncd.ports.survey import Survey

Step = tuple[Message, Event]


class Heal(Enum):
    """What the flows do at the start of a pass, and a repair does at once; in this order."""

    ADDRESSES = "learn stations and partners, which tell the folders of pairs"
    OUTBOUND = "finish claims and renames"
    STRANGERS = "hold what stands in queued/ without a row"
    EMPTIED = "hold what was staged when its staging folder went"


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One account's doors. `alone` keeps every flow of the account from moving files meanwhile.

    `record` stores events in one transaction; `by` names the person who repairs.
    """

    account: Account
    gateway: Gateway
    records: Records
    inbox: Inbox
    outbox: Outbox
    survey: Survey
    clock: Clock
    record: Callable[[Sequence[Step]], Sequence[Message]]
    check_root: Callable[[], None]
    heal: Callable[[Heal], None]
    alone: Callable[[], AbstractContextManager[None]]
    by: str = ""


def refuse_to_hang_on(desk: Desk) -> None:
    """Raises: CannotAct when the program is to stop."""
    if desk.clock.wait(timedelta()):
        raise CannotAct("syncd is ending", "Run `syncd verify` again when it runs.")


def of_message(
    desk: Desk, kind: Kind, row: Message, what: str, remedy: str, *, place: Place | None, repair: bool = True
) -> Finding:
    """A finding about a message."""
    return Finding(
        account=desk.account.name,
        kind=kind,
        what=what,
        remedy=remedy,
        place=desk.account.root / place if place else None,
        id=row.id,
        message_id=row.message_id,
        can_repair=repair,
    )


def of_place(
    desk: Desk,
    kind: Kind,
    place: Place,
    what: str,
    remedy: str,
    *,
    repair: bool = False,
    is_note: bool = False,
) -> Finding:
    """A finding about something that stands somewhere, and belongs to no message."""
    return Finding(
        account=desk.account.name,
        kind=kind,
        what=what,
        remedy=remedy,
        place=desk.account.root / place,
        can_repair=repair,
        is_note=is_note,
    )


class Suspect(Protocol):
    """Something that did not agree when it was seen in passing, while the flows went on."""

    @property
    def heal(self) -> Heal | None:
        """What the flows do about it; None: only `repair` does something."""
        ...

    def look(self, desk: Desk) -> Finding | None:
        """Look once more; None when it does agree. Raises: FolderError."""
        ...

    def repair(self, desk: Desk) -> Sequence[Step]:
        """Repair what is repaired on disk; returns what is to be recorded. Safe to repeat.

        Raises: FolderError.
        """
        ...
