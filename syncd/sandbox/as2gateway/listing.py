"""The lists: their parameters with the limits of §5, filters, order and pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from syncd.sandbox.as2gateway.mailbox import Message, bare
from syncd.sandbox.as2gateway.switches import Switches
from syncd.sandbox.wire.exchange import Refusal, Request

SORT_COLUMNS = ("persistedTimestamp", "receiverId", "senderId", "subject")
Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One record of a list, written only when it is on the page."""

    message: Message
    at: float
    render: Callable[[], Json]

    @classmethod
    def of(cls, message: Message, at: float, render: Callable[..., Json], *parts: object) -> Row:
        """Make a row that will be written of these parts."""
        return cls(message=message, at=at, render=partial(render, *parts))


@dataclass(frozen=True, slots=True, kw_only=True)
class ListQuery:
    """The parameters of a list call, already checked."""

    sort_column: str
    is_descending: bool
    partner_type: str
    page_offset: int
    page_length: int
    filters: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, request: Request, *, is_queue: bool) -> ListQuery:
        """Read the parameters.

        Raises: Refusal for one that is outside its limits.
        """
        given = request.parameters()
        names = ("query",) if is_queue else ("partnerAS2Id", "stationAS2Id", "as2MessageId", "subject")
        return cls(
            sort_column=choice(given, "sortCol", SORT_COLUMNS),
            is_descending=choice(given, "sortDir", ("desc", "asc")) == "desc",
            partner_type=choice(given, "partnerType", ("production", "test")),
            page_offset=_number(given, "pageOffset", default=0, least=0),
            page_length=_number(given, "pageLength", default=10, least=1, most=100),
            filters=tuple((name, given[name]) for name in names if name in given),
        )


def choice(given: dict[str, str], name: str, choices: Sequence[str]) -> str:
    """Read a parameter that is one of some words; the first is the default.

    Raises: Refusal.
    """
    value = given.get(name, choices[0])
    if value not in choices:
        raise Refusal(400, f"{name} must be one of {', '.join(choices)}")
    return value


def flag(given: dict[str, str], name: str) -> bool:
    """Read a Boolean parameter, false when it is not given.

    Raises: Refusal.
    """
    return choice(given, name, ("false", "true")) == "true"


def _number(given: dict[str, str], name: str, *, default: int, least: int, most: int | None = None) -> int:
    text = given.get(name)
    if text is None:
        return default
    if (
        not (text.isascii() and text.isdecimal())
        or int(text) < least
        or (most is not None and int(text) > most)
    ):
        raise Refusal(400, f"{name} must be an integer from {least}" + (f" to {most}" if most else ""))
    return int(text)


def page(rows: Sequence[Row], query: ListQuery, switches: Switches) -> Json:
    """Give one page as a Pagination entity (§3.7)."""
    found = [row for row in rows if all(_fits(row, name, value, switches) for name, value in query.filters)]
    found.sort(key=_order(query.sort_column), reverse=query.is_descending)
    step = query.page_length if switches.page_offset == "page" else 1
    start = query.page_offset * step
    total = found if switches.total_records == "filtered" else rows
    records = [row.render() for row in found[start : start + query.page_length]]
    return {"totalRecords": len(total), "records": records}


def _order(column: str) -> Callable[[Row], Any]:
    match column:
        case "persistedTimestamp":
            return lambda row: row.at
        case "subject":
            return lambda row: row.message.subject or ""
        case _:
            return lambda row: row.render()[column]


def _fits(row: Row, name: str, value: str, switches: Switches) -> bool:
    message = row.message
    match name:
        case "partnerAS2Id":
            return message.partner == value
        case "stationAS2Id":
            return message.station == value
        case "as2MessageId":
            return message.id == bare(value)
        case "subject":
            return _has_subject(message.subject, value, switches)
        case _:
            is_named = value in {message.partner, message.station} or message.id == bare(value)
            return is_named or _has_subject(message.subject, value, switches)


def _has_subject(subject: str | None, value: str, switches: Switches) -> bool:
    if subject is None:
        return False
    return subject == value if switches.subject_filter == "exact" else value in subject
