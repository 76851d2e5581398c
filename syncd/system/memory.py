"""What the C library may hold back of the memory that is free."""

from __future__ import annotations

import ctypes

_M_MMAP_THRESHOLD = -3
_M_ARENA_MAX = -8
"""mallopt(3)"""
_LARGE_BYTES = 128 * 1024


def hold_back_little() -> None:
    """One heap for all threads, and large pieces go back to the system as soon as they are free.

    By default glibc gives threads heaps of their own, each with free pieces that no other thread can use,
    and keeps pieces of any size that was freed once: after some large messages a daemon stays megabytes
    above what it needs. For the start of a process, before its threads. Other C libraries do neither.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, 1)
        mallopt(_M_MMAP_THRESHOLD, _LARGE_BYTES)
