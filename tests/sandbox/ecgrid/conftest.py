"""An ECGrid sandbox on loopback, and a client with the published key."""

from collections.abc import Iterator

import pytest

from syncd.sandbox import ECGridSandbox
from tests.sandbox.ecgrid.driver import ECGridDriver


@pytest.fixture(scope="session")
def running() -> Iterator[ECGridSandbox]:
    """One server for all tests: starting and ending it takes longer than a test."""
    with ECGridSandbox() as box:
        yield box


@pytest.fixture
def grid(running: ECGridSandbox) -> ECGridSandbox:
    running.reset()
    return running


@pytest.fixture
def driver(grid: ECGridSandbox) -> Iterator[ECGridDriver]:
    with ECGridDriver(grid) as driver:
        yield driver
