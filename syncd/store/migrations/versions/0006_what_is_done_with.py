"""An index of the messages at rest without a file of ours, by when they were settled: for retention."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_WHERE = "settled_at IS NOT NULL AND unfinished IS 0 AND (direction = 'inbound' OR place IS NULL)"


def upgrade() -> None:
    """Make the index; the rows stay as they are."""
    op.create_index(
        "messages_done",
        "messages",
        ["account", "settled_at"],
        sqlite_where=sa.text(_WHERE),
        postgresql_where=sa.text(_WHERE),
    )
