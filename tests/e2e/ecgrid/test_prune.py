"""What was dropped in one folder, and is as many messages as it had files, goes with its folder."""

from syncd.operations.checking import check_retention
from tests.e2e.harness import Ground
from tests.e2e.pruned import counts, keep, prune
from tests.e2e.verified import found


def test_a_dropped_folder_goes_with_its_last_message(ground: Ground) -> None:
    """And with what a file browser left in it; what a person put there keeps it. ECGrid keeps all it has."""
    keep(ground, sent="1d", at_gateway="1d")
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


def test_what_cannot_be_deleted_there_is_told_by_check(ground: Ground) -> None:
    """It is no mistake: the same configuration may have an account where it can be."""
    keep(ground, at_gateway="30d")
    with ground.process() as process:
        bridge, retention = process.bridge, process.doors.settings.retention
        [line] = check_retention(bridge.account, bridge.gateway, retention)
    assert line.ok is None
    assert "retention.at_gateway does nothing" in line.what
