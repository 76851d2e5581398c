"""An index of the outbound messages with a file of ours, by when they were settled: for retention."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_WHERE = "direction = 'outbound' AND settled_at IS NOT NULL AND place IS NOT NULL"


def upgrade() -> None:
    """Make the index; the rows stay as they are."""
    op.create_index(
        "messages_with_file",
        "messages",
        ["account", "state", "settled_at"],
        sqlite_where=sa.text(_WHERE),
        postgresql_where=sa.text(_WHERE),
    )
