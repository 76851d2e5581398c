"""Column types: what Python has and a database has not."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime, stored as whole microseconds since 1970: exact, small, in order."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Microseconds. Raises: ValueError for a time without a zone."""
        del dialect
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone")
        return (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """A datetime in UTC."""
        del dialect
        return None if value is None else _EPOCH + timedelta(microseconds=value)


# File names are bytes: Python shows those that are no UTF-8 as surrogates, which no database takes.
# NUL is refused by others than SQLite. Each is written as two characters of the last private plane.
_ESCAPE = "\U0010fffd"
_SHIFT = 0x100000
_AWKWARD = re.compile(f"[\0\ud800-\udfff{_ESCAPE}]")
_ESCAPED = re.compile(f"{_ESCAPE}(.)", re.DOTALL)


class AnyText(TypeDecorator[str]):
    """Any string that Python can hold, also a file name that is not UTF-8."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """The string, with what a database refuses escaped."""
        del dialect
        if value is None or (value.isascii() and "\0" not in value):
            return value
        return _AWKWARD.sub(lambda found: _ESCAPE + _shifted(found[0]), value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """The string as it was."""
        del dialect
        if value is None or _ESCAPE not in value:
            return value
        return _ESCAPED.sub(lambda found: _unshifted(found[1]), value)


def _shifted(awkward: str) -> str:
    return awkward if awkward == _ESCAPE else chr(ord(awkward) + _SHIFT)


def _unshifted(written: str) -> str:
    return written if written == _ESCAPE else chr(ord(written) - _SHIFT)
