"""What other processes may do with the ECGrid sandbox, under `/_sandbox/`.

`GET /_sandbox/ledger` gives all that happened. Each command is a POST with a JSON object, whose fields are
those of the method of the same name in Python::

    deliver         {"partner": "445566", "files": [{"name": "a.edi", "text": "UNA"}]}
    trouble         {"do": "status", "operation": "me", "status": 502, "times": 3}
    calm            {}
    behave          {"partner": "445566", "files": "*.bad", "delivery": "failed"}
    pause           {"partner": "445566"}
    resume          {"partner": "445566"}
    advance         {"seconds": 3600}
    switch          {"profile": "guide"}
    mark_read       {"id": "…"}
    mark_unread     {"id": "…"}
    restore         {}
    revive          {"id": "…"}
    regenerate_key  {}
    revoke_refresh  {}
    expire_tokens   {}
    reset           {}

A file's content is `text`, or `base64`.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from syncd.sandbox.ecgrid.sandbox import ECGridSandbox

Command = Callable[[dict[str, Any]], object]


def commands(box: ECGridSandbox) -> dict[str, Command]:
    """Give the commands; each takes the fields of a JSON object."""
    return {
        "deliver": lambda fields: {"id": box.deliver(**{**fields, "files": _files(fields.get("files", []))})},
        "trouble": lambda fields: box.trouble(**fields),
        "calm": lambda _: box.calm(),
        "behave": lambda fields: _behave(box, fields),
        "pause": lambda fields: box.partner(fields["partner"]).pause(),
        "resume": lambda fields: box.partner(fields["partner"]).resume(),
        "advance": lambda fields: box.advance(float(fields["seconds"])),
        "switch": lambda fields: box.switch(**fields),
        "mark_read": lambda fields: box.mark_read(fields["id"]),
        "mark_unread": lambda fields: box.mark_unread(fields["id"]),
        "restore": lambda _: box.restore(),
        "revive": lambda fields: box.revive(fields["id"]),
        "regenerate_key": lambda fields: {"api_key": box.regenerate_key(**fields)},
        "revoke_refresh": lambda fields: box.revoke_refresh(**fields),
        "expire_tokens": lambda fields: box.expire_tokens(**fields),
        "reset": lambda _: box.reset(),
    }


def _files(shapes: list[dict[str, str]]) -> list[tuple[str, bytes]]:
    return [(one["name"], _content(one)) for one in shapes]


def _content(shape: dict[str, str]) -> bytes:
    return base64.b64decode(shape["base64"]) if "base64" in shape else shape["text"].encode()


def _behave(box: ECGridSandbox, fields: dict[str, Any]) -> None:
    box.partner(fields.pop("partner")).behave(**fields)
