"""What may take long: a few at a time, on threads of their own, and no page waits for it forever."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from datetime import timedelta
from typing import Generic, TypeVar

import structlog

from syncd.errors import CannotAct, SyncdError

log = structlog.get_logger(__name__)

T = TypeVar("T")
PATIENCE = timedelta(seconds=8)


class Acting:
    """At most so many acts at once; of one kind (`key`) one at a time."""

    def __init__(self, most: int, *, patience: timedelta = PATIENCE) -> None:
        self._most = most
        self._patience_s = patience.total_seconds()
        self._lock = threading.Lock()
        self._running: set[str] = set()

    def run(self, key: str, act: Callable[[], T]) -> T | None:
        """Do it; None: it goes on, and takes longer than a page should wait.

        Raises: whatever the act raises; CannotAct when it is done already, or too much is.
        """
        self._begin(key)
        doing = _Doing(act, done=lambda: self._end(key))
        threading.Thread(target=doing.run, name=f"web {key}", daemon=True).start()
        try:
            return doing.future.result(self._patience_s)
        except NotYet:
            doing.future.add_done_callback(lambda done: _tell(key, done))
            return None

    def _begin(self, key: str) -> None:
        with self._lock:
            if key in self._running:
                raise CannotAct("this is being done already", "Wait until it is done.")
            if len(self._running) >= self._most:
                raise CannotAct("syncd has its hands full with what was asked before", "Wait a little.")
            self._running.add(key)

    def _end(self, key: str) -> None:
        with self._lock:
            self._running.discard(key)


def _tell(key: str, done: Future[T]) -> None:
    """Nobody waits any more: what went wrong stands in the log."""
    error = done.exception()
    if isinstance(error, SyncdError):
        log.warning("web.not_done", asked=key, why=str(error))
    elif error is not None:
        log.error("web.not_done", asked=key, exc_info=error)


class _Doing(Generic[T]):
    """One act, and what came of it."""

    def __init__(self, act: Callable[[], T], *, done: Callable[[], None]) -> None:
        self.future: Future[T] = Future()
        self._act = act
        self._done = done

    def run(self) -> None:
        """Do it; an error is for whoever waits."""
        try:
            outcome = self._act()
        except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
            self._done()
            self.future.set_exception(error)
            return
        self._done()
        self.future.set_result(outcome)
