"""Opening a state: its file, its version, who may, and what the pragmas are."""

import os
import sqlite3
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
import sqlalchemy as sa

from syncd.errors import CannotAct, NewerState, StateBroken
from syncd.store import Store, dialect, open_store
from syncd.store.ids import Ids
from syncd.store.migrating import upgrade
from syncd.store.opening import FILE_NAME
from tests.contracts.stores import inbound, opened
from tests.two_users import TwoUsers


def made(folder: Path) -> Path:
    """A state that was opened once; its database."""
    open_store(folder).close()
    return folder / FILE_NAME


def set_version(path: Path, version: str) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (version,))
    connection.close()


def tables(path: Path) -> list[tuple[str, str]]:
    connection = sqlite3.connect(path)
    found = connection.execute("SELECT name, sql FROM sqlite_master").fetchall()
    connection.close()
    return sorted((name, " ".join((sql or "").replace('"', "").split())) for name, sql in found)


def shapes(path: Path) -> list[tuple[object, ...]]:
    """What the tables are like, however they were made: columns and references; and every index."""
    connection = sqlite3.connect(path)
    found: list[tuple[object, ...]] = []
    for name, kind in connection.execute("SELECT name, type FROM sqlite_master").fetchall():
        for pragma in ("table_xinfo", "foreign_key_list") if kind == "table" else ():
            found += [(name, pragma, *row) for row in connection.execute(f"PRAGMA {pragma}({name})")]
    connection.close()
    return [*found, *(each for each in tables(path) if "CREATE TABLE" not in each[1])]


def test_a_state_keeps_its_id_and_its_messages(tmp_path: Path) -> None:
    """The id is made once; what was written is there after opening again."""
    store = open_store(tmp_path)
    state_id, (message,) = store.state_id, opened(store, inbound())
    store.close()
    store = open_store(tmp_path)
    assert store.state_id == state_id
    assert store.records.get(message.id) == message
    assert opened(store, inbound("other"))[0].id != message.id
    store.close()


def test_two_states_have_two_ids(tmp_path: Path) -> None:
    """And the ids of their messages differ from the first one on."""
    folders = [tmp_path / "a", tmp_path / "b"]
    firsts = set()
    for folder in folders:
        folder.mkdir()
        store = open_store(folder)
        firsts |= {store.state_id, opened(store, inbound())[0].id}
        store.close()
    assert len(firsts) == 4


def test_the_id_may_be_given(tmp_path: Path) -> None:
    """Dice are an argument."""
    store = open_store(tmp_path, new_state_id=lambda: "fixed")
    assert store.state_id == "fixed"
    assert opened(store, inbound())[0].id == Ids.of_state("fixed").encode(1)
    store.close()


@pytest.mark.parametrize("umask", [0o000, 0o077])
def test_the_file_is_ours_and_our_groups_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    """The files beside it take its mode."""
    before = os.umask(umask)
    try:
        store = open_store(tmp_path)
        opened(store, inbound())
        modes = {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
        store.close()
    finally:
        os.umask(before)
    assert modes == {0o640}


def test_a_clean_end_leaves_one_file(tmp_path: Path) -> None:
    """The WAL is folded in."""
    made(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == [FILE_NAME]


@pytest.mark.parametrize("name", ["with space", "per%cent", "quest?ion", "ha#sh"])
def test_the_folder_may_be_called_anything(tmp_path: Path, name: str) -> None:
    """The path is no URL."""
    folder = tmp_path / name
    folder.mkdir()
    assert made(folder).is_file()
    open_store(folder, read_only=True).close()


def test_commits_are_durable_and_references_hold(tmp_path: Path) -> None:
    """WAL, synchronous FULL, foreign keys: read back, since SQLite ignores what it cannot do."""
    store = open_store(tmp_path)
    assert store._writer is not None
    pragmas = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
    found = store._writer.do(lambda c: [c.exec_driver_sql(f"PRAGMA {name}").scalar() for name in pragmas])
    store.close()
    assert found == ["wal", 2, 1, 10_000]


def test_a_pragma_that_is_not_kept_is_refused(tmp_path: Path) -> None:
    """As on a network share that can do no WAL."""
    connection = sqlite3.connect(":memory:")
    with pytest.raises(StateBroken, match="journal_mode at memory instead of wal"):
        dialect._set(connection, "journal_mode", "wal")
    connection.close()


# Reading only ------------------------------------------------------------------------------------


def reads(store: Store) -> int:
    return sum(store.records.counts("acme").values())


def test_a_reader_sees_what_the_daemon_commits(tmp_path: Path) -> None:
    """While the daemon runs, and after it has ended."""
    daemon = open_store(tmp_path)
    reader = open_store(tmp_path, read_only=True)
    opened(daemon, inbound("a"))
    assert reads(reader) == 1
    opened(daemon, inbound("b"))
    assert reads(reader) == 2
    daemon.close()
    assert reads(reader) == 2
    assert reader.state_id == daemon.state_id
    reader.close()


def test_a_reader_cannot_write(tmp_path: Path) -> None:
    """There is no journal, and the connection refuses."""
    made(tmp_path)
    reader = open_store(tmp_path, read_only=True)
    with pytest.raises(CannotAct, match="read only"):
        _ = reader.journal
    with reader._readers.connect() as connection, pytest.raises(sa.exc.OperationalError):
        connection.exec_driver_sql("DELETE FROM state")
    assert reader.transactions == 0
    reader.close()


AS_ANOTHER_USER = """
import os, sys
from pathlib import Path
from syncd.errors import CannotAct
from syncd.store import open_store
open_store(Path(sys.argv[1])).close()  # everything is imported, while it can be
os.setgroups([]); os.setgid(int(sys.argv[3])); os.setuid(int(sys.argv[4]))
reader = open_store(Path(sys.argv[2]), read_only=True)
print(sum(reader.records.counts("acme").values()))
reader.close()
try:
    open_store(Path(sys.argv[2]))
except CannotAct as error:
    print(error)
"""


def said_by_another_user(users: TwoUsers, own: Path, folder: Path) -> list[str]:
    ids = (str(users.shared_gid), str(users.erp_uid))
    argv = [sys.executable, "-c", AS_ANOTHER_USER, str(own), str(folder), *ids]
    said = subprocess.run(argv, capture_output=True, text=True, check=True)
    return said.stdout.splitlines()


@pytest.mark.parametrize("running", [False, True])
def test_who_may_only_read_the_state_can_look_and_no_more(
    two_users: TwoUsers, tmp_path: Path, *, running: bool
) -> None:
    """Another user of the group, who can make no files beside the database, with and without a daemon."""
    with tempfile.TemporaryDirectory() as folder:
        there = Path(folder)
        there.chmod(0o755)
        daemon = open_store(there)
        opened(daemon, inbound())
        for file in there.iterdir():
            os.chown(file, -1, two_users.shared_gid)
        if not running:
            daemon.close()
        said = said_by_another_user(two_users, tmp_path, there)
        daemon.close()
    assert said[0] == "1"
    assert "cannot be written by this user" in said[1]


def test_a_reader_needs_a_state(tmp_path: Path) -> None:
    """Reading makes nothing."""
    with pytest.raises(CannotAct, match="there is no state in"):
        open_store(tmp_path, read_only=True)
    assert list(tmp_path.iterdir()) == []


def test_an_empty_file_is_a_state_that_is_not_made_yet(tmp_path: Path) -> None:
    """A crash between making the file and its tables."""
    (tmp_path / FILE_NAME).touch()
    with pytest.raises(CannotAct, match="there is no state in"):
        open_store(tmp_path, read_only=True)
    made(tmp_path)
    open_store(tmp_path, read_only=True).close()


# What cannot be opened ---------------------------------------------------------------------------


def test_a_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    """It may be a disk that is not mounted."""
    with pytest.raises(CannotAct, match=r"nowhere is not there\. Make it"):
        open_store(tmp_path / "nowhere")


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    """With what to do about it."""
    (tmp_path / FILE_NAME).write_text("this is a letter to my aunt" * 100)
    for read_only in (False, True):
        with pytest.raises(StateBroken, match="Put back a copy"):
            open_store(tmp_path, read_only=read_only)


def test_another_programs_database_is_refused(tmp_path: Path) -> None:
    """Nothing is changed in it."""
    with sqlite3.connect(tmp_path / FILE_NAME) as connection:
        connection.execute("CREATE TABLE songs (title TEXT)")
    connection.close()
    for read_only in (False, True):
        with pytest.raises(StateBroken, match="not a database of syncd"):
            open_store(tmp_path, read_only=read_only)
    assert [name for name, _ in tables(tmp_path / FILE_NAME)] == ["songs"]


# Versions ----------------------------------------------------------------------------------------


def test_a_newer_state_is_refused(tmp_path: Path) -> None:
    """Nobody knows what it means."""
    set_version(made(tmp_path), "0099")
    for read_only in (False, True):
        with pytest.raises(NewerState, match="version 0099"):
            open_store(tmp_path, read_only=read_only)


def test_an_older_state_is_not_migrated_by_a_reader(tmp_path: Path) -> None:
    """The daemon of that version may be at work."""
    set_version(made(tmp_path), "0000")
    with pytest.raises(CannotAct, match="older syncd"):
        open_store(tmp_path, read_only=True)


def test_a_version_that_nothing_leads_on_from_is_refused(tmp_path: Path) -> None:
    """With what Alembic says of it, and nothing is changed."""
    path = made(tmp_path)
    set_version(path, "0000")
    before = tables(path)
    with pytest.raises(StateBroken, match="cannot be brought up to date"):
        open_store(tmp_path)
    assert tables(path) == before


@pytest.mark.parametrize("table", ["alembic_version", "state"])
def test_a_state_that_lacks_its_own_rows_is_refused(tmp_path: Path, table: str) -> None:
    """As after somebody's repair by hand."""
    path = made(tmp_path)
    with sqlite3.connect(path) as connection:
        connection.execute(f"DELETE FROM {table}")
    connection.close()
    with pytest.raises(StateBroken, match="cannot be used"):
        open_store(tmp_path)


def test_a_new_state_has_the_tables_of_the_migrations(tmp_path: Path) -> None:
    """Column by column, index by index: the schema and the migrations tell one story."""
    migrated = tmp_path / "migrated.db"
    migrated.touch()
    with dialect.writing_engine(migrated).begin() as connection:
        upgrade(connection)
        dialect.make_parts(connection)
    assert sorted(shapes(migrated), key=repr) == sorted(shapes(made(tmp_path)), key=repr)


def test_a_migration_that_is_broken_off_changes_nothing(tmp_path: Path) -> None:
    """All steps are one transaction."""
    path = tmp_path / "migrated.db"
    path.touch()
    engine = dialect.writing_engine(path)
    connection = engine.connect()
    transaction = connection.begin()
    upgrade(connection)
    transaction.rollback()
    connection.close()
    assert tables(path) == []


def test_alembic_is_not_loaded_when_nothing_is_behind(tmp_path: Path) -> None:
    """Neither for a new state nor for one that is up to date."""
    program = (
        "import sys; from pathlib import Path; from syncd.store import open_store\n"
        f"for _ in range(2): open_store(Path({str(tmp_path)!r})).close()\n"
        "sys.exit('alembic' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
