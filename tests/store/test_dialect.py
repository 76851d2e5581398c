"""What SQLite's errors mean to us."""

import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa

from syncd.errors import DiskFull, StateBroken
from syncd.store import dialect

PATH = Path("/var/lib/syncd/state.db")


def refused(code: int) -> sa.exc.DBAPIError:
    error = sqlite3.OperationalError("as if by SQLite")
    error.sqlite_errorcode = code
    return sa.exc.OperationalError("statement", (), error)


@pytest.mark.parametrize("code", [sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_SHMSIZE])
def test_no_room_is_a_full_disk_and_ends_nothing(code: int) -> None:
    """The index of the WAL says it in words of its own."""
    assert isinstance(dialect.meaning(refused(code), PATH), DiskFull)
    assert not dialect.is_lost(refused(code))


@pytest.mark.parametrize(
    ("code", "remedy"),
    [
        (sqlite3.SQLITE_BUSY, "Another program has locked it"),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, "Another program has locked it"),
        (sqlite3.SQLITE_READONLY, "own the state directory"),
        (sqlite3.SQLITE_CANTOPEN, "own the state directory"),
        (sqlite3.SQLITE_IOERR_FSYNC, "Look at the disk"),
        (sqlite3.SQLITE_CORRUPT, "Put back a copy"),
        (sqlite3.SQLITE_ERROR, ""),
    ],
)
def test_everything_else_is_a_broken_state(code: int, remedy: str) -> None:
    """It names the file, SQLite's words and what to do."""
    error = dialect.meaning(refused(code), PATH)
    assert isinstance(error, StateBroken)
    assert "/var/lib/syncd/state.db cannot be used (as if by SQLite)" in error.what
    assert remedy in error.remedy


@pytest.mark.parametrize(
    "code", [sqlite3.SQLITE_IOERR_FSYNC, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_CORRUPT]
)
def test_after_some_errors_nothing_can_be_trusted(code: int) -> None:
    """A lock passes; a lost write does not."""
    assert dialect.is_lost(refused(code))
    assert not dialect.is_lost(refused(sqlite3.SQLITE_BUSY))
