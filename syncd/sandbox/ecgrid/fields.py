"""The JSON body of a request: keys in any case, unknown ones ignored, types held to."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

from syncd.sandbox.wire.exchange import Refusal, Request

_NUMBER = re.compile(r"-?[0-9]{1,18}", re.ASCII)


class Fields:
    """The members of a body; each is read under any of its names, null is as good as absent."""

    def __init__(self, members: dict[str, Any]) -> None:
        self._members = {name.lower(): value for name, value in members.items()}

    @classmethod
    def of(cls, request: Request) -> Fields:
        """Read a body; an empty one has no members.

        Raises: Refusal.
        """
        if not request.body:
            return cls({})
        kind = (request.header("Content-Type") or "").partition(";")[0].strip().lower()
        if kind != "application/json":
            raise Refusal(400, "The Content-Type must be application/json.")
        try:
            members = json.loads(request.body)
        except ValueError:
            raise Refusal(400, "The body is not JSON.") from None
        if not isinstance(members, dict):
            raise Refusal(400, "The body is not a JSON object.")
        return cls(members)

    def _raw(self, names: tuple[str, ...]) -> object:
        values = (self._members.get(name.lower()) for name in names)
        return next((value for value in values if value is not None), None)

    def number(self, *names: str) -> int | None:
        """Read an integer; digits in a string are one.

        Raises: Refusal.
        """
        value = self._raw(names)
        if value is None or (isinstance(value, int) and not isinstance(value, bool)):
            return value
        if isinstance(value, str) and _NUMBER.fullmatch(value):
            return int(value)
        raise Refusal(400, f"{names[0]} must be an integer.")

    def some_id(self, *names: str) -> int | None:
        """Read an ECGrid id; 0 means none.

        Raises: Refusal.
        """
        return self.number(*names) or None

    def needed_number(self, *names: str) -> int:
        """Read an integer that must be there.

        Raises: Refusal.
        """
        value = self.number(*names)
        if value is None:
            raise Refusal(400, f"{names[0]} is missing.")
        return value

    def text(self, *names: str) -> str | None:
        """Read a string.

        Raises: Refusal.
        """
        value = self._raw(names)
        if value is None or isinstance(value, str):
            return value
        raise Refusal(400, f"{names[0]} must be a string.")

    def needed_text(self, *names: str) -> str:
        """Read a string that must be there and not be empty.

        Raises: Refusal.
        """
        value = self.text(*names)
        if not value:
            raise Refusal(400, f"{names[0]} is missing or empty.")
        return value

    def moment(self, name: str) -> float | None:
        """Read an ISO 8601 time, UTC unless it says otherwise, as seconds since 1970; a date is its midnight.

        Raises: Refusal.
        """
        text = self.text(name)
        if not text:
            return None
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            raise Refusal(400, f"{name} is no ISO 8601 time.") from None
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
