"""What is damaged in a database is told in words."""

import sqlite3
from pathlib import Path

import pytest

from syncd.store import open_store
from syncd.store.opening import FILE_NAME
from tests.contracts.stores import opened, outbound


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database with some history, closed."""
    store = open_store(tmp_path)
    opened(store, *(outbound(f"{number}.edi") for number in range(300)))
    store.close()
    return tmp_path / FILE_NAME


def flaws(path: Path) -> list[str]:
    store = open_store(path.parent, read_only=True)
    try:
        return list(store.records.flaws())
    finally:
        store.close()


def test_a_sound_database_has_none(path: Path) -> None:
    """Nothing is found, and nothing is changed."""
    before = path.read_bytes()
    assert flaws(path) == []
    assert path.read_bytes() == before


def test_lines_without_their_message_are_told(path: Path) -> None:
    """As somebody leaves them who deletes by hand."""
    with sqlite3.connect(path) as connection:
        connection.execute("DELETE FROM messages WHERE name = '7.edi'")
    connection.close()
    assert flaws(path) == [
        "the table history has lines of messages that are not there",
        "the table names has lines of messages that are not there",
    ]


@pytest.mark.parametrize(("page", "told"), [(52, "Extends off end of page"), (62, "malformed")])
def test_damaged_pages_are_told(path: Path, page: int, told: str) -> None:
    """In SQLite's words, also where it can say no more than that."""
    content = bytearray(path.read_bytes())
    content[page * 4096 + 8 : page * 4096 + 12] = b"\x0f\xf0\x0f\xf0"  # where the first cells are
    path.write_bytes(content)
    assert told in flaws(path)[0]
