"""The control surface for other processes, under `/_sandbox/`: not counted, not limited, never in trouble.

`GET /_sandbox/ledger` gives all that happened. Each command is a POST with a JSON object, whose fields are
those of the method of the same name in Python::

    deliver      {"partner": "RJ_Partner", "files": [{"name": "a.edi", "text": "UNA"}]}
    trouble      {"do": "status", "operation": "stations", "status": 502, "times": 3}
    calm         {}
    behave       {"partner": "RJ_Partner", "files": "*.bad", "delivery": "permanent"}
    pause        {"as2_id": "RJ_Partner"}
    resume       {"as2_id": "RJ_Partner"}
    advance      {"seconds": 3600}
    switch       {"page_offset": "record"}
    mark_read    {"id": "…"}
    mark_unread  {"id": "…"}
    restore      {}
    revive       {"id": "…"}
    reset        {}

A file's content is `text`, or `base64`. On a shell::

    curl -d '{"files": [{"name": "a.edi", "text": "UNA"}]}' http://127.0.0.1:PORT/_sandbox/deliver
"""

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
            fields = _fields(request.body)
            if name == "deliver":
                _check_files(fields.get("files", []))
            return Reply.of_json(200, command(fields))
        except (TypeError, ValueError, LookupError) as mistake:
            return Reply.of_json(400, {"error": str(mistake)})


def _fields(body: bytes) -> dict[str, Any]:
    fields = json.loads(body or b"{}")
    if not isinstance(fields, dict):
        raise TypeError("The body must be a JSON object.")
    return fields


def _check_files(files: object) -> None:
    """Raises: TypeError with the form that is wanted."""
    if not isinstance(files, list) or not all(_is_file(one) for one in files):
        raise TypeError('The files must be a list: [{"name": "a.edi", "text": "UNA"}], or base64 for text.')


def _is_file(one: object) -> bool:
    if not isinstance(one, dict) or not isinstance(one.get("name"), str):
        return False
    return isinstance(one.get("text"), str) or isinstance(one.get("base64"), str)
