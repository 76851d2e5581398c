"""What a batch of calls on a tree keeps open."""

import os
from pathlib import Path

from syncd.core.model import Place
from syncd.folders.reach import MOST_HELD, Reach


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - counted as cheaply as it goes


def test_a_batch_over_many_folders_keeps_few_of_them_open(tmp_path: Path) -> None:
    """Each account may be in the midst of one; afterwards none is open."""
    reach = Reach(tmp_path, dir_mode=0o770, file_mode=0o660)
    before = open_files()
    with reach.together():
        for number in range(100):
            reach.make(Place(f"outbox/{number}"))
            assert reach.names(f"outbox/{number}") == []
        assert open_files() - before == MOST_HELD == 32
    assert open_files() == before
