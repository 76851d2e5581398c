"""The control surface for other processes, under `/_sandbox/`: not counted, not limited, never in trouble."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from syncd.sandbox.wire.exchange import Reply, Request
from syncd.sandbox.wire.service import CONTROL

Command = Callable[[dict[str, Any]], object]


class Control:
    """Answers `GET /_sandbox/ledger`, and `POST /_sandbox/<command>` with a JSON object."""

    def __init__(self, *, ledger: Callable[[], object], commands: Mapping[str, Command]) -> None:
        self._ledger = ledger
        self._commands = commands

    def answer(self, request: Request) -> Reply:
        """Do a command and answer with its result; a mistake is a 400 that says what."""
        name = request.path.removeprefix(CONTROL)
        if (request.method, name) == ("GET", "ledger"):
            return Reply.of_json(200, self._ledger())
        command = self._commands.get(name)
        if request.method != "POST" or command is None:
            known = ", ".join(sorted(self._commands))
            return Reply.of_json(404, {"error": f"There is GET ledger, and POST {known}."})
        try:
            return Reply.of_json(200, command(_fields(request.body)))
        except (TypeError, ValueError, LookupError) as mistake:
            return Reply.of_json(400, {"error": str(mistake)})


def _fields(body: bytes) -> dict[str, Any]:
    fields = json.loads(body or b"{}")
    if not isinstance(fields, dict):
        raise TypeError("The body must be a JSON object.")
    return fields
