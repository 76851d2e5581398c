"""The server of the control socket: waitress on a Unix socket that its group alone may use.

A client that sends nothing, too much or nonsense loses its connection; it holds up nobody else.
"""

from __future__ import annotations

import grp
import os
import socket
import stat
import struct
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.server import UnixWSGIServer
from waitress.task import ThreadedTaskDispatcher, WSGITask
from waitress.wasyncore import close_all

from syncd.control.app import PEER, ControlApp
from syncd.control.place import address, socket_path
from syncd.errors import CannotAct, ConfigError, Problem
from syncd.operations.door import Door

__all__ = ["ControlServer", "socket_path"]

THREADS = 8
ACTING = 6
"""How many of the threads may be taken by what may take long."""
MODE = 0o660
_CREDENTIALS = struct.Struct("3i")
"""pid, uid and gid of the other end: SO_PEERCRED of unix(7)."""
_LAST_ANSWERS_S = 0.4
_LOOP_ENDS_S = 0.4


class ControlServer:
    """The socket at `path`, open from `start` to `stop`; what comes in is asked of the door.

    The caller holds the instance lock: a socket that stands there already is a dead daemon's.
    """

    def __init__(self, path: Path, door: Door, *, group: str | None) -> None:
        self._path = path
        self._app = ControlApp(door, acting=ACTING)
        self._group = group
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Listen, and serve from a thread of its own.

        Raises: ConfigError for a `control_group` that is not there or not ours to give; CannotAct.
        """
        gid = _gid(self._group) if self._group else None
        listening = _bound(self._path)
        try:
            self._own(gid)
            server = _Server(self._app, listening)
        except BaseException:
            listening.close()
            self._path.unlink(missing_ok=True)
            raise
        self._server = server
        self._thread = threading.Thread(target=server.run, name="control", daemon=True)
        self._thread.start()

    def _own(self, gid: int | None) -> None:
        """Group and mode, before anybody can connect."""
        if gid is not None:
            try:
                os.chown(self._path, -1, gid)
            except PermissionError as error:
                user = os.environ.get("USER") or "syncd"
                remedy = (
                    f"Make syncd's user a member (`sudo usermod -aG {self._group} {user}`), and restart it"
                )
                raise _wrong_group(f"this user may not give the group {self._group}", remedy) from error
        self._path.chmod(MODE)

    def stop(self) -> None:
        """Let the answers in hand go out for a moment, then close; a second call does nothing."""
        server, self._server = self._server, None
        if server is None or self._thread is None:
            return
        self._path.unlink(missing_ok=True)
        server.task_dispatcher.shutdown(timeout=_LAST_ANSWERS_S)
        server.trigger.pull_trigger(server.close_everything)
        self._thread.join(_LOOP_ENDS_S)


def _gid(group: str) -> int:
    if group.isdecimal():
        return int(group)
    try:
        return grp.getgrnam(group).gr_gid
    except KeyError:
        remedy = f"`sudo groupadd {group}` makes it; or name one that there is"
        raise _wrong_group(f"there is no group {group}", remedy) from None


def _wrong_group(what: str, remedy: str) -> ConfigError:
    return ConfigError((Problem(key="control_group", what=what, remedy=remedy),))


def _bound(path: Path) -> socket.socket:
    """A socket with that name, not listening yet."""
    bound = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        _remove_stale(path)
        with address(path) as name:
            bound.bind(name)
    except OSError as error:
        bound.close()
        what = f"the control socket {path} cannot be made: {error.strerror or error}"
        raise CannotAct(what, "Its folder has to be there, and ours to write in.") from error
    except CannotAct:
        bound.close()
        raise
    return bound


def _remove_stale(path: Path) -> None:
    with suppress(FileNotFoundError):
        if not stat.S_ISSOCK(path.lstat().st_mode):
            raise CannotAct(f"{path} is no socket", "It is in the way of the control socket: move it away.")
        path.unlink()


class _Task(WSGITask):  # type: ignore[misc]  # waitress ships no types
    """A request, with who sent it in its environ."""

    def get_environment(self) -> dict[str, Any]:
        """What the app sees."""
        environ: dict[str, Any] = super().get_environment()
        environ[PEER] = self.channel.peer_uid
        return environ


class _Channel(HTTPChannel):  # type: ignore[misc]
    """A connection, with the user at its other end."""

    task_class = _Task

    def __init__(self, server: _Server, sock: socket.socket, addr: object, adj: object, map: object) -> None:  # noqa: A002 - waitress's name
        words = sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
        _, self.peer_uid, _ = _CREDENTIALS.unpack(words)
        super().__init__(server, sock, addr, adj, map=map)


class _Server(UnixWSGIServer):  # type: ignore[misc]
    """waitress on a socket that is bound already, with limits that a command never meets."""

    channel_class = _Channel

    def __init__(self, app: object, bound: socket.socket) -> None:
        limits = Adjustments(
            threads=THREADS,
            max_request_header_size=16_384,
            max_request_body_size=65_536,
            channel_timeout=10,
            cleanup_interval=5,
            asyncore_loop_timeout=10,  # who connects wakes it; else it would every second, all day long
            connection_limit=100,
            log_socket_errors=False,
            asyncore_use_poll=True,
            ident=None,
        )
        workers = ThreadedTaskDispatcher()
        workers.set_thread_count(limits.threads)
        super().__init__(
            app,
            map={},
            _sock=bound,
            dispatcher=workers,
            adj=limits,
            bind_socket=False,
        )

    def pull_trigger(self) -> None:
        """Wake the loop; an answer that is done after the end finds it gone, and wakes nobody."""
        with suppress(OSError):
            super().pull_trigger()

    def close_everything(self) -> None:
        """Close every connection; without any the loop ends."""
        close_all(self._map, ignore_all=True)
