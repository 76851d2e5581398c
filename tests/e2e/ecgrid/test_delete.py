"""ECGrid keeps its parcels."""

import pytest

from syncd.errors import UsageError
from syncd.flows.deleting import delete_there
from syncd.sandbox import ECGridSandbox
from syncd.wiring.deleting import delete
from tests.e2e.harness import Ground


def test_nothing_can_be_deleted_there(ground: Ground, box: ECGridSandbox) -> None:
    """It is said, and nothing happens."""
    ground.drop("a.edi", b"UNA a")
    ground.settle()
    asked = len(box.ledger.requests)
    ids = [row.id for row in ground.rows()]
    with ground.process() as process, pytest.raises(UsageError, match="ecgrid keeps what it has"):
        delete_there(process.bridge, ground.rows(), by="anna")
    [left] = delete(ground.settings, ids, only_look=True, by="anna").left
    assert (left.message.id, "ecgrid keeps what it has" in left.reason) == (ids[0], True)
    assert len(box.ledger.requests) == asked
