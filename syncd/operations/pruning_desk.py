"""What retention needs of one account."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from syncd.core.account import Account
from syncd.core.events import Event
from syncd.core.model import Message
from syncd.core.retention import Retention
from syncd.errors import CannotAct, GatewayError
from syncd.ports import Clock, Outbox, Records
from syncd.ports.removal import Removal
from syncd.ports.survey import Survey

Step = tuple[Message, Event]


class Deleted(Protocol):
    """What came of deleting at the gateway: those that are, and what ended it early."""

    @property
    def deleted(self) -> Sequence[Message]:
        """The messages as they are after."""
        ...

    @property
    def trouble(self) -> GatewayError | None:
        """What is not deleted was not tried, or is needed there still."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One account's doors. `alone` keeps every flow of the account from moving files meanwhile.

    `record` stores events in one transaction; `forget` removes messages and stores facts, in one too.
    `delete_there` deletes at the gateway; None: it keeps everything. `now` is the time that ages are counted
    from. `by` names the person who prunes, and is empty for the daemon.
    """

    account: Account
    retention: Retention
    records: Records
    outbox: Outbox
    survey: Survey
    removal: Removal
    clock: Clock
    now: datetime
    record: Callable[[Sequence[Step]], Sequence[Message]]
    delete_there: Callable[[Sequence[Message]], Deleted] | None
    forget: Callable[[Sequence[Message], Mapping[str, str | None]], int]
    check_root: Callable[[], None]
    alone: Callable[[], AbstractContextManager[None]]
    by: str = ""


def refuse_to_hang_on(desk: Desk) -> None:
    """Raises: CannotAct when the program is to stop."""
    if desk.clock.wait(timedelta()):
        raise CannotAct("syncd is ending", "What is left is removed by the next `syncd prune --yes`.")
