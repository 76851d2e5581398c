"""Syncing side by side: nothing is durable before it was synced, and no failure is lost."""

from __future__ import annotations

import errno
import os
import threading
from pathlib import Path

import pytest

from syncd.folders.syncing import MOST_OPEN, together


@pytest.fixture
def file(tmp_path: Path) -> int:
    return os.open(tmp_path / "file", os.O_RDWR | os.O_CREAT)


def _open_now() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_the_block_ends_when_all_is_synced(file: int) -> None:
    """However long the disk takes, and though the giver closed it at once."""
    synced: list[os.stat_result] = []
    may_end = threading.Event()

    def slow(fd: int) -> None:
        assert may_end.wait(10)
        synced.append(os.fstat(fd))

    before = _open_now()
    with together(sync=slow) as disk:
        for _ in range(10):
            disk.add(file)
        os.close(file)
        assert not synced
        may_end.set()
    assert len(synced) == 10
    assert _open_now() == before - 1


@pytest.mark.parametrize("count", [1, 2 * MOST_OPEN])
def test_a_sync_that_fails_is_told(file: int, count: int) -> None:
    """Also when the one that failed is the last of many, or one of the first; and nothing stays open."""

    def failing(fd: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    def sync_all() -> None:
        with together(sync=failing) as disk:
            for _ in range(count):
                disk.add(file)

    before = _open_now()
    with pytest.raises(OSError, match="Input/output"):
        sync_all()
    assert _open_now() == before
    os.close(file)


def test_few_are_open_at_once(file: int) -> None:
    """A batch of a hundred messages does not need hundreds of open files."""
    most: list[int] = []
    before = _open_now()
    with together(sync=os.fsync) as disk:
        for _ in range(5 * MOST_OPEN):
            disk.add(file)
            most.append(_open_now() - before)
    assert max(most) <= MOST_OPEN + 1
    os.close(file)
