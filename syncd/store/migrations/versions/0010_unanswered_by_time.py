"""The index of what is to be acknowledged is by time alone: it is asked for all accounts together, too."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make it anew: there is none but of messages that are sent."""
    op.drop_index("messages_unanswered", "messages")
    condition = sa.text("acknowledge_by IS NOT NULL AND acknowledged IS NULL")
    op.create_index(
        "messages_unanswered",
        "messages",
        ["acknowledge_by"],
        sqlite_where=condition,
        postgresql_where=condition,
    )
