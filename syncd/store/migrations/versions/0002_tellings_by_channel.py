"""Tellings by channel, with their tries.

Nobody was told of anything before: the table is empty, and is made anew.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Each telling belongs to a channel, and knows when it is tried next."""
    op.drop_table("tellings")
    op.create_table(
        "tellings",
        sa.Column("number", _NUMBER, primary_key=True),
        sa.Column("message", _NUMBER, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("next_at", sa.BigInteger),
        sa.ForeignKeyConstraint(["message"], ["messages.number"], ondelete="CASCADE"),
        sqlite_autoincrement=True,
    )
    op.create_index("tellings_message", "tellings", ["message", "channel"])
    op.create_index("tellings_due", "tellings", ["channel", "next_at", "number"])
    op.create_index("tellings_troubled", "tellings", ["channel", "kind"], sqlite_where=sa.text("tries > 0"))
