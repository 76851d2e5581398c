"""Indexes by what a pass has to do: spots, what a person wants, what is fetched next, files that failed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_WANTED = "direction = 'inbound' AND unfinished IS 1 AND json_extract(progress, '$.wanted') IS NOT NULL"
_TO_FETCH = (
    "direction = 'inbound' AND (state = 'arriving' AND phase != 'staged'"
    " OR state = 'held' AND next_at IS NOT NULL)"
)
_FAILED_WITH_FILE = (
    "direction = 'outbound' AND state = 'failed' AND json_extract(progress, '$.file_gone') IS NULL"
)


def upgrade() -> None:
    """Make the indexes; the one of what is unfinished gets other columns."""
    op.drop_index("messages_unfinished")
    _index("messages_unfinished", ["account", "direction", "state", "phase", "created"], "unfinished IS 1")
    _index("messages_wanted", ["account", sa.text("coalesce(listed_at, 0)")], _WANTED)
    _index("messages_to_fetch", ["account", "partner_type", sa.text("coalesce(next_at, 0)")], _TO_FETCH)
    _index("messages_failed_with_file", ["account", "created"], _FAILED_WITH_FILE)


def _index(name: str, columns: list[str | sa.TextClause], where: str) -> None:
    op.create_index(name, "messages", columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
