"""An ECGrid sandbox and a ground for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from syncd.sandbox import ECGridSandbox, ECGridSwitches, ECGridWorld
from tests.e2e.harness import Ground


@pytest.fixture
def world() -> ECGridWorld:
    """What is at the gateway; a module with another world overrides this."""
    return ECGridWorld.default()


@pytest.fixture
def switches() -> ECGridSwitches:
    """How the documents are read there."""
    return ECGridSwitches()


@pytest.fixture
def box(world: ECGridWorld, switches: ECGridSwitches) -> Iterator[ECGridSandbox]:
    """A sandbox where everything goes well."""
    with ECGridSandbox(world=world, switches=switches) as opened:
        yield opened


@pytest.fixture
def ground(box: ECGridSandbox, tmp_path: Path) -> Ground:
    """A bridge's disk, new."""
    return Ground(box, tmp_path)
