"""What a configuration leaves to the machine: the time zone and the place of the state."""

from __future__ import annotations

import os
import pwd
from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

PACKAGED_USER = "syncd"
PACKAGED_STATE = Path("/var/lib/syncd")
_LOCALTIME = Path("/etc/localtime")


def state_dir(environ: Mapping[str, str]) -> Path:
    """`$STATE_DIRECTORY` of systemd (the first, if several), the packaged user's, else the user's own."""
    given = environ.get("STATE_DIRECTORY", "").split(":")[0]
    if given:
        return Path(given)
    if _user() == PACKAGED_USER:
        return PACKAGED_STATE
    from platformdirs import user_state_path  # noqa: PLC0415 - under systemd nobody needs it

    return user_state_path("syncd", appauthor=False)


def _user() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return ""


def time_zone(environ: Mapping[str, str], *, localtime: Path = _LOCALTIME) -> ZoneInfo:
    """`$TZ`, else what `/etc/localtime` is or points to, else UTC."""
    named = environ.get("TZ", "").removeprefix(":")
    if not named:
        _, _, named = os.path.realpath(localtime).rpartition("/zoneinfo/")
    try:
        return ZoneInfo(named) if named else _from_file(localtime)
    except (OSError, ValueError, KeyError):
        return ZoneInfo("UTC")


def _from_file(localtime: Path) -> ZoneInfo:
    with localtime.open("rb") as compiled:
        return ZoneInfo.from_file(compiled, key="localtime")
