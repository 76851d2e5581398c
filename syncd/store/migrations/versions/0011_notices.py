"""What people are told of, and what of it is on its way out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_INDEXES = (
    ("message", ["message"], "message IS NOT NULL"),
    ("pending", ["changed"], "status != 'told'"),
    ("standing", ["account"], "message IS NULL"),
)


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "concerns",
        *_texts("key", "account", "kind", "status"),
        sa.Column("message", _NUMBER),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("changed", sa.BigInteger, nullable=False),
        sa.Column("words", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_concerns"),
        sa.ForeignKeyConstraint(["message"], ["messages.number"], ondelete="CASCADE"),
        sqlite_with_rowid=False,
    )
    for name, columns, where in _INDEXES:
        condition = sa.text(where)
        op.create_index(
            f"concerns_{name}", "concerns", columns, sqlite_where=condition, postgresql_where=condition
        )
    op.create_table(
        "notices",
        sa.Column("number", _NUMBER, primary_key=True),
        *_texts("way", "id", "account", "subject", "body", "content"),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("next_at", sa.BigInteger, nullable=False),
        sa.Column("problem", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("notices_due", "notices", ["next_at", "number"])
    op.create_index("notices_way", "notices", ["way"])


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]
