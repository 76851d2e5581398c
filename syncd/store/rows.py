"""A message as a row, and back: columns for what is asked, JSON for what is only carried along."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any, get_type_hints

import sqlalchemy as sa

from syncd.core.documents import Verdict
from syncd.core.filed import Filed
from syncd.core.filed import number as compared
from syncd.core.machine import is_unfinished
from syncd.core.model import (
    Answer,
    Attempt,
    Direction,
    File,
    Identity,
    KindCount,
    Mdn,
    MdnStatus,
    Message,
    Pair,
    PartnerType,
    Phase,
    Progress,
    State,
    bare,
)
from syncd.store.ids import Ids

Values = dict[str, Any]
InboundKey = tuple[str, str, int | None]

WRITTEN_APART = frozenset({"acknowledged"})
"""What an update leaves alone: acknowledgements come while the row is in other hands."""
NEVER_CHANGE = frozenset({"number", "account", "gateway", "direction", "created"})

_PROGRESS = {field.name: field.default for field in fields(Progress)}
_PROGRESS_TIMES = frozenset(
    name for name, hint in get_type_hints(Progress).items() if hint == datetime | None
)


def values(message: Message, number: int) -> Values:
    """The columns of a message."""
    return {
        "number": number,
        "account": message.account,
        "gateway": message.gateway,
        "direction": message.direction.value,
        "state": message.state.value,
        "phase": message.phase and message.phase.value,
        "unfinished": is_unfinished(message),
        "station": message.pair.station,
        "partner": message.pair.partner,
        "partner_type": message.pair.partner_type.value,
        "name": message.name,
        "is_folder": message.is_folder,
        "message_id": message.message_id,
        "bare_id": None if message.message_id is None else bare(message.message_id),
        "listed_at": message.listed_at,
        "subject": message.subject,
        "batch": message.batch,
        "files": [_file_out(file) for file in message.files],
        "place": message.place,
        "moving_from": message.moving_from,
        "created": message.created,
        "updated": message.updated,
        "accepted_at": message.accepted_at,
        "settled_at": message.settled_at,
        "next_at": message.next_at,
        "reason": message.reason,
        "attempts": [_attempt_out(attempt) for attempt in message.attempts],
        "mdn": message.mdn and _mdn_out(message.mdn),
        "resend_of": message.resend_of,
        "progress": _progress_out(message.progress),
        "acknowledge_by": message.acknowledge_by,
        "acknowledged": message.acknowledged and message.acknowledged.value,
        "kinds": [[kind.name, kind.count] for kind in message.kinds] or None,
    }


def message(row: sa.Row[Any], ids: Ids) -> Message:
    """The message of a row that begins with all columns of `messages`."""
    return Message(
        id=ids.encode(row.number),
        account=row.account,
        gateway=row.gateway,
        direction=Direction(row.direction),
        state=State(row.state),
        phase=Phase(row.phase) if row.phase else None,
        pair=Pair(station=row.station, partner=row.partner, partner_type=PartnerType(row.partner_type)),
        name=row.name,
        is_folder=row.is_folder,
        message_id=row.message_id,
        listed_at=row.listed_at,
        subject=row.subject,
        batch=row.batch,
        files=tuple([File(**file) for file in row.files]),
        place=row.place,
        moving_from=row.moving_from,
        created=row.created,
        updated=row.updated,
        accepted_at=row.accepted_at,
        settled_at=row.settled_at,
        next_at=row.next_at,
        reason=row.reason,
        attempts=tuple([_attempt_in(attempt) for attempt in row.attempts]),
        mdn=row.mdn and _mdn_in(row.mdn),
        resend_of=row.resend_of,
        progress=_progress_in(row.progress),
        acknowledge_by=row.acknowledge_by,
        acknowledged=Answer(row.acknowledged) if row.acknowledged else None,
        kinds=tuple([KindCount(name=name, count=count) for name, count in row.kinds or ()]),
    )


def inbound_key(message: Message) -> InboundKey | None:
    """What there is only one inbound message of; None for outbound ones."""
    if message.direction is not Direction.INBOUND or message.message_id is None:
        return None
    return (message.account, bare(message.message_id), message.listed_at)


def names(message: Message) -> frozenset[str]:
    """The names that a person may know the message by: as dropped, as listed, as they stand in a folder."""
    places = (message.place, *(file.place for file in message.files))
    here = (PurePosixPath(place).name for place in places if place)
    return frozenset((message.name, message.batch or "", *(file.name for file in message.files), *here)) - {
        ""
    }


_FILED = tuple(field.name for field in fields(Filed))


def document_values(document: Filed, message: int) -> Values:
    """The columns of a document."""
    known: Values = {name: getattr(document, name) for name in _FILED}
    numbers = {f"{name}_number": compared(known[name]) for name in ("interchange", "group", "control")}
    answer = {"verdict": document.verdict and document.verdict.value, "note": document.note or None}
    return {"message": message, **known, **numbers, **answer}


def document(row: sa.Row[Any]) -> Filed:
    """The document of a row."""
    known: Values = {name: getattr(row, name) for name in _FILED}
    verdict = Verdict(row.verdict) if row.verdict else None
    return Filed(**known | {"verdict": verdict, "note": row.note or ""})


def _file_out(file: File) -> Values:
    return _sparse(name=file.name, size=file.size, sha256=file.sha256, place=file.place)


def _attempt_out(attempt: Attempt) -> Values:
    return {"at": attempt.at.isoformat(), "outcome": attempt.outcome, "detail": attempt.detail}


def _attempt_in(attempt: Values) -> Attempt:
    return Attempt(
        at=datetime.fromisoformat(attempt["at"]), outcome=attempt["outcome"], detail=attempt["detail"]
    )


def _mdn_out(mdn: Mdn) -> Values:
    return _sparse(status=mdn.status.value, content=mdn.content, at=mdn.at and mdn.at.isoformat())


def _mdn_in(mdn: Values) -> Mdn:
    at = mdn.get("at")
    return Mdn(
        status=MdnStatus(mdn["status"]),
        content=mdn.get("content"),
        at=datetime.fromisoformat(at) if at else None,
    )


def _progress_out(progress: Progress) -> Values:
    remembered: Values = {}
    for name, default in _PROGRESS.items():
        value = getattr(progress, name)
        if value != default:
            remembered[name] = _plain(value)
    return remembered


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Identity):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    return value


def _progress_in(remembered: Values) -> Progress:
    found = dict(remembered)
    for name in _PROGRESS_TIMES & found.keys():
        found[name] = datetime.fromisoformat(found[name])
    if "identity" in found:
        found["identity"] = Identity(**found["identity"])
    return Progress(**found)


def _sparse(**known: object) -> Values:
    return {name: value for name, value in known.items() if value is not None}
