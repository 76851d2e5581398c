"""Each trouble at each request: tried again, found again, or a state with a reason; the others go on."""

import random
from pathlib import Path

import pytest

from tests.safety.figures import record_campaign
from tests.safety.network import BOXES, cases, outcome

SAMPLE = 5


@pytest.mark.parametrize("gateway", BOXES)
def test_a_trouble_at_some_request_loses_and_doubles_nothing(memory: Path, gateway: str) -> None:
    """A seeded sample of the matrix."""
    some = random.Random(20261122).sample(cases(memory, gateway), SAMPLE)

    assert {str(case): found for case in some if (found := outcome(memory, gateway, case))} == {}


@pytest.mark.torture
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("gateway", BOXES)
def test_every_trouble_at_every_request_loses_and_doubles_nothing(memory: Path, gateway: str) -> None:
    """The whole matrix."""
    every = cases(memory, gateway)
    broken = {str(case): found for case in every if (found := outcome(memory, gateway, case))}

    record_campaign("troubles of network and gateway", tried=len(every), found=len(broken))
    assert len(every) > 300
    assert broken == {}
