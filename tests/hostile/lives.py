"""A ground of its own for each example that Hypothesis makes."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from syncd.sandbox import Sandbox
from tests.e2e.harness import AnyBox, Ground
from tests.hostile.around import Around
from tests.safety.conftest import MEMORY


@contextmanager
def another_life(
    opening: AbstractContextManager[AnyBox] | None = None, **keys: object
) -> Iterator[tuple[Ground, Around]]:
    """A new ground over a new sandbox, and what lies around it; in memory where that can be had."""
    parent = MEMORY if MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(dir=parent, prefix="syncd-") as name, opening or Sandbox() as box:
        ground = Ground(box, Path(name), keys=dict(keys))
        yield ground, Around(ground)
