"""A sandbox on loopback, and a client that has logged in."""

from collections.abc import Iterator

import pytest

from syncd.sandbox import Sandbox
from tests.sandbox.driver import Driver


@pytest.fixture
def box() -> Iterator[Sandbox]:
    with Sandbox() as box:
        yield box


@pytest.fixture
def driver(box: Sandbox) -> Iterator[Driver]:
    with Driver(box) as driver:
        yield driver
