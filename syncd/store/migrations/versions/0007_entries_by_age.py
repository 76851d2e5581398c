"""An index of the messages at rest that have an entry at the gateway, by age: for retention."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_WHERE = (
    "settled_at IS NOT NULL AND unfinished IS 0 AND bare_id IS NOT NULL "
    "AND json_extract(progress, '$.deleted_at') IS NULL"
)


def upgrade() -> None:
    """Make the index; the rows stay as they are."""
    op.create_index(
        "messages_at_gateway",
        "messages",
        ["account", "state", "settled_at"],
        sqlite_where=sa.text(_WHERE),
        postgresql_where=sa.text(_WHERE),
    )
