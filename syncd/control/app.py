"""The control app: each call of the table, carried out by a door.

WSGI without a framework: one table of paths and one kind of answer need none of it, and the daemon holds
what it imports in memory for years.
"""

from __future__ import annotations

import pwd
import threading
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

import structlog
from pydantic import ValidationError

from syncd.control.calls import CALLS, Call, read, written
from syncd.control.mishaps import Mishap, packed
from syncd.control.wide_calls import WIDE_CALLS
from syncd.errors import CannotAct, SyncdError, UsageError
from syncd.operations.door import Door

log = structlog.get_logger(__name__)

PEER = "syncd.peer_uid"
"""Where the server puts the user id that the kernel gives for the other end."""
FAULT = CannotAct(
    "the daemon met a fault of its own", "Its log tells which: journalctl -u syncd. Please report it."
)
Environ = dict[str, Any]
Start = Callable[[str, list[tuple[str, str]]], object]
Answer = tuple[HTTPStatus, bytes]


class ControlApp:
    """The WSGI app; at most `acting` calls that may take long run at once, so that questions have room."""

    def __init__(self, door: Door, *, acting: int) -> None:
        self._door = door
        self._busy = threading.BoundedSemaphore(acting)
        self._calls = {f"/{call.name}": call for call in (*CALLS, *WIDE_CALLS)}

    def __call__(self, environ: Environ, start: Start) -> Iterable[bytes]:
        """Answer one request."""
        status, body = self._answer(environ)
        length = ("Content-Length", str(len(body)))
        start(f"{status.value} {status.phrase}", [("Content-Type", "application/json"), length])
        return [body]

    def _answer(self, environ: Environ) -> Answer:
        """Carry the call out; whatever goes wrong is an answer too."""
        call = self._calls.get(environ["PATH_INFO"])
        if call is None:
            return HTTPStatus.NOT_FOUND, b""
        if environ["REQUEST_METHOD"] != "POST":
            return HTTPStatus.METHOD_NOT_ALLOWED, b""
        try:
            return HTTPStatus.OK, self._perform(call, environ["wsgi.input"].read(), _user(environ))
        except SyncdError as error:
            return _refusal(error)
        except Exception:
            log.exception("control.failed", call=call.name)
            return _refusal(FAULT)

    def _perform(self, call: Call[Any, Any], body: bytes, by: str) -> bytes:
        try:
            asked = read(body, call.takes)
        except (ValueError, RecursionError) as error:
            raise UsageError(_unclear(error), "Is it of another version?") from error
        if call.patience is not None:
            return written(call.perform(self._door, asked, by), call.gives)
        if not self._busy.acquire(blocking=False):
            raise CannotAct("the daemon has its hands full with other commands", "Wait until one is done.")
        try:
            return written(call.perform(self._door, asked, by), call.gives)
        finally:
            self._busy.release()


def _unclear(error: Exception) -> str:
    """What is wrong with a call; of a wrong word, which ones are right."""
    what = "the daemon does not understand the call"
    if not isinstance(error, ValidationError):
        return what
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    return f"{what}: {'.'.join(map(str, first['loc']))}: {first['msg']}"


def _refusal(error: SyncdError) -> Answer:
    return HTTPStatus.CONFLICT, written(packed(error), Mishap)


def _user(environ: Environ) -> str:
    """Who asks, as the kernel says."""
    uid = int(environ[PEER])
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
