"""ECGrid keeps its parcels."""

import pytest

from syncd.errors import UsageError
from syncd.flows.deleting import delete_there
from syncd.sandbox import ECGridSandbox
from tests.e2e.harness import Ground


def test_nothing_can_be_deleted_there(ground: Ground, box: ECGridSandbox) -> None:
    """It is said, and nothing happens."""
    ground.drop("a.edi", b"UNA a")
    ground.settle()
    asked = len(box.ledger.requests)
    with ground.process() as process, pytest.raises(UsageError, match="ecgrid keeps what it has"):
        delete_there(process.bridge, ground.rows(), by="anna")
    assert len(box.ledger.requests) == asked
