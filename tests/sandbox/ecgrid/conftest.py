"""An ECGrid sandbox on loopback, and a client with the published key."""

from collections.abc import Iterator

import pytest

from syncd.sandbox import ECGridSandbox
from tests.sandbox.ecgrid.driver import ECGridDriver


@pytest.fixture
def grid() -> Iterator[ECGridSandbox]:
    with ECGridSandbox() as box:
        yield box


@pytest.fixture
def driver(grid: ECGridSandbox) -> Iterator[ECGridDriver]:
    with ECGridDriver(grid) as driver:
        yield driver
