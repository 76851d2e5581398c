"""Indexes for the questions of `list`: each filter, and each pair of filters, begins at one of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ATTENTION = "state = 'held' OR state = 'failed' AND json_extract(progress, '$.file_gone') IS NULL"


def upgrade() -> None:
    """Make the indexes by state and partner wider, and one for what needs a person."""
    op.drop_index("messages_state", "messages")
    op.drop_index("messages_partner", "messages")
    op.create_index("messages_group", "messages", ["state", "account", "station", "created"])
    partner = ["partner", "station", "account", "state", "created"]
    op.create_index("messages_partner", "messages", partner)
    needed = sa.text(_ATTENTION)
    op.create_index(
        "messages_attention", "messages", ["account", "created"], sqlite_where=needed, postgresql_where=needed
    )
