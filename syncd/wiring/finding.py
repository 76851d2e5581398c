"""Finds who answers a command: the daemon that runs, else this process.

What this process would need for it is imported when no daemon answers.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from syncd.control.client import connect
from syncd.control.place import socket_paths
from syncd.errors import CannotAct

if TYPE_CHECKING:
    from syncd.config import Settings
    from syncd.operations.door import Door
    from syncd.ports import Records


def door(settings: Settings, progress: Callable[[str], None]) -> Door:
    """The daemon's door, if one answers, else this process's. Raises: CannotAct."""
    for path in socket_paths(settings.state_dir, os.environ, is_packaged=_is_packaged(settings)):
        found = connect(path)
        if found is not None:
            return found
    from syncd.wiring.local import LocalDoor  # noqa: PLC0415 - as the module says

    return LocalDoor(settings, progress=progress)


def own_records(settings: Settings) -> AbstractContextManager[Records]:
    """The records, read by this process also while a daemon runs.

    Raises: CannotAct when a daemon keeps them where this user has none: nothing would look like all.
    """
    from syncd.store.opening import FILE_NAME  # noqa: PLC0415 - as the module says
    from syncd.wiring.looking import records  # noqa: PLC0415

    places = socket_paths(settings.state_dir, os.environ, is_packaged=_is_packaged(settings))
    if not os.path.lexists(settings.state_dir / FILE_NAME) and any(map(_is_served, places)):
        raise CannotAct(
            f"a daemon runs, and its state is not in {settings.state_dir}, or not open to this user",
            "Run this as the user that syncd runs as: sudo -u syncd syncd …",
        )
    return records(settings)


def _is_served(socket_path: Path) -> bool:
    try:
        return connect(socket_path) is not None
    except CannotAct:
        return True  # one that will not talk to us


def _is_packaged(settings: Settings) -> bool:
    """The system's own file, and nothing said of the state: the packaged unit's state is not this user's."""
    from syncd.config import machine  # noqa: PLC0415 - read by now
    from syncd.config.sources import SYSTEM_FILE  # noqa: PLC0415

    return settings.path == SYSTEM_FILE and settings.state_dir == machine.state_dir(os.environ)
