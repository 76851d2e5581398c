"""One syncd a state directory: a lock that the kernel lets go when its holder ends, however it ends."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from syncd.errors import CannotAct, LockHeld

NAME = "lock"


@contextmanager
def instance_lock(state_dir: Path) -> Iterator[None]:
    """Hold the state directory, which is made (0700) when it is not there.

    The lock file stays behind, on purpose: removing it would let two holders lock two files of one name.
    Raises: LockHeld naming the holder; CannotAct when the folder cannot be used.
    """
    descriptor = _open(state_dir)
    try:
        _lock(descriptor, state_dir)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def _open(state_dir: Path) -> int:
    try:
        state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        return os.open(state_dir / NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o640)
    except OSError as error:
        raise CannotAct(
            f"the state directory {state_dir} cannot be used: {error.strerror}",
            "Run as the user that it belongs to, or set state_dir.",
        ) from error


def _lock(descriptor: int, state_dir: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        holder = os.pread(descriptor, 32, 0).decode(errors="replace").strip()
        who = f"process {holder}" if holder else "another process"
        raise LockHeld(
            f"{who} works on the state in {state_dir}", "Wait until it is done, or stop it."
        ) from error
