"""What goes over the control socket: one table of calls, each with the shape of its argument and its answer.

A call is `POST /<name>` with its argument as JSON; 200 brings the answer, 409 one of our errors (see
`mishaps`). Who asks is not in it: the kernel tells the server.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter

from syncd.control import within
from syncd.core.looking import Search
from syncd.operations.door import Door, Pausable
from syncd.operations.rows import Row, Whole
from syncd.operations.status import Status

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")

SOON = timedelta(seconds=5)
"""How long a question may take; what acts may wait for a pass to end, and has no limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """Which accounts are meant."""

    accounts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Find:
    """What `find` asks."""

    text: str
    account: str | None
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Show:
    """What `show` asks."""

    text: str
    account: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolve:
    """What `resolve` asks."""

    message_id: str
    verdict: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What `stop`, `retry`, `resend` and `refetch` ask."""

    message_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Jobs:
    """What `pause` and `resume` ask."""

    accounts: tuple[str, ...]
    job: Pausable | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Nothing:
    """What `reload` asks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Generic[Asked, Answer]):
    """One call: how it is named, what goes there and back, and how a door carries it out.

    `perform` gets the door, the argument and who asks. `patience` is how long the client waits.
    """

    name: str
    takes: type[Asked]
    gives: Any
    perform: Callable[[Door, Asked, str], Answer]
    patience: timedelta | None = None


def _list(door: Door, wanted: Search, _by: str) -> tuple[Row, ...]:
    within(wanted.limit)
    return door.list_messages(wanted)


def _find(door: Door, asked: Find, _by: str) -> tuple[Row, ...]:
    return door.find_messages(asked.text, account=asked.account, limit=within(asked.limit))


STATUS: Call[Accounts, Status] = Call(
    name="status",
    takes=Accounts,
    gives=Status,
    perform=lambda door, asked, _by: door.status(asked.accounts),
    patience=SOON,
)
LIST: Call[Search, tuple[Row, ...]] = Call(
    name="list",
    takes=Search,
    gives=tuple[Row, ...],
    perform=_list,
    patience=SOON,
)
FIND: Call[Find, tuple[Row, ...]] = Call(
    name="find",
    takes=Find,
    gives=tuple[Row, ...],
    perform=_find,
    patience=SOON,
)
SHOW: Call[Show, Whole] = Call(
    name="show",
    takes=Show,
    gives=Whole,
    perform=lambda door, asked, _by: door.show_message(asked.text, account=asked.account),
    patience=SOON,
)
RESOLVE: Call[Resolve, Row] = Call(
    name="resolve",
    takes=Resolve,
    gives=Row,
    perform=lambda door, asked, by: door.resolve(asked.message_id, asked.verdict, by=by),
)
STOP: Call[Named, Row] = Call(
    name="stop",
    takes=Named,
    gives=Row,
    perform=lambda door, asked, by: door.stop(asked.message_id, by=by),
)
RETRY: Call[Named, Row] = Call(
    name="retry",
    takes=Named,
    gives=Row,
    perform=lambda door, asked, by: door.retry(asked.message_id, by=by),
)
RESEND: Call[Named, Row] = Call(
    name="resend",
    takes=Named,
    gives=Row,
    perform=lambda door, asked, by: door.resend(asked.message_id, by=by),
)
REFETCH: Call[Named, Row] = Call(
    name="refetch",
    takes=Named,
    gives=Row,
    perform=lambda door, asked, by: door.refetch(asked.message_id, by=by),
)
PAUSE: Call[Jobs, Status] = Call(
    name="pause",
    takes=Jobs,
    gives=Status,
    perform=lambda door, asked, by: door.pause(asked.accounts, job=asked.job, by=by),
)
RESUME: Call[Jobs, Status] = Call(
    name="resume",
    takes=Jobs,
    gives=Status,
    perform=lambda door, asked, by: door.resume(asked.accounts, job=asked.job, by=by),
)
RELOAD: Call[Nothing, str] = Call(
    name="reload",
    takes=Nothing,
    gives=str,
    perform=lambda door, _asked, by: door.reload(by=by),
)

CALLS: tuple[Call[Any, Any], ...] = (
    *(STATUS, LIST, FIND, SHOW),
    *(RESOLVE, STOP, RETRY, RESEND, REFETCH),
    *(PAUSE, RESUME, RELOAD),
)
"""The short ones: every command imports these; `wide_calls` has the others."""


def written(value: object, shape: Any) -> bytes:  # noqa: ANN401 - whatever pydantic takes for a type
    """The value as JSON. File names may be no UTF-8: Python's own JSON carries them, pydantic's refuses."""
    return json.dumps(_adapter(shape).dump_python(value, mode="json")).encode()


def read(text: bytes, shape: Any) -> Any:  # noqa: ANN401 - the shape says what
    """The value in the JSON. Raises: ValueError for what is no JSON or not of the shape."""
    return _adapter(shape).validate_python(json.loads(text))


@cache
def _adapter(shape: Any) -> TypeAdapter[Any]:  # noqa: ANN401
    return TypeAdapter(shape)
