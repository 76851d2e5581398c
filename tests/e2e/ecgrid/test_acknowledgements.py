"""Acknowledgements where the pair is two numbers, or read off the file."""

import pytest

from syncd.sandbox import ECGridSandbox
from tests.e2e.edi import acknowledgement, answered, orders
from tests.e2e.harness import Ground


@pytest.mark.parametrize("pair", ["112233/445566", "auto"])
def test_an_answer_is_matched_by_the_pair_or_by_the_envelopes(
    ground: Ground, box: ECGridSandbox, pair: str
) -> None:
    """What was routed by its own header has no pair: there the two ends of the envelopes decide."""
    ground.drop("a.edi", orders(1), pair=pair)
    ground.settle()
    box.deliver(files={"997.edi": acknowledgement(answered("PO", 17, "A", d1="A"))})
    ground.run()
    assert ground.row("a.edi").acknowledged == "accepted"
