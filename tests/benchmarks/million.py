"""A state with a million messages, made in bulk: for timing what a person and a pass ask of it.

Names, pairs and states are as in a company with two stations at three accounts and two hundred partners.
The last partner sent nothing in the last year; the first one always sends `orders.edi`.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from syncd.core.model import GatewayId, Pair, Phase, State
from syncd.store import open_store, rows, schema
from syncd.store.opening import FILE_NAME
from tests.contracts.stores import inbound, outbound

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
YEARS = 3
ACCOUNTS = ("acme", "acme_two", "van")
PARTNERS = tuple(f"{5_000_000 + 7919 * n:09}US{n % 7:02}" for n in range(200))
LAST_YEAR_SILENT = PARTNERS[-1]
ORDERS = PARTNERS[0]
AT_ONCE = 10_000
LINES = (
    ("listed", "arriving", "listed", "Listed by the gateway, 1 file"),
    ("staged", "arriving", "staged", "Fetched and checked, 2,113 bytes"),
    ("published", "received", "published", "Put into the inbox"),
    ("confirmed", "received", "confirmed", "Confirmed at the gateway"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """How many messages, and how many of the rare kinds; every failed one but a thousandth is seen to."""

    messages: int = 1_000_000
    held: int = 5
    accounts: tuple[str, ...] = ACCOUNTS
    days: float = 365 * YEARS


def fill(folder: Path, wanted: Wanted) -> None:
    """Make a state in `folder`, and fill it: rows, names, four lines of history each, and counts."""
    open_store(folder).close()
    with closing(sqlite3.connect(folder / FILE_NAME, isolation_level=None)) as database:
        database.executescript("PRAGMA synchronous=OFF; PRAGMA cache_size=-400000; PRAGMA journal_mode=OFF")
        database.execute("BEGIN")
        _fill(database, wanted)
        database.execute("UPDATE state SET last_number = ?", (wanted.messages,))
        database.execute("COMMIT")
        database.execute("PRAGMA journal_mode=WAL")


def _fill(database: sqlite3.Connection, wanted: Wanted) -> None:
    tallies: Counter[tuple[str, str, str]] = Counter()
    pairs: set[tuple[str, str, str, str]] = set()
    values = _values(wanted)
    while portion := [row for row, _ in zip(values, range(AT_ONCE), strict=False)]:
        _add(database, "messages", [_bound(row) for row in portion])
        _add(database, "names", [(row["number"], row["name"]) for row in portion])
        _add(database, "history", [line for row in portion for line in _history(row)])
        tallies.update((row["account"], row["direction"], row["state"]) for row in portion)
        pairs.update((row["account"], row["station"], row["partner"], "production") for row in portion)
    _add(database, "tallies", [(*key, count) for key, count in tallies.items()])
    _add(database, "pairs", sorted(pairs))


def _add(database: sqlite3.Connection, table: str, values: list[tuple[Any, ...]]) -> None:
    places = ", ".join("?" * len(values[0]))
    database.executemany(f"INSERT INTO {table} VALUES ({places})", values)


def _bound(row: rows.Values) -> tuple[Any, ...]:
    """The row as the database has it: times in microseconds, JSON as text."""
    return tuple([_plain(row[column.name]) for column in schema.messages.c])


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return _microseconds(value)
    return json.dumps(value) if isinstance(value, (list, dict)) else value


def _microseconds(value: datetime) -> int:
    return int(value.timestamp() * 1_000_000)


def _history(row: rows.Values) -> Iterator[tuple[Any, ...]]:
    first = 4 * (row["number"] - 1)
    at = _microseconds(row["created"])
    for n, (kind, state, phase, text) in enumerate(LINES, 1):
        yield first + n, row["number"], at + n * 700_000, kind, state, phase, text, ""


def _values(wanted: Wanted) -> Iterator[rows.Values]:
    dice = Random(4711)
    step = timedelta(days=wanted.days) / wanted.messages
    begin = NOW - timedelta(days=wanted.days)
    held = frozenset(dice.sample(range(wanted.messages), wanted.held))
    for n in range(wanted.messages):
        yield _one(n, begin + n * step, dice, accounts=wanted.accounts, is_held=n in held)


def _one(n: int, at: datetime, dice: Random, *, accounts: tuple[str, ...], is_held: bool) -> rows.Values:
    partner = _partner(at, dice)
    account = accounts[PARTNERS.index(partner) % len(accounts)]
    station = "ACME" if dice.random() < 0.9 else "ACME_DE"
    known: dict[str, Any] = {
        "account": account,
        "pair": Pair(station=station, partner=partner),
        "created": at,
        "updated": at,
    }
    name = _name(n, at, partner, dice)
    if dice.random() < 0.6:
        state = State.HELD if is_held else State.RECEIVED
        phase = None if is_held else Phase.CONFIRMED
        message = inbound(f"{n:012x}@as2.example", name=name, state=state, phase=phase, **known)
    else:
        state = State.HELD if is_held else State.FAILED if dice.random() < 0.05 else State.SENT
        own = GatewayId(f"<{n:012x}@out.example>")
        message = outbound(name, state=state, phase=None, message_id=own, settled_at=at, **known)
    values = rows.values(message, n + 1)
    if message.state is State.FAILED and dice.random() > 0.001:
        values["progress"] = {"file_gone": True}
    return values


def _partner(at: datetime, dice: Random) -> str:
    chosen = ORDERS if dice.random() < 0.1 else dice.choice(PARTNERS[1:])
    if chosen == LAST_YEAR_SILENT and at > NOW - timedelta(days=365):
        return PARTNERS[1]
    return chosen


def _name(n: int, at: datetime, partner: str, dice: Random) -> str:
    if partner == ORDERS:
        return "orders.edi"
    if dice.random() < 0.5:
        return f"PO-{dice.randrange(10_000_000)}.edi"
    return f"invoice_{at:%Y%m%d}_{n % 1_000_000:06}.x12"
