"""The marker of a root, `.syncd/root.json`: whose tree this is.

A root that the state knows but that lacks the marker is an unmounted disk; one with another state's marker
is another tree. Either way nothing is made there.
"""

from __future__ import annotations

import grp
import json
import os
import pwd
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from syncd.core.layout import PRIVATE, name_of, parent, within
from syncd.errors import RootUnusable
from syncd.folders.durable import speaking_of
from syncd.folders.reach import Reach, open_file

MARKER = within(PRIVATE, "root.json")
_MOST_BYTES = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Marker:
    """Which account, of which state, a root belongs to."""

    account: str
    state: str

    def render(self) -> bytes:
        """The file's content."""
        return (json.dumps({"version": 1, "account": self.account, "state": self.state}) + "\n").encode()


def read_marker(reach: Reach) -> Marker | None:
    """The marker of a root, None when there is none. Raises: RootUnusable."""
    where = reach.root / MARKER
    try:
        with reach.folder(parent(MARKER)) as fd:
            content = _read(name_of(MARKER), dir_fd=fd)
    except FileNotFoundError:
        return None
    except OSError as error:
        what = f"{where} cannot be read: {error.strerror or error}"
        raise RootUnusable(
            what, f"It has to belong to syncd's user: `ls -la {reach.root / PRIVATE}`"
        ) from error
    try:
        told = json.loads(content)
        return Marker(account=str(told["account"]), state=str(told["state"]))
    except (ValueError, TypeError, KeyError) as error:
        raise RootUnusable(
            f"{where} is damaged", "Take the root over anew: `syncd init --adopt NAME`"
        ) from error


def write_marker(reach: Reach, marker: Marker) -> None:
    """Write the marker, whole, over what may be there. Raises: FolderError."""
    with speaking_of(MARKER):
        reach.write(MARKER, marker.render(), over=True)


def _user() -> str:
    """The service's user where this machine has it, else our own."""
    try:
        return pwd.getpwnam("syncd").pw_name
    except KeyError:
        return _name(lambda: pwd.getpwuid(os.geteuid()).pw_name, os.geteuid())


def _group(around: Path) -> str:
    """The usual group where this machine has it, else that of the folder around."""
    try:
        return grp.getgrnam("edi").gr_name
    except KeyError:
        pass
    try:
        number = around.stat().st_gid
    except OSError:
        number = os.getegid()
    return _name(lambda: grp.getgrgid(number).gr_name, number)


def _name(find: Callable[[], str], number: int) -> str:
    try:
        return find()
    except KeyError:
        return str(number)


def check_root(reach: Reach, *, was_used: bool = False) -> None:
    """Raise RootUnusable when the root's folder is not there or cannot be entered.

    A root that was used before is not to be made anew: its disk may be missing.
    """
    root = reach.root
    try:
        with reach.folder(""):
            return
    except FileNotFoundError as error:
        anew = f"Mount it; or, if it was removed on purpose, make it: `{_make(root)}`"
        remedy = anew if was_used else f"Make it once: `{_make(root)}`"
        raise RootUnusable(f"the root {root} is not there", remedy) from error
    except OSError as error:
        raise RootUnusable(
            f"the root {root} cannot be used: {error.strerror}", f"It has to be as from `{_make(root)}`"
        ) from error


def _make(root: Path) -> str:
    """The command that makes the root. It asks for users and groups, which may take a directory's answer."""
    return f"install -d -o {_user()} -g {_group(root.parent)} -m 2770 {root}"


def _read(name: str, *, dir_fd: int) -> bytes:
    fd = open_file(name, dir_fd=dir_fd)
    try:
        return os.read(fd, _MOST_BYTES)
    finally:
        os.close(fd)
