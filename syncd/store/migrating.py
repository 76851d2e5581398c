"""Brings an older database up to date, with Alembic; imported only when one is behind."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy.engine import Connection

from syncd.errors import StateBroken

MIGRATIONS = Path(__file__).parent / "migrations"
_REMEDY = "Put back a copy of the state directory, or install the syncd that wrote it"


def upgrade(connection: Connection, to: str = "head") -> None:
    """Run the missing migrations within the open transaction of `connection`: all of them, or none.

    Raises: StateBroken when no migration begins at the version of the database.
    """
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, to)
    except CommandError as error:
        raise StateBroken(f"the database cannot be brought up to date ({error})", _REMEDY) from error
