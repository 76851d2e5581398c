"""The words that are SQLite's own: connections, pragmas, upserts, and what its errors mean."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import NullPool, QueuePool

from syncd.errors import DiskFull, StateBroken, SyncdError
from syncd.store.types import AnyText

BUSY_MILLISECONDS = 10_000
LARGEST_WAL_BYTES = 16 * 1024 * 1024
KEPT_READERS = 2

_WRITING: Mapping[str, str | int] = {
    "busy_timeout": BUSY_MILLISECONDS,
    "journal_mode": "wal",
    "synchronous": 2,  # FULL: a commit is on the disk when it returns
    "foreign_keys": 1,
    "journal_size_limit": LARGEST_WAL_BYTES,
}
_READING: Mapping[str, str | int] = {"busy_timeout": BUSY_MILLISECONDS, "query_only": 1}


def writing_engine(path: Path) -> Engine:
    """Connections that write: each transaction takes the write lock at its begin, never halfway."""
    engine = sa.create_engine("sqlite://", creator=_connector(path, "mode=rw", _WRITING), poolclass=NullPool)
    sa.event.listen(engine, "begin", _begin_immediate)
    return engine


def reading_engine(path: Path) -> Engine:
    """Connections that cannot write. Until it is given back, one sees one state of the database."""
    engine = sa.create_engine(
        "sqlite://",
        creator=_connector(path, _reading_mode(path), _READING),
        poolclass=QueuePool,
        pool_size=KEPT_READERS,
        max_overflow=-1,
    )
    sa.event.listen(engine, "begin", _begin_reading)
    return engine


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_reading(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _reading_mode(path: Path) -> str:
    """SQLite reads a WAL database through files beside it, which it makes where it may.

    Who may not write there, and finds neither daemon nor WAL, can read the file as it lies.
    """
    beside = (path.with_name(path.name + ending) for ending in ("-wal", "-shm"))
    if os.access(path.parent, os.W_OK) or any(file.exists() for file in beside):
        return "mode=ro"
    return "mode=ro&immutable=1"


def _connector(path: Path, mode: str, pragmas: Mapping[str, str | int]) -> Callable[[], sqlite3.Connection]:
    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"file:{quote(str(path))}?{mode}",
            uri=True,
            isolation_level=None,  # no transactions behind our back
            check_same_thread=False,  # a pool lends a connection to one thread after the other
        )
        try:
            for name, value in pragmas.items():
                _set(connection, name, value)
        except BaseException:
            connection.close()
            raise
        return connection

    return connect


def _set(connection: sqlite3.Connection, name: str, value: str | int) -> None:
    connection.execute(f"PRAGMA {name} = {value}")
    (found,) = connection.execute(f"PRAGMA {name}").fetchone()
    if found != value:
        raise StateBroken(
            f"SQLite keeps {name} at {found} instead of {value}", "Put state_dir on a local disk"
        )


def insert_or_ignore(table: sa.Table) -> sa.Insert:
    """Insert rows; those that are there already are left alone."""
    return sqlite.insert(table).on_conflict_do_nothing()


def insert_or_replace(table: sa.Table, column: str) -> sa.Insert:
    """Insert rows; those that are there already get the new value of `column`."""
    insert = sqlite.insert(table)
    return insert.on_conflict_do_update(
        index_elements=list(table.primary_key), set_={column: insert.excluded[column]}
    )


def insert_or_add(table: sa.Table, column: str) -> sa.Insert:
    """Insert rows; to those that are there already, the new value of `column` is added."""
    insert = sqlite.insert(table)
    return insert.on_conflict_do_update(
        index_elements=list(table.primary_key), set_={column: table.c[column] + insert.excluded[column]}
    )


def is_unset(column: sa.ColumnElement[Any], key: str) -> sa.ColumnElement[bool]:
    """Whether a JSON object has no such key, in words that an index can have as its condition."""
    return sa.func.json_extract(column, sa.literal_column(f"'$.{key}'")).is_(None)


def contains(column: sa.ColumnElement[Any], text: str) -> sa.ColumnElement[bool]:
    """Whether `text` is a part of the column; the case of ASCII letters does not matter."""
    return column.like(f"%{_literally(text)}%", escape="\\")


def matches(column: sa.ColumnElement[Any], glob: str) -> sa.ColumnElement[bool]:
    """Whether the whole column fits the glob (`*`, `?`); the case of ASCII letters does not matter."""
    return column.like(_literally(glob).replace("*", "%").replace("?", "_"), escape="\\")


def _literally(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


# Parts of names ----------------------------------------------------------------------------------
#
# A full-text index of three letters in a row. Each message has one line, under its own number: its names,
# each with two strokes behind it, so that a name's last letters begin three letters, too. It is made from
# the table of names and kept by triggers: nobody else writes it, and it may be missing.

_LETTERS = 3
MOST_STARTS = 200

_MAKE_PARTS = (
    "CREATE VIRTUAL TABLE parts USING fts5(names, tokenize = trigram, detail = none, columnsize = 0)",
    "CREATE VIRTUAL TABLE starts USING fts5vocab(parts, row)",
    """CREATE TRIGGER names_added AFTER INSERT ON names BEGIN
        UPDATE parts SET names = names || new.name || '//' WHERE rowid = new.message;
        INSERT INTO parts (rowid, names) SELECT new.message, new.name || '//'
            WHERE NOT EXISTS (SELECT 1 FROM parts WHERE rowid = new.message);
    END""",
    """CREATE TRIGGER names_removed AFTER DELETE ON names BEGIN
        DELETE FROM parts WHERE rowid = old.message;
    END""",
    """INSERT INTO parts (rowid, names)
        SELECT message, group_concat(name, '//') || '//' FROM names GROUP BY message""",
)
_PARTS = sa.table("parts", sa.column("rowid"))


def can_index_parts(connection: Connection) -> bool:
    """Whether this SQLite has what the index is made of, as nearly all have."""
    return bool(connection.exec_driver_sql("SELECT 1 FROM pragma_module_list WHERE name = 'fts5'").all())


def has_parts(connection: Connection) -> bool:
    """Whether the database has the index."""
    return bool(connection.exec_driver_sql("SELECT 1 FROM sqlite_master WHERE name = 'parts'").all())


def make_parts(connection: Connection) -> None:
    """Make the index of all names that there are; some seconds for a million."""
    for statement in _MAKE_PARTS:
        connection.exec_driver_sql(statement)


def with_parts(connection: Connection, texts: Iterable[str]) -> sa.Select[Any] | None:
    """The numbers of messages whose names may have all these parts; None where no index can tell.

    There may be too many, never too few: the names themselves have the last word.
    """
    if not (can_index_parts(connection) and has_parts(connection)):
        return None
    known = [text for text in map(_stored, texts) if text]
    words = {text[n : n + _LETTERS] for text in known for n in range(len(text) - _LETTERS + 1)}
    if words:
        return _matching(" AND ".join(map(_quoted, sorted(words))))
    return _starting(connection, max(known, key=len)) if known else None


def _stored(text: str) -> str:
    return AnyText().process_bind_param(text, sqlite.dialect()) or ""


def _starting(connection: Connection, text: str) -> sa.Select[Any] | None:
    """The same for a letter or two: the index knows all three letters that begin with them."""
    if not text.isascii():
        return None  # what is another case of it, the index decides, not we
    first = text.lower()
    bounds = (first, first[:-1] + chr(ord(first[-1]) + 1), MOST_STARTS + 1)
    query = "SELECT term FROM starts WHERE term >= ? AND term < ? LIMIT ?"
    words = [row.term for row in connection.exec_driver_sql(query, bounds)]
    if len(words) > MOST_STARTS:
        return None
    return _matching(" OR ".join(map(_quoted, words))) if words else _matching('""')


def _quoted(word: str) -> str:
    return '"' + word.replace('"', '""') + '"'


def _matching(words: str) -> sa.Select[Any]:
    return sa.select(_PARTS.c.rowid.label("number")).where(sa.literal_column("parts").op("MATCH")(words))


MOST_FLAWS = 20


def flaws(connection: Connection) -> list[str]:
    """What SQLite finds wrong with the pages; where they are sound, tables whose lines have no message."""
    try:
        rows = connection.exec_driver_sql(f"PRAGMA quick_check({MOST_FLAWS})").all()
    except DBAPIError as error:
        if not is_lost(error):
            raise
        return [str(error.orig)]  # too much is damaged to be told in detail
    said = [line for row in rows for line in row[0].splitlines() if not line.startswith("***")]
    if said != ["ok"]:
        return said[:MOST_FLAWS]
    lost = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    return sorted({f"the table {row[0]} has lines of messages that are not there" for row in lost})


# What an error means -----------------------------------------------------------------------------

_LOST = frozenset({sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_ONE_CALL = (sqlite3.IntegrityError, sqlite3.ProgrammingError, sqlite3.InterfaceError, sqlite3.DataError)
_REMEDIES = {
    sqlite3.SQLITE_BUSY: "Another program has locked it: close it, and start syncd anew",
    sqlite3.SQLITE_LOCKED: "Another program has locked it: close it, and start syncd anew",
    sqlite3.SQLITE_IOERR: "Look at the disk (dmesg), then start syncd anew",
    sqlite3.SQLITE_CORRUPT: "Put back a copy of the state directory; keep the damaged one aside",
    sqlite3.SQLITE_NOTADB: "Put back a copy of the state directory; keep the damaged one aside",
    sqlite3.SQLITE_READONLY: "Let syncd's user own the state directory and what is in it",
    sqlite3.SQLITE_PERM: "Let syncd's user own the state directory and what is in it",
    sqlite3.SQLITE_CANTOPEN: "Let syncd's user own the state directory; if it does, free inodes (df -i)",
}


def meaning(error: SQLAlchemyError | sqlite3.Error, path: Path) -> SyncdError:
    """Our error for SQLite's: DiskFull when there is no room, else StateBroken."""
    code = _code(error)
    why = error.orig if isinstance(error, DBAPIError) else error
    if code & 0xFF == sqlite3.SQLITE_FULL or code == sqlite3.SQLITE_IOERR_SHMSIZE:
        return DiskFull(f"no room to write {path} ({why})", f"Free space on the disk of {path.parent}")
    return StateBroken(f"the database {path} cannot be used ({why})", _REMEDIES.get(code & 0xFF, ""))


def is_lost(error: DBAPIError) -> bool:
    """Whether nothing that is written after this error can be trusted to be on the disk."""
    code = _code(error)
    return code & 0xFF in _LOST and code != sqlite3.SQLITE_IOERR_SHMSIZE


def is_of_one_call(error: DBAPIError) -> bool:
    """Whether the error is about the values of one statement, and the transaction stands."""
    return isinstance(error.orig, _ONE_CALL)


def _code(error: SQLAlchemyError | sqlite3.Error) -> int:
    cause = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(cause, "sqlite_errorcode", None)  # errors of the binding itself have none
    return sqlite3.SQLITE_ERROR if code is None else code
