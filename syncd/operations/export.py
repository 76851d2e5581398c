"""The history of all messages as entries for other programs, read in parts: it may be longer than memory."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from syncd.core.looking import Line
from syncd.core.model import Message
from syncd.ports import Records

AT_ONCE = 500
"""Messages that are in memory together, of each account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line of history and the message that it is about, as scripts see both: keys are added, never renamed.

    State and phase are those after the line; the rest of the message is as it stands now.
    """

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
    files: tuple[str, ...]
    at: datetime
    kind: str
    text: str
    by: str


def entries(
    records: Records, accounts: Sequence[str], *, since: datetime | None = None, until: datetime | None = None
) -> Iterator[Entry]:
    """The lines from `since` on and before `until`, message by message.

    The oldest message is first, and of each message the oldest line.
    """
    told = [_told(records, account, since) for account in accounts]
    for message, history in heapq.merge(*told, key=lambda each: each[0].created):
        for line in history:
            if (since is None or line.at >= since) and (until is None or line.at < until):
                yield _entry(message, line)


def _told(records: Records, account: str, since: datetime | None) -> Iterator[tuple[Message, Sequence[Line]]]:
    """Every message of an account that has a line from `since` on, with its whole history."""
    last = None
    while part := records.part(account, after=last, limit=AT_ONCE, since=since):
        last = part[-1].id
        histories = records.histories([message.id for message in part])
        for message in part:
            yield message, histories.get(message.id, ())


def _entry(message: Message, line: Line) -> Entry:
    return Entry(
        id=message.id,
        account=message.account,
        gateway=message.gateway,
        direction=message.direction,
        state=line.state,
        phase=line.phase,
        station=message.pair.station,
        partner=message.pair.partner,
        partner_type=message.pair.partner_type,
        message_id=message.message_id,
        files=tuple([file.name for file in message.files]),
        at=line.at,
        kind=line.kind,
        text=line.text,
        by=line.by,
    )
