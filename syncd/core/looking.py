"""What people look for among the messages, and what they read of the history of one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from syncd.core.model import Answer, Direction, Phase, State

WAITING, OVERDUE = "waiting", "overdue"
ACKNOWLEDGED = (WAITING, OVERDUE, *(answer.value for answer in Answer))
"""How a sent message may stand with its acknowledgement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What `list` asks for; None or empty: any. Times compare with `created`; `name` is a glob.

    `document` is a kind of business documents; `control` a number of one, of its group or its interchange,
    compared without leading zeros. Of both, one document has to fit both.
    """

    account: str | None = None
    direction: Direction | None = None
    states: tuple[State, ...] = ()
    station: str | None = None
    partner: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    name: str | None = None
    document: str | None = None
    control: str | None = None
    acknowledged: str | None = None
    """One of `ACKNOWLEDGED`; what is overdue is decided by the time `at`."""
    at: datetime | None = None
    attention: bool = False
    limit: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a message's history."""

    at: datetime
    kind: str
    state: State
    phase: Phase | None
    text: str
    by: str = ""
