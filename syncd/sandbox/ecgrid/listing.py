"""Lists: filters, order and pages, and the shapes that a page comes in."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from syncd.sandbox.ecgrid.answers import Payload
from syncd.sandbox.ecgrid.fields import Fields
from syncd.sandbox.ecgrid.mailbox import Inbound, Outbound
from syncd.sandbox.ecgrid.switches import ECGridSwitches
from syncd.sandbox.wire.exchange import Refusal

OWN_LENGTH = 25
MOST_LISTED = 500
One = TypeVar("One")
AnyParcel = Inbound | Outbound


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Which part of a list is asked for; no length means all of it."""

    number: int
    length: int | None

    @classmethod
    def of(cls, fields: Fields, *, default: int | None, most: int | None = None) -> Page:
        """Read pageNo, counted from 1, and recordsPerPage.

        Raises: Refusal.
        """
        number = fields.number("pageNo", "pageIndex")
        length = fields.number("recordsPerPage", "pageSize")
        if number is not None and number < 1:
            raise Refusal(400, "pageNo must be 1 or more.")
        if length is not None and not 1 <= length <= (most or length):
            raise Refusal(400, f"recordsPerPage must be from 1{f' to {most}' if most else ' on'}.")
        if length is None:
            length = OWN_LENGTH if default is None and number is not None else default
        return cls(number=number or 1, length=length)

    def cut(self, rows: Sequence[One], reading: str) -> Sequence[One]:
        """Give the rows that are on the page."""
        length = OWN_LENGTH if reading == "own" else self.length
        if length is None or reading == "ignored":
            return rows
        start = (self.number - 1) * length
        return rows[start : start + length]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which parcels a list asks for."""

    sender: int | None
    receiver: int | None
    status: str
    begin: float | None
    end: float | None

    @classmethod
    def of(cls, fields: Fields) -> Wanted:
        """Read the filters.

        Raises: Refusal.
        """
        return cls(
            sender=fields.some_id("ecGridIdFrom", "fromECGridId"),
            receiver=fields.some_id("ecGridIdTo", "toECGridId"),
            status=(fields.text("status") or "").lower(),
            begin=fields.moment("beginDate"),
            end=fields.moment("endDate"),
        )

    def fits(self, parcel: AnyParcel, word: str) -> bool:
        """Compare; the dates are inclusive, to the whole second that is listed."""
        return (
            self.sender in {None, parcel.sender}
            and self.receiver in {None, parcel.receiver}
            and self.status in {"", word.lower()}
            and (self.begin is None or parcel.created >= self.begin)
            and (self.end is None or int(parcel.created) <= self.end)
        )


def ordered(parcels: Iterable[AnyParcel], reading: str) -> list[AnyParcel]:
    """Sort parcels; shuffled is the same disorder each time."""
    if reading == "shuffled":
        return sorted(parcels, key=lambda one: zlib.crc32(str(one.id).encode()))
    return sorted(parcels, key=lambda one: (one.created, one.id), reverse=reading == "newest")


def parcel_page(
    parcels: Iterable[AnyParcel], page: Page, switches: ECGridSwitches, row: Callable[[AnyParcel], Any]
) -> Payload:
    """Give a page of parcels as the profile has it: bare, as an object, or with its numbers inside."""
    found = ordered(parcels, switches.order)
    cut = page.cut(found, switches.paging)
    rows = [row(one) for one in cut]
    length = page.length or len(rows)
    match switches.profile:
        case "guide":
            beside = {"totalRecords": len(found), "pageNo": page.number, "recordsPerPage": length}
            return Payload(data={"parcels": rows}, beside=beside)
        case "backend":
            return Payload(data={**_numbers(page, length, len(found), len(rows)), "parcelIDInfoList": rows})
        case _:
            return Payload(data=rows)


def interchange_page(found: Sequence[Any], page: Page, switches: ECGridSwitches) -> Payload:
    """Give a page of interchanges; their list has its numbers inside in every profile."""
    rows = list(page.cut(found, switches.paging))
    length = page.length or len(rows)
    if switches.profile == "backend":
        numbers = _numbers(page, length, len(found), len(rows))
        return Payload(data={**numbers, "interchangeIDInfoList": rows})
    numbers = {"totalRecords": len(found), "pageNo": page.number, "recordsPerPage": length}
    return Payload(data={**numbers, "interchanges": rows})


def _numbers(page: Page, length: int, total: int, count: int) -> dict[str, int]:
    return {
        "pageSize": length,
        "pageNumber": page.number,
        "count": count,
        "totalRecords": total,
        "totalPages": -(-total // length) if length else 1,
    }
