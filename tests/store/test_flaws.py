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


def root_page(path: Path, tree: str) -> int:
    connection = sqlite3.connect(path)
    (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (tree,)).fetchone()
    connection.close()
    return int(page) - 1


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


@pytest.mark.parametrize(
    ("tree", "told"), [("messages_created", "invalid page number"), ("history", "malformed")]
)
def test_damaged_pages_are_told(path: Path, tree: str, told: str) -> None:
    """In SQLite's words, also where it can say no more than that."""
    first = root_page(path, tree) * 4096
    content = bytearray(path.read_bytes())
    content[first + 8 : first + 12] = b"\x0f\xf0\x0f\xf0"  # where the first cells are
    path.write_bytes(content)
    assert told in flaws(path)[0]
