"""An index by time and direction: the messages of a day are counted without a look at them."""

from __future__ import annotations

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the index."""
    op.create_index("messages_traffic", "messages", ["created", "direction"])
