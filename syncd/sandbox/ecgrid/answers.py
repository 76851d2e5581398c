"""The envelopes that answers and errors come in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from syncd.sandbox.ecgrid.switches import ECGridSwitches
from syncd.sandbox.wire.exchange import Refusal, Reply

_CODES = {
    400: "InvalidParameter",
    401: "InvalidSession",
    403: "AccessDenied",
    404: "ObjectNotFound",
    409: "DuplicateObject",
    429: "RateLimitExceeded",
    500: "InternalError",
}
_PROBLEM = (("Content-Type", "application/problem+json"),)


class Coded(Refusal):
    """A refusal with another code than its status has by default."""

    def __init__(self, status: int, message: str, *, code: str) -> None:
        super().__init__(status, message)
        self.code = code


class Fault(Coded):
    """A refusal that comes from the system behind the API, with its own words about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """What an operation answers, before it is put into its envelope."""

    data: object = None
    beside: Mapping[str, object] = field(default_factory=dict)
    """Members that stand beside data."""
    message: str = ""
    status: int = 200
    is_escaped: bool = False
    """Write + and / as JSON escapes."""


class Envelopes:
    """Writes answers; each has a trace id of its own."""

    def __init__(self, switches: Callable[[], ECGridSwitches]) -> None:
        self._switches = switches
        self._traces = count(1)

    def success(self, payload: Payload) -> Reply:
        """Write what an operation answers."""
        reply = Reply.of_json(
            payload.status,
            {
                "httpStatus": payload.status,
                "message": payload.message,
                "traceId": self._trace(),
                "success": True,
                "data": payload.data,
                **payload.beside,
            },
        )
        if not payload.is_escaped:
            return reply
        return reply.with_body(reply.body.replace(b"/", b"\\/").replace(b"+", b"\\u002B"))

    def refusal(self, refusal: Refusal) -> Reply:
        """Write an error, in the form that is in force."""
        match self._switches().errors:
            case "reference":
                return self._reference(refusal)
            case "problem":
                return self._problem(refusal)
            case "ok":
                return self._ok(refusal)
            case _:
                return Reply.of_json(refusal.status, self._envelope(refusal), refusal.headers)

    def _envelope(self, refusal: Refusal) -> dict[str, Any]:
        return {
            "httpStatus": refusal.status,
            "success": False,
            "message": refusal.message,
            "detail": None,
            "traceId": self._trace(),
            "errorInfo": _info(refusal),
        }

    def _reference(self, refusal: Refusal) -> Reply:
        fields = {
            "success": False,
            "data": None,
            "errorCode": _code(refusal),
            "message": refusal.message,
        }
        return Reply.of_json(refusal.status, fields, refusal.headers)

    def _problem(self, refusal: Refusal) -> Reply:
        fields = {
            "title": _code(refusal),
            "detail": refusal.message,
            "status": refusal.status,
            "traceId": self._trace(),
        }
        body = Reply.of_json(refusal.status, fields).body
        return Reply(status=refusal.status, headers=(*_PROBLEM, *refusal.headers), body=body)

    def _ok(self, refusal: Refusal) -> Reply:
        """What stands before the API answers for itself: 401 and 429 keep their status."""
        fields = self._envelope(refusal)
        status = refusal.status if refusal.status in {401, 429} else 200
        return Reply.of_json(status, {**fields, "errorCode": _code(refusal), "data": None}, refusal.headers)

    def _trace(self) -> str:
        return f"0HN7K2A1B3C:{next(self._traces):08X}"


def _code(refusal: Refusal) -> str:
    return refusal.code if isinstance(refusal, Coded) else _CODES.get(refusal.status, "")


def _info(refusal: Refusal) -> object:
    if not isinstance(refusal, Fault):
        return None
    return {"errorCode": refusal.code, "errorString": refusal.message, "errorItem": ""}
