"""The benchmarks themselves, with next to nothing to do, so that they do not rot."""

from __future__ import annotations

from pathlib import Path

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
