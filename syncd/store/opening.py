"""Opening a state: made when it is not there, brought up to date when it is behind, refused when newer."""

from __future__ import annotations

import os
import secrets
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from syncd.core.history import Channel
from syncd.errors import CannotAct, NewerState, StateBroken
from syncd.ports.notices import Notebook
from syncd.ports.store import Journal, Records
from syncd.store import dialect, schema
from syncd.store.ids import Ids
from syncd.store.kept import Kept, nothing_kept
from syncd.store.notebook import SqlNotebook
from syncd.store.records import SqlRecords
from syncd.store.writer import Writer

FILE_NAME = "state.db"
FILE_MODE = 0o640

_ACCESS = "Run as syncd's user, or let that user own the state directory"


class Store:
    """One open state: its doors, and its id, which never changes."""

    def __init__(
        self,
        *,
        state_id: str,
        readers: Engine,
        records: Records,
        notebook: Notebook,
        writer: Writer | None = None,
        journal: Journal | None = None,
    ) -> None:
        self.state_id = state_id
        self.records = records
        self.notebook = notebook
        self._readers = readers
        self._writer = writer
        self._journal = journal

    @property
    def journal(self) -> Journal:
        """The door that writes. Raises: CannotAct when the state was opened to be read only."""
        if self._journal is None:
            raise CannotAct("the state was opened to be read only")
        return self._journal

    @property
    def transactions(self) -> int:
        """Transactions committed since the state was opened."""
        return self._writer.transactions if self._writer else 0

    def close(self) -> None:
        """Finish what is being written, and let go of the database. May be called again."""
        self._readers.dispose()
        if self._writer:
            self._writer.close()


def _new_state_id() -> str:
    return secrets.token_hex(8)


def open_store(
    state_dir: Path,
    *,
    read_only: bool = False,
    tell: Sequence[Channel] = (),
    new_state_id: Callable[[], str] = _new_state_id,
) -> Store:
    """Open the state in `state_dir`; to be read only, also while a daemon writes it.

    `tell`: what each channel is to tell is stored with what happened. Who opens it to write holds the
    instance lock.

    Raises: CannotAct when the folder or the database cannot be used by this user; NewerState;
    StateBroken; DiskFull.
    """
    path = state_dir / FILE_NAME
    try:
        return _open_to_read(path) if read_only else _open_to_write(path, tell, new_state_id)
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise dialect.meaning(error, path) from error


def _open_to_read(path: Path) -> Store:
    _refuse_unreadable(path)
    engine = dialect.reading_engine(path)
    try:
        with engine.connect() as connection:
            _refuse_other_versions(_version(connection, path), path)
            state_id = _state_id(connection)
    except BaseException:
        engine.dispose()
        raise
    ids = Ids.of_state(state_id)
    return Store(
        state_id=state_id,
        readers=engine,
        records=SqlRecords(engine, ids, path, nothing_kept()),
        notebook=SqlNotebook(engine, ids, path, nothing_kept()),
    )


def _open_to_write(path: Path, tell: Sequence[Channel], new_state_id: Callable[[], str]) -> Store:
    from syncd.store.journal import SqlJournal  # noqa: PLC0415 - who only looks writes nothing

    _make_file(path)
    connection = dialect.writing_engine(path).connect()
    try:
        state_id = _bring_up_to_date(connection, path, new_state_id)
    except BaseException:
        connection.close()
        raise
    ids = Ids.of_state(state_id)
    readers = dialect.reading_engine(path)
    writer = Writer(connection, path)
    return Store(
        state_id=state_id,
        readers=readers,
        records=SqlRecords(readers, ids, path, Kept(lambda: writer.edition)),
        notebook=SqlNotebook(readers, ids, path, Kept(lambda: writer.edition), writer),
        writer=writer,
        journal=SqlJournal(writer, ids, tell=tell),
    )


# The file ----------------------------------------------------------------------------------------


def _refuse_unreadable(path: Path) -> None:
    try:
        path.stat()
    except FileNotFoundError as error:
        raise CannotAct(f"there is no state in {path.parent} yet", "Start syncd once: syncd run") from error
    except OSError as error:
        raise CannotAct(f"{path} cannot be reached ({error.strerror})", _ACCESS) from error
    if not os.access(path, os.R_OK):
        raise CannotAct(f"{path} is not readable for this user", _ACCESS)


def _refuse_unusable(path: Path) -> None:
    if not os.access(path, os.R_OK | os.W_OK):
        raise CannotAct(f"{path} cannot be written by this user", _ACCESS)


def _make_file(path: Path) -> None:
    """Make an empty database file with our mode, whatever the umask is.

    It is never opened here again once it is there: to close any descriptor of it would take from this
    process the locks that SQLite holds on it.
    """
    if not path.parent.is_dir():
        raise CannotAct(
            f"the state directory {path.parent} is not there",
            f"Make it, for syncd's user alone: install -d -m 0750 {path.parent}",
        )
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise CannotAct(f"the state directory {path.parent} cannot be written by this user", _ACCESS)
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, FILE_MODE)
    except FileExistsError:
        _refuse_unusable(path)
        return
    except OSError as error:
        raise CannotAct(f"{path} cannot be made ({error.strerror})", _ACCESS) from error
    try:
        os.fchmod(descriptor, FILE_MODE)
    finally:
        os.close(descriptor)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


# What is in it -----------------------------------------------------------------------------------


def _bring_up_to_date(connection: Connection, path: Path, new_state_id: Callable[[], str]) -> str:
    """Make the tables, or bring old ones up to date, in one transaction; returns the state's id."""
    with connection.begin():
        version = _version(connection, path)
        if version is None:
            schema.metadata.create_all(connection, checkfirst=False)
            connection.execute(sa.insert(schema.alembic_version).values(version_num=schema.VERSION))
            connection.execute(sa.insert(schema.state).values(state_id=new_state_id(), last_number=0))
        elif _refuse_newer(version, path) != schema.VERSION:
            _migrate(connection)
        _index_parts(connection, path)
        return _state_id(connection)


def _index_parts(connection: Connection, path: Path) -> None:
    """Make the index of parts of names where it is missing; without it, they are found slowly."""
    can, has = dialect.can_index_parts(connection), dialect.has_parts(connection)
    if has and not can:
        raise CannotAct(
            f"{path} has an index that the SQLite of this Python cannot write (it has no FTS5)",
            "Run syncd with the Python that it ran with before, or with your distribution's",
        )
    if can and not has:
        dialect.make_parts(connection)


def _migrate(connection: Connection) -> None:
    from syncd.store.migrating import upgrade  # noqa: PLC0415 - Alembic is slow to load, and seldom needed

    upgrade(connection)


def _version(connection: Connection, path: Path) -> str | None:
    """The migration that the database is at; None for an empty one."""
    tables = sa.inspect(connection).get_table_names()
    if not tables:
        return None
    if schema.alembic_version.name not in tables:
        raise StateBroken(f"{path} is not a database of syncd", "Move it aside, or correct state_dir")
    version: str = connection.execute(sa.select(schema.alembic_version.c.version_num)).scalar_one()
    return version


def _refuse_newer(version: str, path: Path) -> str:
    if version > schema.VERSION:
        raise NewerState(
            f"{path} was written by a newer syncd (version {version}, this one knows {schema.VERSION})",
            "Install that syncd again",
        )
    return version


def _refuse_other_versions(version: str | None, path: Path) -> None:
    if version is None:
        raise CannotAct(f"there is no state in {path.parent} yet", "Start syncd once: syncd run")
    if _refuse_newer(version, path) != schema.VERSION:
        raise CannotAct(
            f"{path} was written by an older syncd", "Start syncd once: it brings its state up to date"
        )


def _state_id(connection: Connection) -> str:
    state_id: str = connection.execute(sa.select(schema.state.c.state_id)).scalar_one()
    return state_id
