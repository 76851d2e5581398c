"""Tells people while the daemon runs, on a thread of its own: no job ever waits for a notice."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog

from syncd.core.model import Message, State
from syncd.errors import StateError
from syncd.flows.bridge import Trouble
from syncd.flows.noticing import Look, Noticing

LOOKS_EVERY = timedelta(seconds=15)
PAUSE = timedelta(milliseconds=500)
"""After each turn: in a storm, messages are taken over by the hundred."""
ENDS_WITHIN = timedelta(seconds=1)

log = structlog.get_logger(__name__)


class Noticer:
    """Looks now and then, and at once when a message failed or was held. Listens to accounts' changes."""

    def __init__(self, noticing: Noticing, looks: Callable[[], Sequence[Look]]) -> None:
        self._noticing = noticing
        self._looks = looks
        self._bell = threading.Event()
        self._over = threading.Event()
        self._fail: Callable[[StateError], None] = lambda _: None
        self._thread = threading.Thread(target=self._work, name="noticer", daemon=True)

    def start(self, *, fail: Callable[[StateError], None]) -> None:
        """Begin; `fail` hears that the state cannot be used any more."""
        self._fail = fail
        self._thread.start()

    def note(self, message: Message) -> None:
        """A message changed: there may be something to tell."""
        if message.state in {State.FAILED, State.HELD}:
            self._bell.set()

    def complain(self, trouble: Trouble) -> None:
        """A job met trouble: the next look sees it."""

    def end(self) -> None:
        """Begin nothing any more; what is under way is cut, and sent at the next start."""
        self._over.set()
        self._bell.set()
        self._noticing.notifier.cut()

    def join(self) -> None:
        """Wait until the work in hand has ended, but not for long: it may be cut off anywhere."""
        if self._thread.is_alive():
            self._thread.join(ENDS_WITHIN.total_seconds())

    def _work(self) -> None:
        looked_s: float | None = None
        while not self._over.wait(PAUSE.total_seconds()):
            self._bell.clear()
            try:
                looked_s, next_at = self._turn(looked_s)
                wait = self._noticing.due_in(next_at)
            except StateError as error:
                if not self._over.is_set():
                    self._fail(error)
                return
            except Exception:
                log.exception("notices.broke")
                wait = LOOKS_EVERY
            left = LOOKS_EVERY if wait is None else max(timedelta(), min(wait, LOOKS_EVERY))
            self._bell.wait(left.total_seconds())

    def _turn(self, looked_s: float | None) -> tuple[float, datetime | None]:
        """Take, look if it is time, tell, send; returns when it looked last, and when more is told."""
        noticing = self._noticing
        noticing.take()
        now_s = noticing.clock.monotonic()
        if looked_s is None or now_s - looked_s >= LOOKS_EVERY.total_seconds():
            noticing.look(self._looks())
            looked_s = now_s
        next_at = noticing.announce()
        noticing.deliver(is_over=self._over.is_set)
        return looked_s, next_at
