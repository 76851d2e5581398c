"""An index of the history by time: an export of the last hour reads no more than that."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the index."""
    op.create_index("history_at", "history", ["at", "message"])
