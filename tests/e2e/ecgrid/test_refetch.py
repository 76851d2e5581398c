"""A parcel once more: downloaded again by its id, and not reset for other channels to take."""

from syncd.sandbox import ECGridSandbox
from syncd.wiring.acting import refetch
from tests.e2e.harness import Ground


def test_a_parcel_is_delivered_once_more_and_only_once(ground: Ground, box: ECGridSandbox) -> None:
    """It stays confirmed there all the while."""
    parcel = box.deliver(files={"a.edi": b"ISA a"})
    ground.run()
    ground.collect()
    refetch(ground.settings, ground.row(parcel).id, "anna")

    for _ in ground.passes(3):
        pass

    assert ground.names("inbox") == ["a.edi"]
    assert ground.row(parcel).phase == "confirmed"
    assert box.ledger.count("reset") == 0
