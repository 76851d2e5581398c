"""The campaign's ground lies in memory where it can: nothing here loses power, only processes die."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import quiet_logs

__all__ = ["quiet_logs"]

MEMORY = Path("/dev/shm")


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Path]:
    """A folder that costs no disk."""
    if not MEMORY.is_dir():
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=MEMORY, prefix="syncd-") as folder:
        yield Path(folder)
