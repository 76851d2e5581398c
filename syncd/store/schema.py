"""The tables, and the indexes that keep a pass's cost apart from the length of the history.

A question that is asked in every pass has a partial index of its own, which holds the few rows that the
question is about. SQLite uses such an index only when the question repeats its condition word for word:
the conditions stand here once, for both.

A change of this module is a new migration, and a new VERSION.
"""

from __future__ import annotations

import sqlalchemy as sa

from syncd.store import dialect
from syncd.store.types import AnyText, UtcDateTime

VERSION = "0013"
"""The migration that leads to these tables; four digits, counting up."""

metadata = sa.MetaData(naming_convention={"pk": "pk_%(table_name)s"})

_Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")  # only INTEGER is SQLite's own row number
_Json = sa.JSON(none_as_null=True)

messages = sa.Table(
    "messages",
    metadata,
    sa.Column("number", _Number, primary_key=True, autoincrement=False),
    sa.Column("account", sa.Text, nullable=False),
    sa.Column("gateway", sa.Text, nullable=False),
    sa.Column("direction", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("phase", sa.Text),
    sa.Column("unfinished", sa.Boolean, nullable=False),
    sa.Column("station", AnyText, nullable=False),
    sa.Column("partner", AnyText, nullable=False),
    sa.Column("partner_type", sa.Text, nullable=False),
    sa.Column("name", AnyText, nullable=False),
    sa.Column("is_folder", sa.Boolean, nullable=False),
    sa.Column("message_id", AnyText),
    sa.Column("bare_id", AnyText),
    sa.Column("listed_at", sa.BigInteger),
    sa.Column("subject", AnyText),
    sa.Column("batch", AnyText),
    sa.Column("files", _Json, nullable=False),
    sa.Column("place", AnyText),
    sa.Column("moving_from", AnyText),
    sa.Column("created", UtcDateTime, nullable=False),
    sa.Column("updated", UtcDateTime, nullable=False),
    sa.Column("accepted_at", UtcDateTime),
    sa.Column("settled_at", UtcDateTime),
    sa.Column("next_at", UtcDateTime),
    sa.Column("reason", AnyText),
    sa.Column("attempts", _Json, nullable=False),
    sa.Column("mdn", _Json),
    sa.Column("resend_of", sa.Text),
    sa.Column("progress", _Json, nullable=False),
    sa.Column("kinds", _Json),
    sa.Column("acknowledge_by", UtcDateTime),
    sa.Column("acknowledged", sa.Text),
)

_m = messages.c

INBOUND = _m.direction == sa.literal_column("'inbound'")
OUTBOUND = _m.direction == sa.literal_column("'outbound'")
UNFINISHED = _m.unfinished.is_(sa.true())
WANTED = sa.and_(INBOUND, UNFINISHED, sa.not_(dialect.is_unset(_m.progress, "wanted")))
LISTED_FIRST = sa.func.coalesce(_m.listed_at, sa.literal_column("0"))
TO_FETCH = sa.and_(
    INBOUND,
    sa.or_(
        sa.and_(_m.state == sa.literal_column("'arriving'"), _m.phase != sa.literal_column("'staged'")),
        sa.and_(_m.state == sa.literal_column("'held'"), _m.next_at.is_not(None)),
    ),
)
FETCHED_NEXT = sa.func.coalesce(_m.next_at, sa.literal_column("0"))
MOVING = _m.moving_from.is_not(None)
FAILED = sa.and_(OUTBOUND, _m.state == sa.literal_column("'failed'"))
FAILED_WITH_FILE = sa.and_(FAILED, dialect.is_unset(_m.progress, "file_gone"))
WITH_FILE = sa.and_(OUTBOUND, _m.settled_at.is_not(None), _m.place.is_not(None))
DONE = sa.and_(
    _m.settled_at.is_not(None),
    _m.unfinished.is_(sa.false()),
    sa.or_(INBOUND, _m.place.is_(None)),
)
AT_GATEWAY = sa.and_(
    _m.settled_at.is_not(None),
    _m.unfinished.is_(sa.false()),
    _m.bare_id.is_not(None),
    dialect.is_unset(_m.progress, "deleted_at"),
)
FAILED_THERE = sa.and_(FAILED, _m.bare_id.is_not(None))
SENT = _m.state == sa.literal_column("'sent'")
UNANSWERED = sa.and_(_m.acknowledge_by.is_not(None), _m.acknowledged.is_(None))
ANSWERED = _m.acknowledged.is_not(None)
ATTENTION = sa.or_(
    _m.state == sa.literal_column("'held'"),
    sa.and_(_m.state == sa.literal_column("'failed'"), dialect.is_unset(_m.progress, "file_gone")),
    sa.and_(SENT, _m.acknowledged == sa.literal_column("'rejected'")),
    sa.and_(SENT, _m.acknowledged == sa.literal_column("'partly'")),
)


def _index(
    name: str, *columns: sa.ColumnElement[object], where: sa.ColumnElement[bool] | None = None
) -> None:
    """A word of PostgreSQL's here would import its whole dialect: SQLite's alone, until it is there."""
    sa.Index(name, *columns, sqlite_where=where)


_index("messages_created", _m.created)
_index("messages_traffic", _m.created, _m.direction)
_index("messages_group", _m.state, _m.account, _m.station, _m.created)
_index("messages_partner", _m.partner, _m.station, _m.account, _m.state, _m.created)
_index("messages_attention", _m.account, _m.created, where=ATTENTION)
_index("messages_unanswered", _m.acknowledge_by, where=UNANSWERED)
_index("messages_answered", _m.acknowledged, _m.created, where=ANSWERED)
_index("messages_unfinished", _m.account, _m.direction, _m.state, _m.phase, _m.created, where=UNFINISHED)
_index("messages_wanted", _m.account, LISTED_FIRST, where=WANTED)
_index("messages_to_fetch", _m.account, _m.partner_type, FETCHED_NEXT, where=TO_FETCH)
_index("messages_moving", _m.account, _m.created, where=MOVING)
_index("messages_outbound_id", _m.bare_id, _m.account, where=sa.and_(OUTBOUND, _m.bare_id.is_not(None)))
_index(
    "messages_failed_alike",
    _m.account,
    _m.station,
    _m.partner,
    _m.partner_type,
    _m.name,
    _m.created,
    where=FAILED,
)
_index("messages_failed_with_file", _m.account, _m.created, where=FAILED_WITH_FILE)
_index("messages_failed_there", _m.account, _m.settled_at, where=FAILED_THERE)
_index("messages_at_gateway", _m.account, _m.state, _m.settled_at, where=AT_GATEWAY)
_index("messages_done", _m.account, _m.settled_at, where=DONE)
_index("messages_with_file", _m.account, _m.state, _m.settled_at, where=WITH_FILE)

sa.Index(
    "messages_inbound_key",
    _m.bare_id,
    _m.account,
    sa.func.coalesce(_m.listed_at, sa.literal_column("-1")),
    unique=True,
    sqlite_where=sa.and_(INBOUND, _m.bare_id.is_not(None)),
)


def _of_message() -> sa.Column[int]:
    return sa.Column("message", sa.ForeignKey("messages.number", ondelete="CASCADE"), nullable=False)


# Every name that a message or one of its files ever had, here or on the other side.
names = sa.Table(
    "names",
    metadata,
    _of_message(),
    sa.Column("name", AnyText, nullable=False),
    sa.PrimaryKeyConstraint("message", "name"),
    sqlite_with_rowid=False,
)
sa.Index("names_name", names.c.name)

history = sa.Table(
    "history",
    metadata,
    sa.Column("number", _Number, primary_key=True),
    _of_message(),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("phase", sa.Text),
    sa.Column("text", AnyText, nullable=False),
    sa.Column("by", AnyText, nullable=False),
)
sa.Index("history_message", history.c.message)
sa.Index("history_at", history.c.at, history.c.message)

# Each business document in a message's files. The `_number` columns are for comparing: without leading zeros.
documents = sa.Table(
    "documents",
    metadata,
    _of_message(),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("file", sa.Integer, nullable=False),
    sa.Column("standard", sa.Text, nullable=False),
    sa.Column("interchange", AnyText, nullable=False),
    sa.Column("interchange_number", AnyText, nullable=False),
    sa.Column("sender_qualifier", AnyText, nullable=False),
    sa.Column("sender", AnyText, nullable=False),
    sa.Column("receiver_qualifier", AnyText, nullable=False),
    sa.Column("receiver", AnyText, nullable=False),
    sa.Column("is_test", sa.Boolean, nullable=False),
    sa.Column("group_kind", AnyText, nullable=False),
    sa.Column("group", AnyText, nullable=False),
    sa.Column("group_number", AnyText, nullable=False),
    sa.Column("version", AnyText, nullable=False),
    sa.Column("kind", AnyText, nullable=False),
    sa.Column("control", AnyText, nullable=False),
    sa.Column("control_number", AnyText, nullable=False),
    sa.Column("verdict", sa.Text),
    sa.Column("note", AnyText),
    sa.Column("answered_by", sa.Text),
    sa.PrimaryKeyConstraint("message", "position"),
    sqlite_with_rowid=False,
)
_d = documents.c
sa.Index("documents_kind", _d.kind, _d.message)
sa.Index("documents_interchange", _d.interchange_number, _d.sender, _d.receiver, _d.message)
sa.Index("documents_group", _d.group_number, _d.sender, _d.receiver, _d.message)
sa.Index("documents_control", _d.control_number, _d.message)

# What was told is deleted: the table holds what is still to be told, and its numbers never come back.
# `next_at` is when to tell it; NULL: when the one before it, of the same message and channel, is told.
tellings = sa.Table(
    "tellings",
    metadata,
    sa.Column("number", _Number, primary_key=True),
    _of_message(),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("next_at", UtcDateTime),
    sqlite_autoincrement=True,
)

TROUBLED = tellings.c.tries > sa.literal_column("0")

_index("tellings_message", tellings.c.message, tellings.c.channel)
_index("tellings_due", tellings.c.channel, tellings.c.next_at, tellings.c.number)
_index("tellings_troubled", tellings.c.channel, tellings.c.kind, where=TROUBLED)

# What people are to hear of, or have heard of while it is not over.
concerns = sa.Table(
    "concerns",
    metadata,
    sa.Column("key", AnyText, nullable=False),
    sa.Column("account", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("message", sa.ForeignKey("messages.number", ondelete="CASCADE")),
    sa.Column("since", UtcDateTime, nullable=False),
    sa.Column("changed", UtcDateTime, nullable=False),
    sa.Column("words", _Json, nullable=False),
    sa.PrimaryKeyConstraint("key"),
    sqlite_with_rowid=False,
)

PENDING = concerns.c.status != sa.literal_column("'told'")
OF_MESSAGE = concerns.c.message.is_not(None)

_index("concerns_message", concerns.c.message, where=OF_MESSAGE)
_index("concerns_pending", concerns.c.changed, where=PENDING)
_index("concerns_standing", concerns.c.account, where=concerns.c.message.is_(None))

# Notices on their way out, one row for each way. Numbers never come back.
notices = sa.Table(
    "notices",
    metadata,
    sa.Column("number", _Number, primary_key=True),
    sa.Column("way", sa.Text, nullable=False),
    sa.Column("id", sa.Text, nullable=False),
    sa.Column("account", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("next_at", UtcDateTime, nullable=False),
    sa.Column("problem", sa.Text, nullable=False),
    sqlite_autoincrement=True,
)
_index("notices_due", notices.c.next_at, notices.c.number)
_index("notices_way", notices.c.way)

tallies = sa.Table(
    "tallies",
    metadata,
    sa.Column("account", sa.Text, nullable=False),
    sa.Column("direction", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("messages", sa.BigInteger, nullable=False),
    sa.PrimaryKeyConstraint("account", "direction", "state"),
    sqlite_with_rowid=False,
)

pairs = sa.Table(
    "pairs",
    metadata,
    sa.Column("account", sa.Text, nullable=False),
    sa.Column("station", AnyText, nullable=False),
    sa.Column("partner", AnyText, nullable=False),
    sa.Column("partner_type", sa.Text, nullable=False),
    sa.PrimaryKeyConstraint("account", "station", "partner", "partner_type"),
    sqlite_with_rowid=False,
)

facts = sa.Table(
    "facts",
    metadata,
    sa.Column("account", sa.Text, nullable=False),
    sa.Column("key", AnyText, nullable=False),
    sa.Column("value", AnyText, nullable=False),
    sa.PrimaryKeyConstraint("account", "key"),
    sqlite_with_rowid=False,
)

# One row: who this state is, and the last number that a message was given.
state = sa.Table(
    "state",
    metadata,
    sa.Column("state_id", sa.Text, primary_key=True),
    sa.Column("last_number", sa.BigInteger, nullable=False),
)

alembic_version = sa.Table(
    "alembic_version",
    metadata,
    sa.Column("version_num", sa.String(32), nullable=False),
    sa.PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)
