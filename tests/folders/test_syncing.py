"""Syncing side by side: nothing is durable before it was synced, and no failure is lost."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from syncd.folders.durable import sync_and_close
from syncd.folders.syncing import MOST_OPEN, together


@pytest.fixture
def file(tmp_path: Path) -> Callable[[], int]:
    return lambda: os.open(tmp_path / "file", os.O_RDWR | os.O_CREAT)


def _open_now() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_the_block_ends_when_all_is_synced(file: Callable[[], int]) -> None:
    """However long the disk takes."""
    synced: list[int] = []
    may_end = threading.Event()

    def slow(fd: int) -> None:
        assert may_end.wait(10)
        sync_and_close(fd)
        synced.append(fd)

    before = _open_now()
    with together(finish=slow) as disk:
        for _ in range(10):
            disk.take(file())
        assert not synced
        may_end.set()
    assert len(synced) == 10
    assert _open_now() == before


@pytest.mark.parametrize("count", [1, 2 * MOST_OPEN])
def test_a_sync_that_fails_is_told(file: Callable[[], int], count: int) -> None:
    """Also when the one that failed is the last of many, or one of the first; and nothing stays open."""

    def failing(fd: int) -> None:
        os.close(fd)
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    def sync_all() -> None:
        with together(finish=failing) as disk:
            for _ in range(count):
                disk.take(file())

    before = _open_now()
    with pytest.raises(OSError, match="Input/output"):
        sync_all()
    assert _open_now() == before


def test_few_are_open_at_once(file: Callable[[], int]) -> None:
    """A batch of a hundred messages does not need hundreds of open files."""
    most: list[int] = []
    before = _open_now()
    with together(finish=sync_and_close) as disk:
        for _ in range(5 * MOST_OPEN):
            disk.take(file())
            most.append(_open_now() - before)
    assert max(most) <= MOST_OPEN + 1
