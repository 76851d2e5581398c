"""The business documents in the files of messages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_OF_INTERCHANGE = (
    *("standard", "interchange", "interchange_number"),
    *("sender_qualifier", "sender", "receiver_qualifier", "receiver"),
)
_OF_DOCUMENT = ("group_kind", "group", "group_number", "version", "kind", "control", "control_number")
_INDEXES = (
    ("kind", ["kind", "message"]),
    ("interchange", ["interchange_number", "sender", "receiver", "message"]),
    ("group", ["group_number", "sender", "receiver", "message"]),
    ("control", ["control_number", "message"]),
)


def upgrade() -> None:
    """Make the table, and the column of messages that counts what is in it."""
    op.create_table(
        "documents",
        sa.Column("message", _NUMBER, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("file", sa.Integer, nullable=False),
        *_texts(*_OF_INTERCHANGE),
        sa.Column("is_test", sa.Boolean, nullable=False),
        *_texts(*_OF_DOCUMENT),
        sa.PrimaryKeyConstraint("message", "position", name="pk_documents"),
        sa.ForeignKeyConstraint(["message"], ["messages.number"], ondelete="CASCADE"),
        sqlite_with_rowid=False,
    )
    for name, columns in _INDEXES:
        op.create_index(f"documents_{name}", "documents", columns)
    op.add_column("messages", sa.Column("kinds", sa.JSON))


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]
