"""A ground in memory with decoys around it; log lines would only cost time."""

from pathlib import Path

import pytest

from syncd.sandbox import Sandbox
from tests.e2e.conftest import box, quiet_logs, world
from tests.e2e.harness import Ground
from tests.hostile.around import Around
from tests.safety.conftest import memory

__all__ = ["box", "memory", "quiet_logs", "world"]


@pytest.fixture
def ground(box: Sandbox, memory: Path) -> Ground:
    """A bridge's disk, new."""
    return Ground(box, memory)


@pytest.fixture
def around(ground: Ground) -> Around:
    """What lies around the root."""
    return Around(ground)
