"""A state with millions of messages, made of some thousands by copying them inside the database.

Each copy is a while older, with ids and names of its own. Indexes are made at the end, which is far quicker
than keeping them: five million messages with twenty million lines of history take a few minutes.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from syncd.store import open_store, schema
from syncd.store.opening import FILE_NAME
from tests.benchmarks.million import LINES, YEARS, Wanted, fill

PATTERN = 10_000
"""Messages that are made one by one."""
MICROSECONDS_A_DAY = 86_400_000_000
TIMES = ("created", "updated", "accepted_at", "settled_at", "next_at")
HURRY = "PRAGMA synchronous=OFF; PRAGMA journal_mode=OFF; PRAGMA cache_size=-200000"


def fill_with_copies(
    folder: Path, messages: int, *, held: int, accounts: tuple[str, ...], pattern: int = PATTERN
) -> None:
    """Make a state of so many messages, a multiple of the pattern or fewer; of them so many are held."""
    times = max(1, messages // pattern)
    days = 365 * YEARS / times
    fill(folder, Wanted(messages=messages // times, held=held // times, accounts=accounts, days=days))
    if times > 1:
        with closing(sqlite3.connect(folder / FILE_NAME, isolation_level=None)) as database:
            database.executescript(HURRY)
            _multiply(database, times, pattern=pattern, span=int(days * MICROSECONDS_A_DAY))
            database.execute("PRAGMA journal_mode=WAL")
    open_store(folder).close()  # makes the index of parts of names where it is missing


def _multiply(database: sqlite3.Connection, times: int, *, pattern: int, span: int) -> None:
    """The pattern becomes the newest; copy number `n` lies `n` spans before it."""
    made_again = _without_indexes(database)
    database.execute("BEGIN")
    up = pattern * (times - 1)
    _move_up(database, up)
    for table, columns in _copies(pattern, span).items():
        origin = f"SELECT {', '.join(columns.values())} FROM {table} WHERE {_FIRST[table]} > :up"
        for n in range(1, times):
            known = {"n": n, "up": up * (len(LINES) if table == "history" else 1)}
            database.execute(f"INSERT INTO {table} ({', '.join(columns)}) {origin}", known)
    database.execute("UPDATE tallies SET messages = messages * ?", (times,))
    database.execute("UPDATE state SET last_number = ?", (pattern * times,))
    for statement in made_again:
        database.execute(statement)
    database.execute("COMMIT")


def _without_indexes(database: sqlite3.Connection) -> list[str]:
    """Drop all that would be kept with each row; the statements that make the indexes again."""
    database.executescript("DROP TRIGGER IF EXISTS names_added; DROP TRIGGER IF EXISTS names_removed")
    database.executescript("DROP TABLE IF EXISTS starts; DROP TABLE IF EXISTS parts")
    known = database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
    statements = dict(known.fetchall())
    for name in statements:
        database.execute(f"DROP INDEX {name}")
    return list(statements.values())


def _move_up(database: sqlite3.Connection, up: int) -> None:
    """The newest messages have the highest numbers; what belongs to them, too."""
    database.execute("UPDATE messages SET number = number + ?", (up,))
    database.execute("UPDATE names SET message = message + ?", (up,))
    database.execute("UPDATE history SET message = message + ?, number = number + ?", (up, len(LINES) * up))


_FIRST = {"messages": "number", "names": "message", "history": "number"}
"""The column by which the pattern is told from its copies."""


def _copies(pattern: int, span: int) -> dict[str, dict[str, str]]:
    """For each table its columns, each with what it is in copy `:n`."""
    lower = f"- :n * {pattern}"
    messages = {column.name: column.name for column in schema.messages.c}
    messages |= {name: f"{name} - :n * {span}" for name in TIMES}
    messages |= {name: f"replace({name}, '@', '-' || :n || '@')" for name in ("message_id", "bare_id")}
    messages |= {name: _name(name) for name in ("name", "files", "place")}
    messages |= {"number": f"number {lower}"}
    lines = {f'"{column.name}"': f'"{column.name}"' for column in schema.history.c}
    lines |= {'"number"': f"number {lower} * {len(LINES)}", '"message"': f"message {lower}"}
    lines |= {'"at"': f"at - :n * {span}"}
    return {
        "messages": messages,
        "names": {"message": f"message {lower}", "name": _name("name")},
        "history": lines,
    }


def _name(column: str) -> str:
    return f"replace({column}, '.edi', '-' || :n || '.edi')"
