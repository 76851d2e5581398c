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

Sync = Callable[[int], None]


class Syncing:
    """Syncs what it is given, in threads of its own; who gives it may close it at once."""

    def __init__(self, pool: ThreadPoolExecutor, *, sync: Sync) -> None:
        self._pool = pool
        self._sync = sync
        self._under_way: deque[Future[None]] = deque()

    def add(self, fd: int) -> None:
        """Begin to sync a file that is wholly written, or a folder. Raises: OSError, of an earlier one."""
        if len(self._under_way) >= MOST_OPEN:
            self._under_way.popleft().result()
        self._under_way.append(self._pool.submit(self._close_synced, os.dup(fd)))

    def wait(self) -> None:
        """All that was added is durable when this returns. Raises: OSError."""
        while self._under_way:
            self._under_way.popleft().result()

    def _close_synced(self, fd: int) -> None:
        try:
            self._sync(fd)
        finally:
            os.close(fd)


@contextlib.contextmanager
def together(*, sync: Sync = durable.sync) -> Iterator[Syncing]:
    """What is added within is durable when the block has ended well. Raises: OSError."""
    with ThreadPoolExecutor(max_workers=ABREAST, thread_name_prefix="sync") as pool:
        syncing = Syncing(pool, sync=sync)
        yield syncing
        syncing.wait()
