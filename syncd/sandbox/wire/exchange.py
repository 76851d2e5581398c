"""What goes over the wire, as values; nothing here knows which gateway is played."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Literal, Protocol
from urllib.parse import parse_qsl, unquote

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request as it came in; header values are the bytes of the wire read as Latin-1."""

    method: str
    path: str
    """Raw, still percent-encoded: an id may carry `%2F`."""
    query: str = ""
    headers: Headers = ()
    body: bytes = b""
    missing_bytes: int = 0
    """How much of the announced Content-Length never came."""
    peer: str = ""
    """The client's IP address."""

    def header(self, name: str) -> str | None:
        """Give the first header of that name, whatever its case."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)

    def segments(self) -> tuple[str, ...]:
        """Split the raw path at its slashes, then decode each piece."""
        return tuple(unquote(piece) for piece in self.path.strip("/").split("/"))

    def parameters(self) -> dict[str, str]:
        """Give the query parameters; of one that is given twice, the last."""
        return dict(parse_qsl(self.query, keep_blank_values=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer that is ready for the wire."""

    status: int
    headers: Headers = ()
    body: bytes = b""

    @classmethod
    def of_json(cls, status: int, payload: object, headers: Headers = ()) -> Reply:
        """Write a payload as a JSON answer."""
        body = json.dumps(payload).encode()
        return cls(status=status, headers=(("Content-Type", "application/json"), *headers), body=body)

    def with_body(self, body: bytes) -> Reply:
        """Keep everything but the body."""
        return replace(self, body=body)

    def with_headers(self, headers: Headers) -> Reply:
        """Add headers."""
        return replace(self, headers=(*self.headers, *headers)) if headers else self


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a reply is put on the wire, when the plain way is not wanted."""

    delay_s: float = 0.0
    silence_s: float | None = None
    """Send nothing, hold the connection this long, then close it."""
    drip_bytes: int | None = None
    drip_gap_s: float = 0.0
    keep_fraction: float = 1.0
    """How much of the body is really sent."""
    declares_length: bool = True
    ending: Literal["keep", "close", "reset"] = "keep"
    says_nothing: bool = False

    def kept_bytes(self, body: bytes) -> int:
        """Count the body bytes that this manner lets through."""
        if self.says_nothing or self.silence_s is not None:
            return 0
        return int(len(body) * self.keep_fraction)


class Refusal(Exception):
    """The gateway's own no, with the words of its generic response."""

    def __init__(self, status: int, message: str, headers: Headers = ()) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = headers


class Gateway(Protocol):
    """The side of a played gateway that the wire needs; called under the service's lock."""

    def operation(self, request: Request) -> str:
        """Name what is asked for, `unknown` when nothing of that path exists."""

    def login(self, request: Request) -> str:
        """Say who asks, `anonymous` when that cannot be told."""

    def act(self, request: Request) -> Reply:
        """Do what is asked and answer."""

    def refuse(self, refusal: Refusal) -> Reply:
        """Write a refusal the way this gateway does."""

    def say(self, status: int, message: str, headers: Headers) -> Reply:
        """Write what trouble puts into the gateway's mouth."""

    def over_limit(self, wait_s: float) -> Reply:
        """Answer a request that came too soon; the next one fits after wait_s."""

    def settle(self) -> None:
        """Let everything happen that is due by now."""

    def upset(self, trouble: Upset, request: Request) -> None:
        """Bring trouble into the state, before or after the request is answered."""

    def spoil(self, trouble: Upset, request: Request, reply: Reply) -> Reply:
        """Bring trouble into a reply that was just made, and into what it did."""


class Upset(Protocol):
    """What a gateway needs to know of a trouble."""

    @property
    def do(self) -> str:
        """Name the kind."""

    @property
    def fraction(self) -> float:
        """Say how much is kept, where something is cut."""

    @property
    def age_s(self) -> float:
        """Say how much older than now something new is."""
