"""The control app: each call of the table, carried out by a door."""

from __future__ import annotations

import pwd
import threading
from typing import Any

import structlog
from flask import Flask, Response, request

from syncd.control.calls import CALLS, Call, read, written
from syncd.control.mishaps import Mishap, packed
from syncd.errors import CannotAct, SyncdError, UsageError
from syncd.operations.door import Door

log = structlog.get_logger(__name__)

PEER = "syncd.peer_uid"
"""Where the server puts the user id that the kernel gives for the other end."""
REFUSED = 409
FAULT = CannotAct(
    "the daemon met a fault of its own", "Its log tells which: journalctl -u syncd. Please report it."
)


def control_app(door: Door, *, acting: int) -> Flask:
    """The WSGI app; at most `acting` calls that may take long run at once, so that questions have room."""
    app = Flask("syncd")
    busy = threading.BoundedSemaphore(acting)
    for call in CALLS:
        view = _View(call, door, busy)
        app.add_url_rule(f"/{call.name}", endpoint=call.name, view_func=view.answer, methods=["POST"])
    return app


class _View:
    """One call of the table."""

    def __init__(self, call: Call[Any, Any], door: Door, busy: threading.BoundedSemaphore) -> None:
        self._call = call
        self._door = door
        self._busy = busy

    def answer(self) -> Response:
        """Carry the call out; whatever goes wrong is an answer too."""
        try:
            return Response(self._perform(), mimetype="application/json")
        except SyncdError as error:
            return _refusal(error)
        except Exception:
            log.exception("control.failed", call=self._call.name)
            return _refusal(FAULT)

    def _perform(self) -> bytes:
        call = self._call
        try:
            asked = read(request.get_data(), call.takes)
        except (ValueError, RecursionError) as error:
            raise UsageError(
                "the daemon does not understand the call", "Is it of another version?"
            ) from error
        if call.patience is not None:
            return written(call.perform(self._door, asked, _user()), call.gives)
        if not self._busy.acquire(blocking=False):
            raise CannotAct("the daemon has its hands full with other commands", "Wait until one is done.")
        try:
            return written(call.perform(self._door, asked, _user()), call.gives)
        finally:
            self._busy.release()


def _refusal(error: SyncdError) -> Response:
    return Response(written(packed(error), Mishap), status=REFUSED, mimetype="application/json")


def _user() -> str:
    """Who asks, as the kernel says."""
    uid = int(request.environ[PEER])
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
