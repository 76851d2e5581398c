"""What was dropped in one folder, and is as many messages as it had files, goes with its folder."""

from tests.e2e.harness import Ground
from tests.e2e.pruned import counts, keep, prune
from tests.e2e.verified import found


def test_a_dropped_folder_goes_with_its_last_message(ground: Ground) -> None:
    """And with what a file browser left in it; what a person put there keeps it."""
    keep(ground, sent="1d")
    for batch in ("one", "two"):
        ground.drop(f"{batch}/1.edi", batch.encode())
        ground.drop(f"{batch}/2.edi", batch.encode() * 2)
    ground.settle()
    [day] = (ground.root / "sent" / ground.pair).iterdir()
    (day / "one" / "Thumbs.db").touch()
    (day / "two" / "own.txt").touch()
    ground.later(days=2)
    pruned = prune(ground)
    assert counts(pruned) == {"sent": 4}
    assert [each.path for each in pruned.kept] == [day / "two" / "own.txt"]
    assert [str(path.relative_to(day)) for path in sorted(day.rglob("*"))] == ["two", "two/own.txt"]
    assert found(ground) == []
