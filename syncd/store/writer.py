"""The one thread that writes, with the one connection that may.

A call hands its work over and waits. Whoever waits at the same time shares one transaction, and so one
sync of the disk. Of several calls each call's work stands in a savepoint of its own, so that one call's
mistake takes nothing from the others; a lone call needs none.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any, Generic, TypeVar

from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from syncd.errors import StateBroken
from syncd.store import dialect

LARGEST_GROUP = 64

T = TypeVar("T")
Outcome = Callable[[], None]


@dataclass(frozen=True, slots=True)
class _Call(Generic[T]):
    work: Callable[[Connection], T]
    answer: Future[T] = field(default_factory=Future)


class Writer:
    """Does what it is given in the order in which it came; `connection` is its own from now on."""

    def __init__(self, connection: Connection, path: Path) -> None:
        self.transactions = 0
        self.edition = 0
        """Odd while something is being written; another number afterwards, even when that failed."""
        self._connection = connection
        self._path = path
        self._calls: SimpleQueue[_Call[Any] | None] = SimpleQueue()
        self._lock = Lock()
        self._closed = False
        self._lost: str | None = None
        self._thread = Thread(target=self._run, name="store-writer", daemon=True)
        self._thread.start()

    def do(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in a transaction; when this returns, what it wrote is on the disk.

        Raises: DiskFull, StateBroken, or what `work` raises; nothing of it is stored then.
        """
        call = _Call(work)
        with self._lock:
            if self._closed:
                raise StateBroken("the store is closed")
            self._calls.put(call)
        return call.answer.result()

    def close(self) -> None:
        """Finish what was handed over, then give the connection back. May be called again."""
        with self._lock:
            if not self._closed:
                self._calls.put(None)
            self._closed = True
        self._thread.join()

    def _run(self) -> None:
        is_last = False
        while not is_last:
            waiting = self._waiting()
            is_last = None in waiting
            self._settle([call for call in waiting if call is not None])
        self._connection.close()

    def _waiting(self) -> list[_Call[Any] | None]:
        group = [self._calls.get()]
        while len(group) < LARGEST_GROUP and not self._calls.empty():
            group.append(self._calls.get())
        return group

    def _settle(self, group: list[_Call[Any]]) -> None:
        if not group:
            return
        try:
            outcomes = self._commit(group)
        except Exception as error:  # noqa: BLE001 - whoever waits has to be answered
            outcomes = self._refused(group, error)
        for outcome in outcomes:
            outcome()

    def _commit(self, group: list[_Call[Any]]) -> list[Outcome]:
        if self._lost is not None:
            raise StateBroken(self._lost, "Start syncd anew")
        self.edition += 1
        try:
            with self._connection.begin():
                outcomes = self._done(group)
        finally:
            self.edition += 1
        self.transactions += 1
        return outcomes

    def _done(self, group: list[_Call[Any]]) -> list[Outcome]:
        return [self._alone(*group)] if len(group) == 1 else [self._attempt(call) for call in group]

    def _alone(self, call: _Call[Any]) -> Outcome:
        """What goes wrong here undoes the whole transaction."""
        return partial(call.answer.set_result, call.work(self._connection))

    def _attempt(self, call: _Call[Any]) -> Outcome:
        savepoint = self._connection.begin_nested()
        try:
            result = call.work(self._connection)
        except DBAPIError as error:
            if not dialect.is_of_one_call(error):
                raise  # SQLite may have undone everything already, savepoints included
            savepoint.rollback()
            return partial(call.answer.set_exception, dialect.meaning(error, self._path))
        except Exception as error:  # noqa: BLE001 - it belongs to the caller, not to this thread
            savepoint.rollback()
            return partial(call.answer.set_exception, error)
        savepoint.commit()
        return partial(call.answer.set_result, result)

    def _refused(self, group: list[_Call[Any]], error: Exception) -> list[Outcome]:
        """Nothing of the group was stored: a lone call is refused, several are tried one by one."""
        if isinstance(error, DBAPIError) and dialect.is_lost(error):
            self._lost = f"the database {self._path} failed before and is not written any more"
        if len(group) > 1 and self._lost is None:
            for call in group:
                self._settle([call])
            return []
        return [partial(call.answer.set_exception, self._named(error)) for call in group]

    def _named(self, error: Exception) -> Exception:
        return dialect.meaning(error, self._path) if isinstance(error, DBAPIError) else error
