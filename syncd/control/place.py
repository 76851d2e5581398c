"""Where the control socket is, and how its path is reached."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

NAME = "control.sock"
PACKAGED = Path("/run/syncd") / NAME
_STATES = Path("/var/lib")
_RUNTIMES = Path("/run")
_LONGEST = 107
"""Bytes that a socket's address has room for (unix(7)), without the NUL at its end."""


def socket_path(state_dir: Path, environ: Mapping[str, str]) -> Path:
    """Where a daemon opens its socket: in `$RUNTIME_DIRECTORY` (the first, if several), else in the state."""
    given = environ.get("RUNTIME_DIRECTORY", "").split(":")[0]
    return (Path(given) if given else state_dir) / NAME


def socket_paths(state_dir: Path, environ: Mapping[str, str], *, is_packaged: bool) -> tuple[Path, ...]:
    """Where a command looks for the daemon of that state, in this order.

    A person's shell has no `$RUNTIME_DIRECTORY`: the daemon whose state systemd made as /var/lib/NAME has
    its socket in /run/NAME. `is_packaged`: the packaged unit's daemon is meant, wherever this user's own
    state would be.
    """
    places = [socket_path(state_dir, environ)]
    if state_dir.is_relative_to(_STATES) and state_dir != _STATES:
        places.append(_RUNTIMES / state_dir.relative_to(_STATES) / NAME)
    places.append(state_dir / NAME)
    if is_packaged:
        places.append(PACKAGED)
    return tuple(dict.fromkeys(places))


@contextmanager
def address(path: Path) -> Iterator[str]:
    """The path as a socket's address, also when it is longer than an address may be. Raises: OSError."""
    if len(os.fsencode(path)) <= _LONGEST:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)
