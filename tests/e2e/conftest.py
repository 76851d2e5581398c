"""A sandbox and a ground for each test; log lines would only cost time."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from syncd.sandbox import Sandbox, World
from tests.e2e.harness import Ground


@pytest.fixture(autouse=True)
def quiet_logs() -> Iterator[None]:
    """Say nothing below critical."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield
    structlog.configure(**before)


@pytest.fixture
def world() -> World:
    """What is at the gateway; a module with another world overrides this."""
    return World.default()


@pytest.fixture
def box(world: World) -> Iterator[Sandbox]:
    """A sandbox where everything goes well."""
    with Sandbox(world=world) as opened:
        yield opened


@pytest.fixture
def ground(box: Sandbox, tmp_path: Path) -> Ground:
    """A bridge's disk, new."""
    return Ground(box, tmp_path)
