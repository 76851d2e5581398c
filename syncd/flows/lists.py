"""Read the gateway's lists of what was sent, whole or down to a time, and say whether they were complete."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from syncd.core.model import PartnerType, bare
from syncd.core.planning.doubt import Seen
from syncd.core.shown import Box, Listing, Record
from syncd.flows.bridge import Bridge

MOST_PAGES = 1000


def read_lists(
    bridge: Bridge, partner_type: PartnerType, boxes: Sequence[Box], *, back_to: datetime | None
) -> Seen:
    """The lists in the given order, newest first; queued whole, the others down to `back_to`.

    A gateway that keeps all that was sent in one list is asked for that one alone. Complete means: no page
    was shorter than the total promised. Raises: GatewayError.
    """
    if boxes and bridge.gateway.capabilities.has_one_outbox:
        boxes = (Box.OUTBOX,)
    records: list[Record] = []
    complete = True
    began = bridge.clock.now()
    for box in boxes:
        found, whole = _read_box(bridge, partner_type, box, None if box is Box.QUEUED else back_to)
        records.extend(found)
        complete = complete and whole
    return Seen(records=tuple(records), complete=complete, at=began)


def _read_box(
    bridge: Bridge, partner_type: PartnerType, box: Box, back_to: datetime | None
) -> tuple[list[Record], bool]:
    seen: dict[tuple[str, int | None], Record] = {}
    read = 0
    for page in range(MOST_PAGES):
        listing = bridge.gateway.page(box, partner_type, page=page, since=back_to)
        before = len(seen)
        for record in listing.records:
            seen.setdefault((bare(record.message_id), record.persisted), record)
        read += len(listing.records)
        if bridge.gateway.capabilities.has_ordered_lists and _reaches(listing, back_to):
            return list(seen.values()), True
        if listing.is_last or len(seen) == before:
            return list(seen.values()), listing.total is None or read >= listing.total
    return list(seen.values()), False


def _reaches(listing: Listing, back_to: datetime | None) -> bool:
    if back_to is None:
        return False
    return any(
        record.persisted_at is not None and record.persisted_at < back_to for record in listing.records
    )
