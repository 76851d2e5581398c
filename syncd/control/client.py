"""Finds the daemon that runs, and says who may ask it; what it is asked is in `asking`."""

from __future__ import annotations

import grp
import pwd
import socket
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from syncd.control.place import address
from syncd.errors import CannotAct

if TYPE_CHECKING:
    from syncd.operations.door import Door

_CONNECT_S = 5.0


def connect(path: Path) -> Door | None:
    """The door behind that socket; None when there is none, or nobody listens (a dead daemon's).

    Raises: CannotAct when this user may not ask, naming the group to join.
    """
    try:
        connected(path).close()
    except (FileNotFoundError, NotADirectoryError, ConnectionRefusedError):
        return None
    except PermissionError as error:
        raise refused(path) from error
    except OSError as error:
        raise silent(path) from error
    from syncd.control.asking import Client  # noqa: PLC0415 - without a daemon nobody needs the shapes

    return Client(path)


def connected(path: Path) -> socket.socket:
    """A connection to the socket; the caller closes it. Raises: OSError."""
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    made.settimeout(_CONNECT_S)
    try:
        with address(path) as name:
            made.connect(name)
    except BaseException:
        made.close()
        raise
    return made


def silent(path: Path) -> CannotAct:
    """Somebody listens, and nothing comes."""
    what = f"the daemon at {path} does not answer"
    return CannotAct(
        what, "Its log may tell why: journalctl -u syncd. `systemctl restart syncd` starts it anew."
    )


def refused(path: Path) -> CannotAct:
    """Whose group opens what is shut: the socket itself, or the first folder on the way that is."""
    for shut, bit in ((path, stat.S_IWGRP), *((folder, stat.S_IXGRP) for folder in path.parents)):
        try:
            status = shut.stat()
        except OSError:
            continue  # below a folder that is shut: that one tells
        what = f"the control socket {path} is not open to this user"
        if not status.st_mode & bit:
            owner = _user_name(status.st_uid)
            return CannotAct(what, f"Act as the user that it belongs to: sudo -u {owner} syncd …")
        group = _group_name(status.st_gid)
        remedy = f"Join the group {group}: `sudo usermod -aG {group} $USER`, then log in again."
        return CannotAct(what, remedy)
    return CannotAct(f"the control socket {path} is out of reach", "Act as the user that syncd runs as.")


def _group_name(gid: int) -> str:
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)


def _user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"'#{uid}'"
