"""The one thread that writes, with the one connection that may.

A call hands its work over and waits. Whoever waits at the same time shares one transaction, and so one
sync of the disk; who wants the same done with other things shares its statements too. One call's mistake
takes nothing from the others: different works stand in savepoints of their own, and what goes wrong for
several calls is tried again for each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
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


@dataclass(frozen=True, slots=True)
class _Share(Generic[T]):
    """What may be done together with the things of other calls that want the same."""

    work: Callable[[Connection, Sequence[T]], None]
    things: Sequence[T]
    answer: Future[None] = field(default_factory=Future)


_AnyCall = _Call[Any] | _Share[Any]


class Writer:
    """Does what it is given in the order in which it came; `connection` is its own from now on."""

    def __init__(self, connection: Connection, path: Path) -> None:
        self.transactions = 0
        self.edition = 0
        """Odd while something is being written; another number afterwards, even when that failed."""
        self._connection = connection
        self._path = path
        self._calls: SimpleQueue[_AnyCall | None] = SimpleQueue()
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
        self._hand_over(call)
        return call.answer.result()

    def do_all(self, work: Callable[[Connection, Sequence[T]], None], things: Sequence[T]) -> None:
        """The same with things that may be done in one go with those of the calls before and after."""
        call = _Share(work, things)
        self._hand_over(call)
        call.answer.result()

    def _hand_over(self, call: _AnyCall) -> None:
        with self._lock:
            if self._closed:
                raise StateBroken("the store is closed")
            self._calls.put(call)

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

    def _waiting(self) -> list[_AnyCall | None]:
        group = [self._calls.get()]
        while len(group) < LARGEST_GROUP and not self._calls.empty():
            group.append(self._calls.get())
        return group

    def _settle(self, group: list[_AnyCall]) -> None:
        if not group:
            return
        try:
            outcomes = self._commit(group)
        except Exception as error:  # noqa: BLE001 - whoever waits has to be answered
            outcomes = self._refused(group, error)
        for outcome in outcomes:
            outcome()

    def _commit(self, group: list[_AnyCall]) -> list[Outcome]:
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

    def _done(self, group: list[_AnyCall]) -> list[Outcome]:
        alike = _alike(group)
        if len(alike) == 1:
            return self._work(alike[0])  # what goes wrong here undoes the whole transaction
        return [outcome for calls in alike for outcome in self._attempt(calls)]

    def _work(self, calls: list[_AnyCall]) -> list[Outcome]:
        match calls[0]:
            case _Call(work, answer):
                return [partial(answer.set_result, work(self._connection))]
            case _Share(work):
                shares = [call for call in calls if isinstance(call, _Share)]
                work(self._connection, [thing for share in shares for thing in share.things])
                return [partial(call.answer.set_result, None) for call in calls]

    def _attempt(self, calls: list[_AnyCall]) -> list[Outcome]:
        savepoint = self._connection.begin_nested()
        try:
            outcomes = self._work(calls)
        except DBAPIError as error:
            if not dialect.is_of_one_call(error):
                raise  # SQLite may have undone everything already, savepoints included
            savepoint.rollback()
            return self._blamed(calls, dialect.meaning(error, self._path))
        except Exception as error:  # noqa: BLE001 - it belongs to the caller, not to this thread
            savepoint.rollback()
            return self._blamed(calls, error)
        savepoint.commit()
        return outcomes

    def _blamed(self, calls: list[_AnyCall], error: Exception) -> list[Outcome]:
        """Whose mistake it was is found by trying each."""
        if len(calls) == 1:
            return [partial(calls[0].answer.set_exception, error)]
        return [outcome for call in calls for outcome in self._attempt([call])]

    def _refused(self, group: list[_AnyCall], error: Exception) -> list[Outcome]:
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


def _alike(calls: Iterable[_AnyCall]) -> list[list[_AnyCall]]:
    """Calls that came one after the other and can be done in one go."""
    found: list[list[_AnyCall]] = []
    for call in calls:
        last = found[-1][0] if found else None
        if isinstance(call, _Share) and isinstance(last, _Share) and call.work == last.work:
            found[-1].append(call)
        else:
            found.append([call])
    return found
