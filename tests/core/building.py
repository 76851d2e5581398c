"""Small builders for the tests of the core: a message, an entry, a file, with what the test is about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from syncd.core.machine import Spot
from syncd.core.model import (
    Direction,
    File,
    GatewayId,
    Identity,
    Message,
    MessageId,
    Pair,
    Phase,
    Place,
    Progress,
    State,
)
from syncd.core.shown import Box, Capabilities, Record

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
PAIR = Pair(station="ACME", partner="WALMART")
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
ZERO = timedelta()


def file(name: str = "invoice.edi", size: int = 10, *, sha256: str | None = None) -> File:
    return File(name=name, size=size, sha256=sha256)


def inbound(
    number: int = 1,
    *,
    spot: Spot = (State.ARRIVING, Phase.LISTED),
    files: tuple[File, ...] = (File(name="invoice.edi", size=10),),
    gateway_id: str | None = None,
    listed_at: int | None = 1000,
    created: datetime = NOW,
    next_at: datetime | None = None,
    settled_at: datetime | None = None,
    progress: Progress | None = None,
) -> Message:
    return Message(
        id=MessageId(f"in{number}"),
        account="acme",
        gateway="as2gateway",
        direction=Direction.INBOUND,
        state=spot[0],
        phase=spot[1],
        pair=PAIR,
        message_id=GatewayId(gateway_id or f"<g{number}@as2>"),
        listed_at=listed_at,
        files=files,
        created=created,
        updated=created,
        next_at=next_at,
        settled_at=settled_at,
        progress=progress or Progress(),
    )


def outbound(
    number: int = 1,
    *,
    spot: Spot = (State.QUEUED, Phase.CLAIMED),
    name: str = "invoice.edi",
    pair: Pair = PAIR,
    files: tuple[File, ...] | None = None,
    gateway_id: str | None = None,
    mtime_ns: int = 0,
    place: str | None = "queued/ACME/WALMART/invoice.edi",
    moving_from: str | None = None,
    accepted_at: datetime | None = None,
    next_at: datetime | None = None,
    progress: Progress | None = None,
) -> Message:
    identity = Identity(device=1, inode=number, size=10, mtime_ns=mtime_ns)
    return Message(
        id=MessageId(f"out{number}"),
        account="acme",
        gateway="as2gateway",
        direction=Direction.OUTBOUND,
        state=spot[0],
        phase=spot[1],
        pair=pair,
        name=name,
        files=(File(name=name, size=10),) if files is None else files,
        message_id=GatewayId(gateway_id) if gateway_id else None,
        place=Place(place) if place else None,
        moving_from=Place(moving_from) if moving_from else None,
        created=NOW,
        updated=NOW,
        accepted_at=accepted_at,
        next_at=next_at,
        progress=progress or Progress(identity=identity),
    )


def record(
    gateway_id: str = "g1@as2",
    *,
    box: Box = Box.RECEIVED,
    persisted: int | None = 1000,
    at: datetime | None = NOW,
    sender: str = "ACME",
    receiver: str = "WALMART",
    files: tuple[File, ...] = (File(name="invoice.edi", size=10),),
    subject: str | None = None,
) -> Record:
    return Record(
        message_id=GatewayId(gateway_id),
        box=box,
        persisted=persisted,
        persisted_at=at,
        sender=sender,
        receiver=receiver,
        partner_type=PAIR.partner_type,
        subject=subject,
        files=files,
    )


def capabilities(*, messages: int = 100, size: int = 10_000_000, batch_confirm: bool = True) -> Capabilities:
    return Capabilities(
        kind="as2gateway",
        files_per_message=10,
        bytes_per_message=10 * 1_048_576,
        batch_messages=messages,
        batch_bytes=size,
        has_mdn=True,
        has_batch_confirm=batch_confirm,
        can_mark_unread=True,
        can_retry=True,
        can_delete=True,
        can_read_sent=True,
        has_numbered_pairs=False,
        has_one_outbox=False,
        has_ordered_lists=True,
        names_sender=False,
        failed_is_final=False,
    )
