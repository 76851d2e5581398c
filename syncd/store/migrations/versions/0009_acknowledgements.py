"""What acknowledgements say of business documents, and until when they are waited for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_ATTENTION = (
    "state = 'held' OR state = 'failed' AND json_extract(progress, '$.file_gone') IS NULL"
    " OR state = 'sent' AND acknowledged = 'rejected' OR state = 'sent' AND acknowledged = 'partly'"
)
_UNANSWERED = "state = 'sent' AND acknowledge_by IS NOT NULL AND acknowledged IS NULL"


def upgrade() -> None:
    """Add the columns; what needs a person has more reasons now."""
    op.add_column("messages", sa.Column("acknowledge_by", sa.BigInteger))
    op.add_column("messages", sa.Column("acknowledged", sa.Text))
    for name in ("verdict", "note", "answered_by"):
        op.add_column("documents", sa.Column(name, sa.Text))
    op.drop_index("messages_attention", "messages")
    _index("attention", ["account", "created"], _ATTENTION)
    _index("unanswered", ["account", "acknowledge_by"], _UNANSWERED)
    _index("answered", ["acknowledged", "created"], "acknowledged IS NOT NULL")


def _index(name: str, columns: list[str], where: str) -> None:
    condition = sa.text(where)
    op.create_index(
        f"messages_{name}", "messages", columns, sqlite_where=condition, postgresql_where=condition
    )
