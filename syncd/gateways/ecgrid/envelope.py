"""What ECGrid wraps its answers in, and how it says no (Getting Started, ApiResponse, ApiErrorResponse).

The reference pages know more forms of an error: `errorCode` in place of a status, and problem details by
RFC 7807. All are understood, also in an answer with status 200.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from syncd.errors import BadReply
from syncd.gateways import border
from syncd.gateways.ecgrid import names
from syncd.gateways.ecgrid.fields import Fields, objects
from syncd.gateways.voice import Said, one_line
from syncd.gateways.wire import Reply, Request

_CODES = {
    "invalidparameter": 400,
    "invalidapikey": 401,
    "invalidsession": 401,
    "accessdenied": 403,
    "objectnotfound": 404,
    "duplicateobject": 409,
    "ratelimitexceeded": 429,
    "internalerror": 500,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A successful answer: its payload (text, number, list, object or None), trace and total.

    `answer` is the whole with its envelope.
    """

    payload: object = field(repr=False)
    answer: object = field(default=None, repr=False)
    trace: str = ""
    total: int | None = None
    reply: Reply
    request: Request

    @property
    def fields(self) -> Fields:
        """The payload as an object. Raises: BadReply."""
        if not isinstance(self.payload, dict):
            raise self.bad("the answer is not of the documented shape: no object")
        return Fields(self.payload)

    @property
    def rows(self) -> tuple[Fields, ...]:
        """The rows of a list: the payload itself, or the array in it. Raises: BadReply."""
        if self.payload is None:
            return ()
        if isinstance(self.payload, list):
            return objects(self.payload)
        fields = self.fields
        rows = fields.rows(*names.ROWS) or fields.first_rows()
        if rows is None:
            raise self.bad("the answer is not of the documented shape: no list")
        return rows

    def bad(self, what: str) -> BadReply:
        """An error about this answer."""
        told = Said(words=what, trace=self.trace)
        return BadReply(told.detail, request=self.request.name, status=self.reply.status, detail=told.detail)


def told(reply: Reply, request: Request) -> Told:
    """Take an answer out of its envelope.

    Raises: BadReply for what is none; for a refusal the error that a status of its own would have been.
    """
    if not reply.body.strip():
        return Told(payload=None, reply=reply, request=request)  # 204 (Getting Started, HTTP status codes)
    answer = _parsed(reply.body)
    if not isinstance(answer, dict):
        if isinstance(answer, list):
            return Told(payload=answer, reply=reply, request=request)
        raise BadReply("the answer is not JSON as documented", request=request.name, status=reply.status)
    fields = Fields(answer)
    if _is_false(fields.get(names.SUCCESS)):
        said = _said(fields, reply.status)
        raise border.of_refusal(request, said, status=reply.status, headers=reply.headers)
    payload = fields.get(names.PAYLOAD)
    if names.PAYLOAD not in fields and names.SUCCESS not in fields:
        payload = answer
    total = fields.whole(*names.TOTALS)
    if total is None and isinstance(payload, dict):
        total = Fields(payload).whole(*names.TOTALS)
    trace = fields.text(*names.TRACES) or ""
    return Told(payload=payload, answer=answer, trace=trace, total=total, reply=reply, request=request)


def voice(status: int, body: bytes) -> Said:
    """ECGrid's own words in a refusal: envelope, error code, problem details.

    A lone `message` is how many a proxy speaks.
    """
    answer = _parsed(body)
    if not isinstance(answer, dict):
        return Said()
    fields = Fields(answer)
    own = (names.SUCCESS, *names.ERROR_CODES, *names.TRACES, *names.TITLES)
    return _said(fields, status) if any(name in fields for name in own) else Said()


def _said(fields: Fields, status: int) -> Said:
    code = fields.text(*names.ERROR_CODES)
    told = [fields.text(*names.MESSAGES), fields.text(*names.TITLES), fields.text(*names.DETAILS), code]
    info = fields.inner(*names.ERROR_INFOS)
    if info is not None:
        told += [info.text(*names.INFO_CODES), info.text(*names.INFO_WORDS)]
    words = dict.fromkeys(one_line(one).rstrip(".") for one in told if one is not None)
    return Said(
        words=one_line("; ".join(words)),
        trace=one_line(fields.text(*names.TRACES) or ""),
        status=_status(fields, code, status),
    )


def _status(fields: Fields, code: str | None, status: int) -> int | None:
    """What a refusal stands for where the status line says otherwise.

    A duplicate is a conflict, whatever its status: something like it is there already.
    """
    by_code = _CODES.get((code or "").casefold())
    if status < 300:
        inner = fields.whole(*names.HTTP_STATUSES) or 0
        return by_code or (inner if inner >= 400 else None)
    return by_code if (status, by_code) == (400, 409) else None


def _is_false(value: object) -> bool:
    return value is False or (isinstance(value, str) and value.strip().casefold() == "false")


def _parsed(body: bytes) -> object:
    """JSON, or None for what is none."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
