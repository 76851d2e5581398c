"""The page's server: waitress on TCP, with as many threads as are needed and no more.

A request takes a thread when it has come whole, so whoever sends slowly takes none. A connection that has not
brought a whole request for a while is closed; when there are too many, the one that has been silent longest
goes first: a crowd of slow clients keeps nobody out.
"""

from __future__ import annotations

import errno
import ipaddress
import socket
import threading
import time
from contextlib import suppress
from datetime import timedelta
from typing import Any

import structlog
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher
from waitress.wasyncore import close_all

from syncd.errors import ConfigError, Problem

log = structlog.get_logger(__name__)

THREADS = 8
ACTING = 4
"""How many of the threads may be taken by what may take long."""
CONNECTIONS = 200
IDLE = timedelta(seconds=30)
"""How long a connection may be open without a whole request."""
_LAST_ANSWERS_S = 0.4
_LOOP_ENDS_S = 0.4


def bound(address: str, port: int) -> socket.socket:
    """A socket of that address, not listening yet. Raises: ConfigError."""
    family = socket.AF_INET6 if ipaddress.ip_address(address).version == 6 else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made.bind((address, port))
        made.listen(128)
    except OSError as error:
        made.close()
        raise _cannot_listen(address, port, error) from error
    return made


def _cannot_listen(address: str, port: int, error: OSError) -> ConfigError:
    at = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
    reasons = {
        errno.EADDRINUSE: (f"{at} is taken by another program", f"`ss -ltnp sport = {port}` tells which"),
        errno.EADDRNOTAVAIL: (f"{at} is no address of this machine", "`ip address` shows the ones it has"),
        errno.EACCES: (f"this user may not listen at {at}", "Take a port from 1024 on"),
    }
    other = (f"{at} cannot be listened at: {error.strerror}", "Take another address or port")
    what, remedy = reasons.get(error.errno or 0, other)
    return ConfigError((Problem(key="web.listen", what=what, remedy=remedy),))


class WebServer:
    """Serves an app at a bound socket, from `start` to `stop`."""

    def __init__(self, app: object, listening: socket.socket, *, idle: timedelta = IDLE) -> None:
        self._server = _Server(app, listening, idle_s=idle.total_seconds())
        self._thread = threading.Thread(target=self._server.run, name="web", daemon=True)

    def start(self) -> None:
        """Serve from a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Let the answers in hand go out for a moment, then close."""
        self._server.task_dispatcher.shutdown(timeout=_LAST_ANSWERS_S)
        self._server.trigger.pull_trigger(self._server.close_everything)
        self._thread.join(_LOOP_ENDS_S)


class _Channel(HTTPChannel):  # type: ignore[misc]  # waitress ships no types
    """A connection; `since` is when it last brought a whole request, or was answered."""

    def __init__(self, *args: Any, **parts: Any) -> None:  # noqa: ANN401 - waitress's own
        self.since = time.monotonic()
        super().__init__(*args, **parts)

    def received(self, data: bytes) -> bool:
        """Bytes alone are no sign of life: a request has to become whole."""
        taken: bool = super().received(data)
        if self.request is None:
            self.since = time.monotonic()
        return taken

    def service(self) -> None:
        """Answer, in a thread."""
        super().service()
        self.since = time.monotonic()


class _Server(TcpWSGIServer):  # type: ignore[misc]
    """waitress on a socket that listens already."""

    channel_class = _Channel

    def __init__(self, app: object, listening: socket.socket, *, idle_s: float) -> None:
        self._idle_s = idle_s
        limits = Adjustments(
            threads=THREADS,
            max_request_header_size=16_384,
            max_request_body_size=65_536,
            channel_timeout=max(1, int(idle_s)),
            cleanup_interval=1,
            asyncore_loop_timeout=max(1, min(5, int(idle_s))),  # what comes wakes it sooner
            connection_limit=CONNECTIONS * 2,
            log_socket_errors=False,
            asyncore_use_poll=True,
            ident=None,
        )
        workers = ThreadedTaskDispatcher()
        workers.set_thread_count(limits.threads)
        self._name = listening.getsockname()[:2]
        super().__init__(
            app,
            map={},
            _sock=listening,
            dispatcher=workers,
            adj=limits,
            bind_socket=False,
            sockinfo=(listening.family, listening.type, listening.proto, self._name),
        )

    def getsockname(self) -> tuple[str, str]:
        """Address and port as they are: a name service is not asked."""
        return (str(self._name[0]), str(self._name[1]))

    def handle_accept(self) -> None:
        """Take a connection; of too many, the one that was silent longest goes."""
        super().handle_accept()
        if len(self.active_channels) > CONNECTIONS:
            silent = [each for each in self.active_channels.values() if not each.requests]
            min(silent, key=lambda each: each.since, default=_Nobody()).handle_close()

    def maintenance(self, now: float) -> None:
        """Close what has brought no whole request for long, however busy it seemed."""
        super().maintenance(now)
        oldest = time.monotonic() - self._idle_s
        for channel in self.active_channels.values():
            if not channel.requests and channel.since < oldest:
                channel.will_close = True

    def pull_trigger(self) -> None:
        """Wake the loop; an answer that is done after the end finds it gone, and wakes nobody."""
        with suppress(OSError):
            super().pull_trigger()

    def close_everything(self) -> None:
        """Close every connection; without any the loop ends."""
        close_all(self._map, ignore_all=True)


class _Nobody:
    """In place of a connection when all of them are being answered."""

    since = 0.0

    def handle_close(self) -> None:
        """There is nothing to close."""
