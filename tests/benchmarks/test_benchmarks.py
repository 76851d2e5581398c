"""The benchmarks themselves, with next to nothing to do, so that they do not rot."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from syncd.core.looking import Search
from syncd.store import open_store, schema
from syncd.store.opening import FILE_NAME
from tests.benchmarks.copies import fill_with_copies
from tests.benchmarks.run import measured, written_down
from tests.benchmarks.sampling import OWN
from tests.benchmarks.shares import shares
from tests.benchmarks.sizes import TINY, Sizes
from tests.benchmarks.table import Table


def test_a_pull_is_measured_and_looked_at_from_within() -> None:
    """Both sides start, the pass is done and checked, and the threads are seen at work."""
    text, went_well = measured("shares", shares, TINY)
    assert went_well, text
    assert f"| {OWN}" in text
    assert "| all, in our process " in text


def _no_luck(_: Sizes) -> Table:
    raise OSError("no such luck")


def test_a_section_that_goes_wrong_loses_no_other() -> None:
    """It says so in its place instead."""
    text, went_well = measured("luck", _no_luck, TINY)
    assert not went_well
    assert text.startswith("## luck\n\nWent wrong: OSError: no such luck\n")


def test_a_section_alone_takes_the_place_of_what_it_was(tmp_path: Path) -> None:
    """The others stay, in the order of a whole run."""
    results = tmp_path / "RESULTS.md"
    written_down(results, "# Head\n", {"limit": "## Limit\n\none\n", "pull": "## Pull\n\nfirst\n"})
    written_down(results, "# Head again\n", {"pull": "## Pull\n\nsecond\n"})
    assert results.read_text() == (
        "# Head again\n\n<!-- pull -->\n## Pull\n\nsecond\n\n<!-- limit -->\n## Limit\n\none\n"
    )


def test_what_this_machine_has_not_got_is_named_below_the_table() -> None:
    """A table without it says why."""
    table = Table(title="Far", note="How far.")
    table.add(way="0 ms", took="1")
    table.skip("50 ms", "a round trip needs root")
    assert table.markdown().splitlines() == [
        "## Far", "", "How far.", "",
        "| way  | took |",
        "| ---- | ---- |",
        "| 0 ms |    1 |",
        "", "Skipped: 50 ms, since a round trip needs root.",
    ]  # fmt: skip


def test_copies_of_messages_make_a_sound_state(tmp_path: Path) -> None:
    """As large as wanted, with every index, each message with its own lines and names."""
    fill_with_copies(tmp_path, 40, held=4, accounts=("a0",), pattern=10)
    with closing(open_store(tmp_path, read_only=True)) as store:
        found = store.records.search(Search(account="a0"))
        assert len({row.id for row in found}) == len({row.message_id for row in found}) == 40
        assert sum(store.records.counts("a0").values()) == 40
        assert {len(store.records.history(row.id)) for row in found} == {4}
        assert all(row in store.records.find(row.name) for row in found)
        assert store.records.flaws() == []
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as database:
        indexes = {
            name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'index'")
        }
    assert {index.name for table in schema.metadata.sorted_tables for index in table.indexes} <= indexes
