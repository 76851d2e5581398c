"""Sandboxes without a tight limit, and a bridge to each."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from syncd.sandbox import ECGridSandbox, ECGridWorld, Sandbox, World
from tests.e2e.daemon.harness import Bridge

WORLD = World.default().timed(rate_requests=100_000)
ECGRID_WORLD = ECGridWorld.default().timed(rate_requests=100_000, anonymous_requests=100_000)


@pytest.fixture
def box() -> Iterator[Sandbox]:
    """A gateway where everything goes well."""
    with Sandbox(world=WORLD) as opened:
        yield opened


@pytest.fixture
def other() -> Iterator[Sandbox]:
    """Another one."""
    with Sandbox(world=WORLD) as opened:
        yield opened


@pytest.fixture
def grid() -> Iterator[ECGridSandbox]:
    """A gateway of the other kind."""
    with ECGridSandbox(world=ECGRID_WORLD) as opened:
        yield opened


@pytest.fixture
def bridge(box: Sandbox, tmp_path: Path) -> Bridge:
    """One account."""
    return Bridge(tmp_path, {"acme": box})


@pytest.fixture
def pair(box: Sandbox, other: Sandbox, tmp_path: Path) -> Bridge:
    """Two accounts: acme at the one gateway, globex at the other."""
    return Bridge(tmp_path, {"acme": box, "globex": other})


@pytest.fixture
def both(box: Sandbox, grid: ECGridSandbox, tmp_path: Path) -> Bridge:
    """Two accounts, one at each kind of gateway."""
    return Bridge(tmp_path, {"acme": box, "grid": grid})


@pytest.fixture(autouse=True)
def quiet_logs() -> Iterator[None]:
    """Every line from info on is written, so that a test can capture it."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.INFO))
    yield
    structlog.configure(**before)
