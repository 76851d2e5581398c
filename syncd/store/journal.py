"""The door that writes: rows, history lines, tellings and counts, in one transaction a call."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from syncd.core.events import Event
from syncd.core.history import Channel, line, news
from syncd.core.machine import Spot
from syncd.core.model import Message, MessageId, Phase, State
from syncd.errors import StateBroken
from syncd.ports.store import Change, Draft, Told
from syncd.store import dialect, filing, rows, schema, tellings
from syncd.store.ids import Ids
from syncd.store.writer import Writer

AT_ONCE = 500
"""Values in one IN (…)."""

_CHANGING = [
    column.name for column in schema.messages.c if column.name not in rows.NEVER_CHANGE | rows.WRITTEN_APART
]
_UPDATE = (
    sa.update(schema.messages)
    .where(schema.messages.c.number == sa.bindparam("its_number"))
    .values({name: sa.bindparam(name) for name in _CHANGING})
)
_m = schema.messages.c
_SPOTS = sa.select(_m.number, _m.state, _m.phase).where(
    _m.number.in_(sa.bindparam("numbers", expanding=True))
)
_LISTED_ANEW = frozenset({State.ARRIVING, State.HELD})
_LINE = sa.insert(schema.history)
_NAME = dialect.insert_or_ignore(schema.names)
_PAIR = dialect.insert_or_ignore(schema.pairs)
_TALLY = dialect.insert_or_add(schema.tallies, "messages")
_FACT = dialect.insert_or_replace(schema.facts, "value")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """One event with what the bookkeeping needs of it; `before` is None for a new message.

    `known` is the row as it was stored at some time before, if that is known.
    """

    number: int
    event: Event
    before: State | None
    after: Message
    known: Message | None = None


class SqlJournal:
    """Writes through the one writer. `tell`: who is told, and of what."""

    def __init__(self, writer: Writer, ids: Ids, *, tell: Sequence[Channel]) -> None:
        self._writer = writer
        self._ids = ids
        self._tell = tuple(tell)

    def open(self, drafts: Sequence[Draft]) -> tuple[Message, ...]:
        """Store new messages with their first history line; returns them with their ids.

        An inbound message that is known already (account, gateway's id, time of listing) is not stored
        again: it is returned as it is, and nothing is written for it.
        """
        if not drafts:
            return ()
        return self._writer.do(lambda connection: self._open(connection, drafts))

    def write(self, changes: Sequence[Change]) -> None:
        """Store rows, their history lines and what is to be told about them, all or nothing.

        Raises: StateBroken when one of the messages is not in the database.
        """
        if changes:
            self._writer.do_all(self._write, changes)

    def remember(self, account: str, facts: Mapping[str, str | None]) -> None:
        """Store facts of an account (None: forget)."""
        if facts:
            self._writer.do(lambda connection: _remember(connection, account, facts))

    def told(self, outcomes: Sequence[Told], *, at: datetime) -> None:
        """Store what came of tellings, with the history lines; to say so twice adds no more than a line."""
        if outcomes:
            self._writer.do(lambda connection: self._told(connection, outcomes, at))

    def forget(self, account: str, messages: Sequence[Message], facts: Mapping[str, str | None]) -> int:
        """Remove messages with all that belongs to them, and store facts; returns how many."""
        wanted = {self._number(message.id): message for message in messages}
        return self._writer.do(lambda connection: _forget(connection, account, wanted, facts))

    def _open(self, connection: Connection, drafts: Sequence[Draft]) -> tuple[Message, ...]:
        known = self._known(connection, drafts)
        number = _take_numbers(connection, len(drafts))
        opened: list[Message] = []
        entries: list[_Entry] = []
        for draft in drafts:
            key = rows.inbound_key(draft.message)
            if key in known:
                opened.append(known[key])
                continue
            number += 1
            message = replace(draft.message, id=self._ids.encode(number))
            opened.append(message)
            entries.append(_Entry(number=number, event=draft.event, before=None, after=message))
            if key is not None:
                known[key] = message
        if entries:
            columns = [rows.values(entry.after, entry.number) for entry in entries]
            connection.execute(sa.insert(schema.messages), columns)
            self._record(connection, entries)
        return tuple(opened)

    def _known(
        self, connection: Connection, drafts: Sequence[Draft]
    ) -> dict[rows.InboundKey | None, Message]:
        keys = {rows.inbound_key(draft.message) for draft in drafts}
        wanted = [key[1] for key in keys if key is not None]
        known: dict[rows.InboundKey | None, Message] = {}
        for start in range(0, len(wanted), AT_ONCE):
            bare_id = schema.messages.c.bare_id
            query = sa.select(schema.messages).where(
                schema.INBOUND, bare_id.in_(wanted[start : start + AT_ONCE])
            )
            found = (rows.message(row, self._ids) for row in connection.execute(query))
            known.update((rows.inbound_key(message), message) for message in found)
        return known

    def _write(self, connection: Connection, changes: Sequence[Change]) -> None:
        numbers = {change.after.id: self._number(change.after.id) for change in changes}
        spots = _spots(connection, list(numbers.values()))
        latest: dict[int, Message] = {}
        entries: list[_Entry] = []
        for change in changes:
            number = numbers[change.after.id]
            if number not in spots:
                raise _unknown(change.after.id)
            state, phase = spots[number]
            after = change.after
            if filing.is_answer(change.event):
                after = replace(after, state=state, phase=phase)
            else:
                latest[number] = after
            entry = _Entry(number=number, event=change.event, before=state, after=after, known=change.before)
            entries.append(entry)
            spots[number] = (after.state, after.phase)
        if latest:
            connection.execute(_UPDATE, [_new_values(number, after) for number, after in latest.items()])
        filing.note_answers(connection, [(entry.number, entry.event, entry.after) for entry in entries])
        self._record(connection, entries)

    def _number(self, message_id: MessageId) -> int:
        number = self._ids.decode(message_id)
        if number is None:
            raise _unknown(message_id)
        return number

    def _record(self, connection: Connection, entries: Sequence[_Entry]) -> None:
        """All that goes with the rows; each kind in one statement."""
        _insert(connection, _LINE, [_line(entry) for entry in entries])
        _insert(connection, tellings.INSERT, self._tellings(entries))
        _insert(connection, _NAME, _names(entries))
        filing.file_documents(connection, [(entry.number, entry.event) for entry in entries])
        _insert(connection, _PAIR, _pairs(entries))
        _insert(connection, _TALLY, _tallies(entries))

    def _tellings(self, entries: Sequence[_Entry]) -> list[rows.Values]:
        made: list[rows.Values] = []
        for entry in entries:
            for channel in self._tell:
                kind = news(entry.event, before=entry.before, after=entry.after, channel=channel)
                if kind is not None:
                    made.append(tellings.values(entry.number, channel.name, kind, at=entry.after.updated))
        return made

    def _told(self, connection: Connection, outcomes: Sequence[Told], at: datetime) -> None:
        numbers = {told.telling.message.id: self._number(told.telling.message.id) for told in outcomes}
        spots = _spots(connection, list(numbers.values()))
        for told in outcomes:
            tellings.conclude(connection, numbers[told.telling.message.id], told)
        lines: list[rows.Values] = []
        for told in outcomes:
            number = numbers[told.telling.message.id]
            if told.text and number in spots:
                lines.append(_line_of_telling(number, told, spots[number], at=at))
        _insert(connection, _LINE, lines)


def _unknown(message_id: MessageId) -> StateBroken:
    return StateBroken(
        f"message {message_id!r} is not in the database", "Start syncd anew: it reads what there is"
    )


def _take_numbers(connection: Connection, count: int) -> int:
    """Make `count` numbers ours, for good; returns the one before the first."""
    last = schema.state.c.last_number
    taken = sa.update(schema.state).values(last_number=last + count).returning(last)
    now: int = connection.execute(taken).scalar_one()
    return now - count


def _spots(connection: Connection, numbers: Sequence[int]) -> dict[int, Spot]:
    """State and phase of these messages, as far as they are there."""
    spots: dict[int, Spot] = {}
    for start in range(0, len(numbers), AT_ONCE):
        some = {"numbers": numbers[start : start + AT_ONCE]}
        for row in connection.execute(_SPOTS, some):
            spots[row.number] = (State(row.state), Phase(row.phase) if row.phase else None)
    return spots


def _new_values(number: int, after: Message) -> rows.Values:
    known = rows.values(after, number)
    return {"its_number": number, **{name: known[name] for name in _CHANGING}}


def _insert(connection: Connection, insert: sa.Insert, entries: Sequence[rows.Values | None]) -> None:
    there = [entry for entry in entries if entry is not None]
    if there:
        connection.execute(insert, there)


def _line(entry: _Entry) -> rows.Values | None:
    text = line(entry.event, entry.after)
    if text is None:
        return None
    after = entry.after
    return {
        "message": entry.number,
        "at": after.updated,
        "kind": entry.event.kind,
        "state": after.state.value,
        "phase": after.phase and after.phase.value,
        "text": text,
        "by": entry.event.by,
    }


def _line_of_telling(number: int, told: Told, spot: Spot, *, at: datetime) -> rows.Values:
    state, phase = spot
    return {
        "message": number,
        "at": at,
        "kind": told.telling.channel,
        "state": state.value,
        "phase": phase and phase.value,
        "text": told.text,
        "by": "",
    }


def _names(entries: Sequence[_Entry]) -> list[rows.Values]:
    """Those that are new; a name once stored stays. What is not received yet may be listed anew."""
    found: set[tuple[int, str]] = set()
    for entry in entries:
        is_stored = entry.known is not None and entry.known.state not in _LISTED_ANEW
        known = rows.names(entry.known) if entry.known and is_stored else frozenset()
        found.update((entry.number, name) for name in rows.names(entry.after) - known)
    return [{"message": number, "name": name} for number, name in sorted(found)]


def _pairs(entries: Sequence[_Entry]) -> list[rows.Values]:
    used = {
        (entry.after.account, entry.after.pair)
        for entry in entries
        if entry.known is None or entry.known.pair != entry.after.pair
    }
    return [
        {
            "account": account,
            "station": pair.station,
            "partner": pair.partner,
            "partner_type": pair.partner_type.value,
        }
        for account, pair in used
    ]


def _tallies(entries: Sequence[_Entry]) -> list[rows.Values]:
    moved: Counter[tuple[str, str, str]] = Counter()
    for entry in entries:
        after = entry.after
        moved[after.account, after.direction.value, after.state.value] += 1
        if entry.before is not None:
            moved[after.account, after.direction.value, entry.before.value] -= 1
    return _tally_rows(moved)


def _tally_rows(counts: Mapping[tuple[str, str, str], int], *, sign: int = 1) -> list[rows.Values]:
    return [
        {"account": account, "direction": direction, "state": state, "messages": sign * count}
        for (account, direction, state), count in counts.items()
        if count
    ]


def _forget(
    connection: Connection, account: str, wanted: Mapping[int, Message], facts: Mapping[str, str | None]
) -> int:
    """History, names and tellings go with the row that they belong to, at the database's own hand."""
    table = schema.messages
    columns = sa.select(table.c.number, table.c.updated).where(table.c.account == account)
    unchanged: list[int] = []
    numbers = sorted(wanted)
    for start in range(0, len(numbers), AT_ONCE):
        found = connection.execute(columns.where(table.c.number.in_(numbers[start : start + AT_ONCE])))
        unchanged += [row.number for row in found if row.updated == wanted[row.number].updated]
    lost = Counter((wanted[n].account, wanted[n].direction.value, wanted[n].state.value) for n in unchanged)
    _insert(connection, _TALLY, _tally_rows(lost, sign=-1))
    if unchanged:
        gone = sa.delete(table).where(table.c.number == sa.bindparam("its_number"))
        connection.execute(gone, [{"its_number": number} for number in unchanged])
    _remember(connection, account, facts)
    return len(unchanged)


def _remember(connection: Connection, account: str, facts: Mapping[str, str | None]) -> None:
    table = schema.facts
    known = [
        {"account": account, "key": key, "value": value} for key, value in facts.items() if value is not None
    ]
    forgotten = [key for key, value in facts.items() if value is None]
    _insert(connection, _FACT, known)
    for key in forgotten:
        connection.execute(sa.delete(table).where(table.c.account == account, table.c.key == key))
