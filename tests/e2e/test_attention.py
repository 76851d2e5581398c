"""What needs a person, and what has been seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncd.core.looking import Search
from syncd.sandbox import Sandbox

if TYPE_CHECKING:
    from tests.e2e.harness import Ground


def _needing(ground: Ground) -> list[str]:
    with ground.records() as records:
        return [row.name for row in records.search(Search(attention=True))]


def test_a_failed_file_needs_a_person_until_it_is_put_back(ground: Ground, box: Sandbox) -> None:
    """Sent again, it is settled; the pass that does it does not call the old one failed again."""
    box.partner("RJ_Partner").behave(files="a.edi", mdn="error")
    ground.drop("a.edi", b"ISA a")
    ground.settle()
    assert _needing(ground) == ["a.edi"]
    box.partner("RJ_Partner").behave(files="a.edi", mdn="ok")
    ground.put_back("a.edi", with_status=False)

    result = ground.run()

    assert [str(row.state) for row in result.messages] == ["sent"]
    assert _needing(ground) == []
    assert ground.all_files("failed") == {}


def test_a_failed_file_that_is_filed_away_has_been_seen(ground: Ground, box: Sandbox) -> None:
    """Deleted or moved elsewhere by a person, it needs nobody; the history tells."""
    box.partner("RJ_Partner").behave(files="a.edi", mdn="error")
    ground.drop("a.edi", b"ISA a")
    ground.settle()
    (ground.root / "failed" / "RJ_Station" / "RJ_Partner" / "a.edi").unlink()

    ground.run()

    assert _needing(ground) == []
    assert ground.history(ground.row("a.edi"))[-1] == "takenaway"


def test_a_held_message_without_its_file_leaves_nothing_in_held(ground: Ground, box: Sandbox) -> None:
    """Given up by a person, its story moves to failed/, with the reason that it had."""
    queued = ground.root / "queued" / "RJ_Station" / "RJ_Partner"
    ground.run()
    queued.mkdir(parents=True)
    (queued / "found.edi").write_bytes(b"ISA found")
    ground.run()
    held = ground.row("found.edi")
    (ground.root / str(held.place)).unlink()

    ground.resolve(held, "fail")

    assert ground.all_files("held") == {}
    assert "does not know it" in (ground.row("found.edi").reason or "")
