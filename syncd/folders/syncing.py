"""Fsync side by side, so that the disk takes in one go what was written one after the other."""

from __future__ import annotations

import contextlib
import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

from syncd.folders import durable

ABREAST = 4
MOST_OPEN = 32
"""Files and folders that are held open because they are not synced yet."""

Finish = Callable[[int], None]


class Syncing:
    """Syncs and closes what it is given, in threads of its own."""

    def __init__(self, pool: ThreadPoolExecutor, *, finish: Finish) -> None:
        self._pool = pool
        self._finish = finish
        self._under_way: deque[Future[None]] = deque()

    def take(self, fd: int) -> None:
        """Begin to sync a file that is wholly written, or a folder. Raises: OSError, of an earlier one."""
        if len(self._under_way) >= MOST_OPEN:
            self._wait_for_the_oldest(fd)
        self._under_way.append(self._pool.submit(self._finish, fd))

    def _wait_for_the_oldest(self, fd: int) -> None:
        try:
            self._under_way.popleft().result()
        except BaseException:
            os.close(fd)
            raise

    def wait(self) -> None:
        """All that was taken is durable when this returns. Raises: OSError."""
        while self._under_way:
            self._under_way.popleft().result()


@contextlib.contextmanager
def together(*, finish: Finish = durable.sync_and_close) -> Iterator[Syncing]:
    """What is taken within is durable when the block has ended well. Raises: OSError."""
    with ThreadPoolExecutor(max_workers=ABREAST, thread_name_prefix="sync") as pool:
        syncing = Syncing(pool, finish=finish)
        yield syncing
        syncing.wait()
