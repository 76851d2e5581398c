"""Questions about messages, answered from the records alone: `list`, `find`, `show`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from datetime import UTC
from pathlib import Path

from syncd.core.filed import MOST, Filed
from syncd.core.looking import OVERDUE, Search
from syncd.core.machine import verdicts
from syncd.core.model import Direction, File, Message, MessageId, State
from syncd.errors import NotFound, UsageError
from syncd.operations.comes_next import comes_next
from syncd.operations.rows import DocumentRow, FileRow, Row, Whole
from syncd.ports import Records

MOST_NAMESAKES = 10
"""Messages of one name that are told apart, when one is meant."""

Roots = Mapping[str, Path]
"""Each account's root, by its name."""
LISTED = 20
"""Business documents of one message in a row of `list` and `find`; `show` has all that are kept."""


def row(message: Message, roots: Roots, documents: Sequence[Filed] = ()) -> Row:
    """The row of one message; without its account's root there are no paths."""
    root = roots.get(message.account)
    shown = [document for document in documents if document.kind]
    return Row(
        id=message.id,
        account=message.account,
        gateway=message.gateway,
        direction=message.direction,
        state=message.state,
        phase=message.phase,
        station=message.pair.station,
        partner=message.pair.partner,
        partner_type=message.pair.partner_type,
        message_id=message.message_id,
        subject=message.subject,
        batch=message.batch,
        files=tuple(_file_row(file, message, root) for file in message.files),
        created=message.created,
        updated=message.updated,
        next=message.next_at,
        reason=message.reason,
        mdn=message.mdn,
        deleted=message.progress.deleted_at,
        kinds={kind.name: kind.count for kind in message.kinds},
        documents=tuple(map(_document_row, shown)),
        acknowledged=message.acknowledged,
        acknowledge_by=message.acknowledge_by,
        resend_of=message.resend_of,
        verdicts=verdicts(message) if message.state is State.HELD else (),
        documents_more=max(0, sum(kind.count for kind in message.kinds) - len(shown)),
    )


def list_messages(records: Records, wanted: Search, roots: Roots) -> tuple[Row, ...]:
    """The messages that fit, newest first. What needs a person is also what is not acknowledged in time."""
    found = records.search(wanted)
    if wanted.attention and wanted.at and wanted.acknowledged in {None, OVERDUE}:
        late = records.search(replace(wanted, attention=False, acknowledged=OVERDUE))
        known = {message.id: message for message in (*found, *late)}
        newest = sorted(known.values(), key=lambda message: message.created, reverse=True)
        found = newest[: wanted.limit]
    return rows_of(records, found, roots)


def find_messages(
    records: Records, text: str, roots: Roots, *, account: str | None = None, limit: int = 100
) -> tuple[Row, ...]:
    """The messages of that id or file name, newest first."""
    return rows_of(records, records.find(text, account=account, limit=limit), roots)


def rows_of(records: Records, found: Sequence[Message], roots: Roots) -> tuple[Row, ...]:
    """The rows with their documents, by one question for all."""
    holding = [message.id for message in found if message.kinds]
    documents: Mapping[MessageId, Sequence[Filed]] = {}
    if holding:
        documents = records.documents(holding, most=LISTED)
    return tuple(row(message, roots, documents.get(message.id, ())) for message in found)


def the_message(records: Records, text: str, *, account: str | None = None) -> Message:
    """The one message of that id or whole file name. Raises: NotFound; UsageError when it fits several."""
    if not text:
        raise UsageError("an empty name means no message", "Write an id or a file's name.")
    found = records.named(text, account=account, limit=MOST_NAMESAKES + 1)
    if not found:
        raise NotFound(f"no message has the id or the file name {text}", _near(records, text, account))
    if len(found) > 1:
        raise UsageError(f"{text} is the name of several messages", namesakes(found))
    return found[0]


def _near(records: Records, text: str, account: str | None) -> str:
    if records.find(text, account=account, limit=1):
        return f"`syncd find {text}` shows those that have it in their name."
    return "`syncd list` shows what there is."


def namesakes(found: Sequence[Message]) -> str:
    """Which messages have one name, with what tells them apart."""
    told = [
        f"{row.id} ({row.direction}, {row.state}, {row.created.astimezone(UTC):%Y-%m-%d %H:%M} UTC)"
        for row in found[:MOST_NAMESAKES]
    ]
    more = ", and more" if len(found) > MOST_NAMESAKES else ""
    return f"Name one by its id: {', '.join(told)}{more}."


def show_message(records: Records, text: str, roots: Roots, *, account: str | None = None) -> Whole:
    """The one message of that id or file name, with attempts and history. Raises: as `the_message`."""
    message = the_message(records, text, account=account)
    documents = records.documents([message.id], most=MOST)
    known = row(message, roots, documents.get(message.id, ()))
    return Whole(
        **{field.name: getattr(known, field.name) for field in fields(Row)},
        comes_next=comes_next(message),
        attempts=message.attempts,
        history=tuple(records.history(message.id)),
    )


def _document_row(document: Filed) -> DocumentRow:
    return DocumentRow(**{field.name: getattr(document, field.name) for field in fields(DocumentRow)})


def _file_row(file: File, message: Message, root: Path | None) -> FileRow:
    return FileRow(name=file.name, size=file.size, sha256=file.sha256, path=_path(file, message, root))


def _path(file: File, message: Message, root: Path | None) -> Path | None:
    """Places of arriving messages are promised, not taken: nothing stands there yet."""
    if root is None or message.state is State.ARRIVING:
        return None
    if message.direction is Direction.INBOUND:
        return root / file.place if file.place else None
    if message.place is None or message.progress.file_gone:
        return None
    return root / message.place / file.name if message.is_folder else root / message.place
