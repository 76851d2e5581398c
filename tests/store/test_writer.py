"""The one thread that writes: one commit for all who wait, and nobody pays for another's mistake."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from threading import Event

import pytest
import sqlalchemy as sa

from syncd.errors import DiskFull, StateBroken
from syncd.store import Store, open_store
from syncd.store.writer import Writer
from tests.contracts.stores import NOON, inbound, opened

WITHIN = 10.0  # seconds, before a test says that a thread hangs

Work = Callable[[sa.Connection], object]
Call = Callable[[], object]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = open_store(tmp_path)
    yield made
    made.close()


def writer_of(store: Store) -> Writer:
    assert store._writer is not None
    return store._writer


def calls_of(writer: Writer, *works: Work) -> list[Call]:
    return [partial(writer.do, work) for work in works]


def waiting_together(writer: Writer, *calls: Call) -> list[Future[object]]:
    """Hand over all of these while the writer is busy with something else, then let it go on."""
    busy, go_on = Event(), Event()

    def hold(_: sa.Connection) -> None:
        busy.set()
        assert go_on.wait(WITHIN)

    with ThreadPoolExecutor(len(calls) + 1) as threads:
        holding = threads.submit(writer.do, hold)
        assert busy.wait(WITHIN)
        answers: list[Future[object]] = []
        for n, call in enumerate(calls, start=1):
            answers.append(threads.submit(call))
            while writer._calls.qsize() < n:  # handed over, in this order
                Event().wait(0.001)
        go_on.set()
        holding.result(WITHIN)
    return answers


def remembering(key: str) -> Work:
    return lambda connection: connection.exec_driver_sql("INSERT INTO facts VALUES ('acme', ?, '1')", (key,))


def refused(connection: sa.Connection) -> None:
    remembering("half")(connection)
    raise LookupError("a mistake of one call")


def twice(connection: sa.Connection) -> None:
    remembering("twice")(connection)
    remembering("twice")(connection)


def failing(code: int, kind: type[sqlite3.Error] = sqlite3.OperationalError) -> Work:
    """Work that SQLite refuses with this code."""
    error = kind("as if by SQLite")
    error.sqlite_errorcode = code

    def fail(_: sa.Connection) -> None:
        raise sa.exc.DBAPIError.instance("statement", (), error, sqlite3.Error)

    return fail


def test_who_waits_at_the_same_time_shares_one_commit(store: Store) -> None:
    """Five calls, one sync of the disk."""
    writer = writer_of(store)
    answers = waiting_together(writer, *calls_of(writer, *(remembering(key) for key in "abcde")))
    assert [answer.exception() for answer in answers] == [None] * 5
    assert store.records.facts("acme").keys() == set("abcde")
    assert store.transactions == 2  # the one that kept the writer busy, and one for all


@pytest.mark.parametrize(("mistake", "error"), [(refused, LookupError), (twice, StateBroken)])
def test_one_calls_mistake_takes_nothing_from_the_others(
    store: Store, mistake: Work, error: type[Exception]
) -> None:
    """Each call is all or nothing by itself."""
    works = calls_of(writer_of(store), remembering("a"), mistake, remembering("b"))
    before, wrong, after = waiting_together(writer_of(store), *works)
    assert before.exception() is after.exception() is None
    assert isinstance(wrong.exception(), error)
    assert store.records.facts("acme").keys() == {"a", "b"}
    assert store.transactions == 2


def test_when_a_commit_fails_its_calls_are_tried_one_by_one(store: Store) -> None:
    """A call that is too large for the disk does not refuse those that are not."""
    full = failing(sqlite3.SQLITE_FULL)
    works = calls_of(writer_of(store), remembering("a"), full, remembering("b"))
    before, wrong, after = waiting_together(writer_of(store), *works)
    assert before.exception() is after.exception() is None
    assert isinstance(wrong.exception(), DiskFull)
    assert store.records.facts("acme").keys() == {"a", "b"}


def test_who_wants_the_same_with_other_things_shares_it(store: Store) -> None:
    """One go for all that lie behind one another; a mistake is found, and taken from its call alone."""
    writer = writer_of(store)
    goes: list[list[str]] = []

    def remember(connection: sa.Connection, keys: Sequence[str]) -> None:
        goes.append(list(keys))
        for key in keys:
            (refused if key == "refused" else remembering(key))(connection)

    def wanted(*keys: str) -> Call:
        return lambda: writer.do_all(remember, keys)

    answers = waiting_together(writer, wanted("a", "b"), wanted("c"))
    assert [answer.exception() for answer in answers] == [None, None]
    assert goes == [["a", "b", "c"]]
    good, wrong, late = waiting_together(writer, wanted("d"), wanted("refused"), wanted("e"))
    assert good.exception() is late.exception() is None
    assert isinstance(wrong.exception(), LookupError)
    assert store.records.facts("acme").keys() == set("abcde")


def at_most(writer: Writer, *, pages: int) -> None:
    writer.do(lambda connection: connection.exec_driver_sql(f"PRAGMA max_page_count={pages}").scalar())


def test_a_full_disk_ends_nothing(store: Store) -> None:
    """What does not fit is refused whole; when there is room again, it goes on."""
    writer = writer_of(store)
    at_most(writer, pages=1)  # SQLite takes as many as there are
    with pytest.raises(DiskFull, match=r"no room to write .*state\.db") as caught:
        store.journal.remember("acme", {str(n): "x" * 1_000 for n in range(200)})
    assert "Free space" in caught.value.remedy
    assert store.records.facts("acme") == {}
    at_most(writer, pages=10_000)
    store.journal.remember("acme", {"a": "1"})
    assert store.records.facts("acme") == {"a": "1"}


@pytest.mark.parametrize("code", [sqlite3.SQLITE_IOERR_FSYNC, sqlite3.SQLITE_CORRUPT])
def test_after_a_lost_write_nothing_is_written_any_more(store: Store, code: int) -> None:
    """After a failed sync a later one may succeed and still have lost what was before."""
    writer = writer_of(store)
    with pytest.raises(StateBroken, match=r"state\.db cannot be used"):
        writer.do(failing(code))
    with pytest.raises(StateBroken, match="failed before"):
        store.journal.remember("acme", {"a": "1"})
    assert store.records.facts("acme") == {}


def test_a_store_that_is_closed_says_so(tmp_path: Path) -> None:
    """Nobody waits for a thread that has ended."""
    store = open_store(tmp_path)
    store.close()
    store.close()
    with pytest.raises(StateBroken, match="closed"):
        store.journal.remember("acme", {"a": "1"})


def test_closing_finishes_what_was_handed_over(tmp_path: Path) -> None:
    """A call that waits gets its answer."""
    store = open_store(tmp_path)
    writer = writer_of(store)

    def end(_: sa.Connection) -> None:
        writer._calls.put(None)

    answers = waiting_together(writer, *calls_of(writer, remembering("a"), end))
    assert [answer.exception() for answer in answers] == [None, None]
    store.close()
    assert not writer._thread.is_alive()


def test_a_hundred_changes_are_one_transaction(store: Store) -> None:
    """And a call that has nothing to write is none."""
    opened(store, *(inbound(str(n)) for n in range(100)))
    store.journal.write([])
    store.journal.told([], at=NOON)
    store.journal.remember("acme", {})
    assert store.transactions == 1


def test_threads_may_all_write_at_once(store: Store) -> None:
    """Each message gets an id of its own, and the counts agree."""
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda n: opened(store, inbound(f"m{n}"))[0].id, range(64)))
    assert len(set(made)) == 64
    assert sum(store.records.counts("acme").values()) == 64
    assert store.transactions <= 64
