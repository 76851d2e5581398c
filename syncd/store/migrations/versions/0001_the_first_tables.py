"""The first tables.

Written out once more, in plain types: a migration stays as it is while the schema goes on.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_Columns = Sequence[str | sa.TextClause]

_MESSAGE_FIELDS = (
    ("account", sa.Text, False),
    ("gateway", sa.Text, False),
    ("direction", sa.Text, False),
    ("state", sa.Text, False),
    ("phase", sa.Text, True),
    ("unfinished", sa.Boolean, False),
    ("station", sa.Text, False),
    ("partner", sa.Text, False),
    ("partner_type", sa.Text, False),
    ("name", sa.Text, False),
    ("is_folder", sa.Boolean, False),
    ("message_id", sa.Text, True),
    ("bare_id", sa.Text, True),
    ("listed_at", sa.BigInteger, True),
    ("subject", sa.Text, True),
    ("batch", sa.Text, True),
    ("files", sa.JSON, False),
    ("place", sa.Text, True),
    ("moving_from", sa.Text, True),
    ("created", sa.BigInteger, False),
    ("updated", sa.BigInteger, False),
    ("accepted_at", sa.BigInteger, True),
    ("settled_at", sa.BigInteger, True),
    ("next_at", sa.BigInteger, True),
    ("reason", sa.Text, True),
    ("attempts", sa.JSON, False),
    ("mdn", sa.JSON, True),
    ("resend_of", sa.Text, True),
    ("progress", sa.JSON, False),
)
_INBOUND = "direction = 'inbound' AND bare_id IS NOT NULL"
_OUTBOUND = "direction = 'outbound' AND bare_id IS NOT NULL"
_FAILED = "direction = 'outbound' AND state = 'failed'"
_MESSAGE_INDEXES = (
    ("created", ["created"], None),
    ("state", ["state", "created"], None),
    ("partner", ["partner", "created"], None),
    ("unfinished", ["account", "direction", "created"], "unfinished IS 1"),
    ("moving", ["account", "created"], "moving_from IS NOT NULL"),
    ("outbound_id", ["bare_id", "account"], _OUTBOUND),
    ("failed_alike", ["account", "station", "partner", "partner_type", "name", "created"], _FAILED),
    ("failed_there", ["account", "settled_at"], f"{_FAILED} AND bare_id IS NOT NULL"),
)


def upgrade() -> None:
    """Make messages, what hangs on them, and the tables that keep counting cheap."""
    fields = [sa.Column(name, kind, nullable=nullable) for name, kind, nullable in _MESSAGE_FIELDS]
    op.create_table(
        "messages",
        sa.Column("number", _NUMBER, nullable=False, autoincrement=False),
        *fields,
        sa.PrimaryKeyConstraint("number", name="pk_messages"),
    )
    for name, columns, where in _MESSAGE_INDEXES:
        _index(f"messages_{name}", columns, where)
    key: _Columns = ["bare_id", "account", sa.text("coalesce(listed_at, -1)")]
    _index("messages_inbound_key", key, _INBOUND, unique=True)
    _names()
    _history()
    _tellings()
    _of_accounts()
    op.create_table(
        "state",
        sa.Column("state_id", sa.Text, nullable=False),
        sa.Column("last_number", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("state_id", name="pk_state"),
    )


def _index(name: str, columns: _Columns, where: str | None, *, unique: bool = False) -> None:
    condition = None if where is None else sa.text(where)
    op.create_index(
        name, "messages", list(columns), unique=unique, sqlite_where=condition, postgresql_where=condition
    )


def _of_message() -> tuple[sa.Column[int], sa.ForeignKeyConstraint]:
    return (
        sa.Column("message", _NUMBER, nullable=False),
        sa.ForeignKeyConstraint(["message"], ["messages.number"], ondelete="CASCADE"),
    )


def _names() -> None:
    message, of_message = _of_message()
    op.create_table(
        "names",
        message,
        sa.Column("name", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("message", "name", name="pk_names"),
        of_message,
        sqlite_with_rowid=False,
    )
    op.create_index("names_name", "names", ["name"])


def _history() -> None:
    message, of_message = _of_message()
    op.create_table(
        "history",
        sa.Column("number", _NUMBER, nullable=False),
        message,
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("phase", sa.Text),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_history"),
        of_message,
    )
    op.create_index("history_message", "history", ["message"])


def _tellings() -> None:
    message, of_message = _of_message()
    op.create_table(
        "tellings",
        sa.Column("number", _NUMBER, primary_key=True),
        message,
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        of_message,
        sqlite_autoincrement=True,
    )
    op.create_index("tellings_message", "tellings", ["message"])


def _of_accounts() -> None:
    _keyed("tallies", ("account", "direction", "state"), sa.Column("messages", sa.BigInteger, nullable=False))
    _keyed("pairs", ("account", "station", "partner", "partner_type"))
    _keyed("facts", ("account", "key"), sa.Column("value", sa.Text, nullable=False))


def _keyed(name: str, key: tuple[str, ...], *more: sa.Column[int] | sa.Column[str]) -> None:
    op.create_table(
        name,
        *(sa.Column(part, sa.Text, nullable=False) for part in key),
        *more,
        sa.PrimaryKeyConstraint(*key, name=f"pk_{name}"),
        sqlite_with_rowid=False,
    )
