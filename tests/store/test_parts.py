"""The index of parts of names: it has what was written, loses what is removed, never has the last word."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from syncd.core.looking import Search
from syncd.core.model import MessageId
from syncd.store import Store, dialect, listing, open_store
from syncd.store.ids import Ids
from syncd.store.migrating import upgrade
from syncd.store.opening import FILE_NAME
from tests.contracts.stores import ids, inbound, opened, outbound

NAMES = ("PO-4711.edi", "invoice_4712.x12", "zq", "Ärger~2.edi", 'a"b.edi', "47-11.edi", "x//y")
PARTS = (
    "4711",
    "471",
    "47",
    "7",
    "-",
    "zq",
    "q",
    "Q",
    "x1",
    "12",
    "edi",
    "EDI",
    ".x",
    "Ä",
    "Är",
    "rger",
    '"',
    "//",
    "w",
)
GLOBS = (
    "PO-*",
    "*4711*",
    "*.edi",
    "po-????.EDI",
    "zq",
    "?q",
    "*",
    "?",
    "*Ä*",
    "47*11*",
    "*no such*",
    "*4?1*",
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = open_store(tmp_path)
    opened(made, *(outbound(name, minute=n) for n, name in enumerate(NAMES)), inbound(minute=9))
    yield made
    made.close()


def without_parts(folder: Path) -> None:
    """As a syncd left it that made no such index."""
    with closing(sqlite3.connect(folder / FILE_NAME)) as database:
        for what in ("TRIGGER names_added", "TRIGGER names_removed", "TABLE starts", "TABLE parts"):
            database.execute(f"DROP {what}")
        database.commit()


def answers(store: Store) -> dict[str, list[MessageId]]:
    found: dict[str, list[MessageId]] = {f"find {part}": ids(*store.records.find(part)) for part in PARTS}
    for glob in GLOBS:
        found[f"list {glob}"] = ids(*store.records.search(Search(name=glob)))
    return found


def test_with_the_index_the_same_is_found_as_without(store: Store, tmp_path: Path) -> None:
    """Of any length, in either case, with letters that mean something to a query."""
    by_index = answers(store)
    store.close()
    without_parts(tmp_path)
    with closing(open_store(tmp_path, read_only=True)) as reader:
        assert answers(reader) == by_index
    assert [part for part in PARTS if not by_index[f"find {part}"]] == ["w"]


def test_a_state_without_the_index_gets_it(store: Store, tmp_path: Path) -> None:
    """When it is opened to be written the next time; what came before is in it."""
    before = answers(store)
    store.close()
    without_parts(tmp_path)
    with closing(open_store(tmp_path)) as again:
        assert answers(again) == before
        with again._readers.connect() as connection:
            assert connection.exec_driver_sql("SELECT count(*) FROM parts").scalar_one() == len(NAMES) + 1


def test_the_oldest_state_is_brought_up_to_date(tmp_path: Path) -> None:
    """With its messages and their names, found by each of the new indexes."""
    old(tmp_path, "orders.edi", count=1_200)
    with closing(open_store(tmp_path)) as store:
        numbers = Ids.of_state(store.state_id)
        for wanted in (
            Search(name="*rder*"),
            Search(partner="P", limit=5),
            Search(account="acme"),
            Search(attention=True),
        ):
            found = store.records.search(wanted)
            assert ids(*found) == [numbers.encode(1_200 - n) for n in range(len(found))]
            assert len(found) == wanted.limit
        assert len(store.records.find("ders", limit=1_500)) == 1_200


def old(folder: Path, name: str, *, count: int) -> None:
    """A state of the first version, with held messages."""
    path = folder / FILE_NAME
    path.touch()
    with dialect.writing_engine(path).begin() as connection:
        upgrade(connection, "0001")
        connection.exec_driver_sql("INSERT INTO state VALUES ('0123456789abcdef', ?)", (count,))
        columns = (
            "number, account, gateway, direction, state, unfinished, station, partner, partner_type, name,"
            " is_folder, files, created, updated, attempts, progress"
        )
        row = (
            "acme",
            "as2gateway",
            "outbound",
            "held",
            1,
            "S",
            "P",
            "production",
            name,
            0,
            "[]",
            1,
            1,
            "[]",
            "{}",
        )
        places = ", ".join("?" * 16)
        rows = [(number, *row) for number in range(1, count + 1)]
        connection.exec_driver_sql(f"INSERT INTO messages ({columns}) VALUES ({places})", rows)
        connection.exec_driver_sql("INSERT INTO names SELECT number, name FROM messages")
        connection.exec_driver_sql("INSERT INTO tallies VALUES ('acme', 'outbound', 'held', ?)", (count,))
        connection.exec_driver_sql("INSERT INTO pairs VALUES ('acme', 'S', 'P', 'production')")


def test_what_is_removed_is_in_no_index(store: Store) -> None:
    """The line goes with the message, in the same transaction."""
    writer = store._writer
    assert writer is not None
    writer.do(lambda connection: connection.exec_driver_sql("DELETE FROM messages WHERE name <> 'zq'"))
    with store._readers.connect() as connection:
        assert connection.exec_driver_sql("SELECT names FROM parts").scalars().all() == ["zq//"]
        assert connection.exec_driver_sql("SELECT term FROM starts").scalars().all() == ["q//", "zq/"]


def test_a_common_name_hides_no_message(store: Store) -> None:
    """More have such a name than are looked at one by one: then the other filters begin."""
    rare, *_ = opened(
        store, outbound("orders.edi", account="rare"), *[outbound("orders.edi")] * listing.MOST_NAMED
    )
    assert store.records.search(Search(name="ord*", account="rare")) == [rare]
    assert len(store.records.search(Search(name="ord*"))) == 100
