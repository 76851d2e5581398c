"""ECGrid tries by itself: there is nothing to stop."""

import pytest

from syncd.errors import UsageError
from syncd.sandbox import ECGridSandbox
from syncd.wiring.acting import stop
from tests.e2e.harness import Ground


def test_tries_that_could_not_begin_again_are_not_stopped(ground: Ground, box: ECGridSandbox) -> None:
    """It is said, and nothing happens."""
    ground.drop("a.edi", b"UNA a")
    ground.run(jobs=("send",))
    assert ground.row("a.edi").phase == "accepted"
    with pytest.raises(UsageError, match="ecgrid cannot be stopped"):
        stop(ground.settings, ground.row("a.edi").id, "anna")
    ground.settle()
    assert ground.states() == {"a.edi": "sent"}
