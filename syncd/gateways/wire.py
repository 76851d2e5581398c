"""Requests and replies as values: what the session sends and what it hands back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import quote, urlencode

from syncd.core.window import Use
from syncd.errors import Rejected

MEGABYTE = 1024 * 1024
_LONGEST_SEGMENT = 8000  # servers take no longer line
PIECE_BYTES = 64 * 1024


class Headers(Protocol):
    """Header fields by name, whatever its case."""

    def get(self, key: str, /) -> str | None:
        """The value of that name, or None."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request. It can be sent more than once: the body is kept as whole pieces.

    `path` is below the gateway's base address and percent-encoded. `accepts` are the statuses that are an
    answer; any other is raised as one of our errors. A body over `most_bytes` is not read. `operation` is a
    word for those who count requests.
    """

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    body: tuple[bytes, ...] | None = field(default=None, repr=False)
    use: Use = Use.READ
    accepts: frozenset[int] = frozenset({200})
    most_bytes: int = 16 * MEGABYTE
    is_transfer: bool = False
    """Carries files: gets the longer deadline."""
    is_anonymous: bool = False
    """Needs no log-in, and counts for the address that it comes from."""
    operation: str = "other"

    @property
    def name(self) -> str:
        """Method and path, for errors and logs; never the query."""
        return f"{self.method} {self.path}"

    @property
    def target(self) -> str:
        """Path and query, as they go over the wire."""
        return f"{self.path}?{urlencode(self.query, quote_via=quote)}" if self.query else self.path

    @property
    def body_bytes(self) -> int:
        """The Content-Length."""
        return sum(len(piece) for piece in self.body or ())

    def pieces(self) -> Iterator[memoryview]:
        """The body in pieces that are small enough to look at the clock between them."""
        for part in self.body or ():
            view = memoryview(part)
            for start in range(0, len(view), PIECE_BYTES):
                yield view[start : start + PIECE_BYTES]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer of an accepted status, read to its end."""

    status: int
    headers: Headers
    body: bytes = field(repr=False)


def segment(identifier: str) -> str:
    """An id as one segment of a path, percent-encoded wholly.

    Raises: Rejected for one that a path cannot carry: too long, or `.`, `..` and nothing, which mean another.
    """
    if identifier in {"", ".", ".."}:
        raise Rejected(
            f"the id {identifier!r} cannot be part of an address", remedy="Rename it at the gateway"
        )
    try:
        written = quote(identifier, safe="")
    except UnicodeEncodeError as mishap:
        raise Rejected(f"the id {identifier!r} is not text") from mishap
    if len(written) > _LONGEST_SEGMENT:
        raise Rejected(f"the id {identifier[:40]!r}… is too long for an address")
    return written
