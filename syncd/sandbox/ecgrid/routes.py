"""Which path is which operation; as with any ASP.NET service, the case of a path does not count."""

from __future__ import annotations

import re
from dataclasses import dataclass

from syncd.sandbox.wire.exchange import Request

_TABLE = (
    ("POST", "/auth/login", "login"),
    ("POST", "/auth/refresh", "refresh"),
    ("POST", "/auth/logout", "logout"),
    ("POST", "/auth/session", "session"),
    ("GET", "/auth/version", "version"),
    ("GET", "/users/me", "me"),
    ("POST", "/parcels/pending-inbox-list", "list_pending"),
    ("POST", "/parcels/inbox-list", "list_inbox"),
    ("POST", "/parcels/outbox-list", "list_outbox"),
    ("POST", "/parcels/download", "download"),
    ("POST", "/parcels/confirm", "confirm"),
    ("POST", "/parcels/reset-to-inbox/{id}", "reset"),
    ("POST", "/parcels/upload", "upload"),
    ("POST", "/parcels/cancel/{id}", "cancel"),
    ("POST", "/parcels/update", "update"),
    ("POST", "/parcels/set-mailbagcontrolid", "set_mailbag"),
    ("POST", "/parcels/find-mailbagcontrolid", "find_mailbag"),
    ("POST", "/parcels/acknowledgment-note", "note"),
    ("POST", "/parcels/send-test-file", "send_test"),
    ("GET", "/parcels/manifest/{id}", "manifest"),
    ("GET", "/parcels/{id}", "get_parcel"),
    ("POST", "/interchanges/inbox-list", "interchanges_inbox"),
    ("POST", "/interchanges/outbox-list", "interchanges_outbox"),
    ("POST", "/interchanges/cancel/{id}", "cancel_interchange"),
    ("POST", "/interchanges/resend/{id}", "resend_interchange"),
    ("GET", "/interchanges/get-manifest/{id}", "interchange_manifest"),
    ("GET", "/interchanges/{id}", "get_interchange"),
    ("POST", "/ids/list", "list_ids"),
    ("POST", "/ids/find", "find_ids"),
    ("GET", "/status-lists", "status_lists"),
    ("GET", "/mailboxes/{id}", "mailbox"),
)
ANONYMOUS = frozenset({"login", "version"})
"""They need no credentials, and are counted by the source's address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """An operation that a path asks for, with the number that stands in it."""

    operation: str
    number: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pattern:
    method: str
    path: re.Pattern[str]
    operation: str


_PATTERNS = tuple(
    _Pattern(
        method=method,
        path=re.compile("/v2" + path.replace("{id}", "([0-9]{1,18})"), re.IGNORECASE | re.ASCII),
        operation=operation,
    )
    for method, path, operation in _TABLE
)
UNKNOWN = Route(operation="unknown")
WRONG_METHOD = Route(operation="wrong_method")


def route(request: Request) -> Route:
    """Find what is asked for, WRONG_METHOD when the path exists for another method, or UNKNOWN."""
    is_known = False
    for pattern in _PATTERNS:
        found = pattern.path.fullmatch(request.path)
        if found and pattern.method == request.method:
            return Route(operation=pattern.operation, number=int(found[1]) if found.groups() else 0)
        is_known = is_known or found is not None
    return WRONG_METHOD if is_known else UNKNOWN
