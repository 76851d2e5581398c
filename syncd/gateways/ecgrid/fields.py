"""JSON objects as ECGrid sends them: names in any case, numbers as text, times with and without fraction."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime


class Fields:
    """The fields of one JSON object, asked for by all names that they may have.

    A field of a wrong kind counts as missing: only what nothing can be done without is asked for by force.
    """

    def __init__(self, fields: Mapping[str, object]) -> None:
        self._fields = {name.casefold(): value for name, value in fields.items()}

    def __contains__(self, name: str) -> bool:
        """Whether there is a field of that name, null or not."""
        return name.casefold() in self._fields

    def get(self, *names: str) -> object:
        """The value of the first of these that is there and not null; else None."""
        values = (self._fields.get(name.casefold()) for name in names)
        return next((value for value in values if value is not None), None)

    def text(self, *names: str) -> str | None:
        """A text, or a number as text; None for an empty one."""
        for name in names:
            value = self._fields.get(name.casefold())
            if isinstance(value, str) and value.strip():
                return value
            if isinstance(value, int) and not isinstance(value, bool):
                return str(value)
        return None

    def whole(self, *names: str) -> int | None:
        """A whole number, which may come as text."""
        found = (whole(self._fields.get(name.casefold())) for name in names)
        return next((number for number in found if number is not None), None)

    def identity(self, *names: str) -> int | None:
        """A number that names something: 0 and below name nothing."""
        found = (whole(self._fields.get(name.casefold())) for name in names)
        return next((number for number in found if number is not None and number > 0), None)

    def moment(self, *names: str) -> datetime | None:
        """A time; without a zone it is UTC (Getting Started, Request conventions)."""
        found = (moment(self._fields.get(name.casefold())) for name in names)
        return next((at for at in found if at is not None), None)

    def inner(self, *names: str) -> Fields | None:
        """An object within."""
        value = self.get(*names)
        return Fields(value) if isinstance(value, dict) else None

    def rows(self, *names: str) -> tuple[Fields, ...]:
        """The objects of the first array among these fields; none when there is no array."""
        values = (self._fields.get(name.casefold()) for name in names)
        return objects(next((value for value in values if isinstance(value, list)), ()))

    def first_rows(self) -> tuple[Fields, ...] | None:
        """The objects of whichever field holds an array; None when none does."""
        found = next((value for value in self._fields.values() if isinstance(value, list)), None)
        return None if found is None else objects(found)


def objects(values: object) -> tuple[Fields, ...]:
    """The objects in an array."""
    return tuple(Fields(one) for one in values if isinstance(one, dict)) if isinstance(values, list) else ()


def whole(value: object) -> int | None:
    """A whole number, or None."""
    if isinstance(value, bool):
        return None
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and re.fullmatch(r"\s*[+-]?[0-9]{1,18}\s*", value):
        return int(value)
    return value if isinstance(value, int) else None


def moment(value: object) -> datetime | None:
    """A time of ISO 8601 as UTC, or None; the year 1 stands for no time."""
    if not isinstance(value, str):
        return None
    try:
        at = datetime.fromisoformat(value.strip())
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return at if at.year > 1900 else None


def written(at: datetime) -> str:
    """A time as it is sent: whole seconds, UTC."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
