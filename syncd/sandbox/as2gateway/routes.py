"""Which path is which operation; matched on the raw path, because an id may carry `%2F`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

from syncd.sandbox.as2gateway.switches import Switches
from syncd.sandbox.wire.exchange import Request

_TABLE = (
    ("POST", "/authorize", "authorize"),
    ("GET", "/station", "stations"),
    ("GET", "/partner", "partners"),
    ("GET", "/message/(received|sent|failed|queued)", "list_*"),
    ("GET", "/message/(received|sent|failed|queued)/{id}", "get_*"),
    ("POST", "/message/received/batch/attachments", "batch"),
    ("POST", "/message/received/{id}/markUnread", "mark_unread"),
    ("GET", "/message/(received|sent)/{id}/attachments", "attachment_*"),
    ("GET", "/message/(received|sent)/{id}/attachments/all", "all_*"),
    ("GET", "/message/(received|sent)/{id}/attachments/{id}", "attachment_*"),
    ("GET", "/message/(received|sent)/{id}/mdn", "mdn_*"),
    ("GET", "/message/(received|sent)/{id}/mdn/{id}", "mdn_*"),
    ("POST", "/message/queued/{id}/stop", "stop"),
    ("POST", "/message/queued/{id}/retry", "retry"),
    ("POST", "/message/{id}/{id}", "send"),
)
_DELETES = (
    ("DELETE", "{root}/(received|sent|queued|stopped|failed)", "delete_many"),
    ("DELETE", "{root}/(received|sent|queued|stopped|failed)/{id}", "delete"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """An operation that a path asks for, with the decoded pieces of the path."""

    operation: str
    place: str = ""
    ids: tuple[str, ...] = ()

    @property
    def index(self) -> str:
        """Give the zero-based index of a download; without one it is the first."""
        return self.ids[1] if len(self.ids) > 1 else "0"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pattern:
    method: str
    path: re.Pattern[str]
    operation: str


def _compiled(method: str, path: str, operation: str) -> _Pattern:
    regex = re.compile("/v1" + path.replace("{id}", "([^/]+)"))
    return _Pattern(method=method, path=regex, operation=operation)


_PATTERNS = tuple(_compiled(*row) for row in _TABLE)
_LONG = tuple(_compiled(method, path.replace("{root}", "/message"), name) for method, path, name in _DELETES)
_SHORT = tuple(_compiled(method, path.replace("{root}", ""), name) for method, path, name in _DELETES)
_BY_READING = {"both": _LONG + _SHORT, "message": _LONG, "short": _SHORT}
_UNKNOWN = Route(operation="unknown")


def route(request: Request, switches: Switches) -> Route:
    """Find what is asked for."""
    for pattern in (*_PATTERNS, *_BY_READING[switches.delete_path]):
        found = pattern.path.fullmatch(request.path) if pattern.method == request.method else None
        if found:
            return _route(pattern.operation, found.groups())
    return _UNKNOWN


def _route(operation: str, pieces: tuple[str, ...]) -> Route:
    if not (operation.endswith("*") or operation.startswith("delete")):
        return Route(operation=operation, ids=tuple(unquote(piece) for piece in pieces))
    place, *ids = pieces
    return Route(
        operation=operation.replace("*", place),
        place=place,
        ids=tuple(unquote(piece) for piece in ids),
    )
