"""What systemd is told of us (sd_notify(3)): small datagrams, and never a reason to fail.

Reload: the process starts itself anew in place, so `reloading` is answered by the `ready` of the new program.
`$NOTIFY_SOCKET` stays in the environment for it.
"""

from __future__ import annotations

import contextlib
import os
import socket
import time
from collections.abc import Mapping
from datetime import timedelta


class ServiceManager:
    """The one who started us. Without an address every call does nothing; none raises. Safe for threads."""

    def __init__(self, address: str = "") -> None:
        """`address` is a path, or a name in the abstract namespace with `@` in front."""
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self._is_there = address.startswith(("/", "@"))

    def ready(self, status: str = "") -> None:
        """Start or reload is done."""
        self._tell("READY=1", *_status(status))

    def status(self, text: str) -> None:
        """One line for `systemctl status`."""
        self._tell(*_status(text or " "))

    def reloading(self) -> None:
        """The configuration is read anew; `ready` ends it."""
        self._tell("RELOADING=1", f"MONOTONIC_USEC={time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000}")

    def stopping(self, status: str = "") -> None:
        """The end has begun."""
        self._tell("STOPPING=1", *_status(status))

    def alive(self) -> None:
        """Feed the watchdog."""
        self._tell("WATCHDOG=1")

    def extend_timeout(self, span: timedelta) -> None:
        """Ask for so much longer, from now, for the start, reload or stop that is under way."""
        self._tell(f"EXTEND_TIMEOUT_USEC={span // timedelta(microseconds=1)}")

    def _tell(self, *lines: str) -> None:
        if not self._is_there:
            return
        # OSError: nobody listens, or the queue is full. ValueError: an address that is none.
        with (
            contextlib.suppress(OSError, ValueError),
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as door,
        ):
            door.settimeout(0)
            door.sendto("\n".join(lines).encode(errors="replace"), self._address)


def service_manager(environ: Mapping[str, str]) -> ServiceManager:
    """The one that `$NOTIFY_SOCKET` names; without it, one who hears nothing."""
    return ServiceManager(environ.get("NOTIFY_SOCKET", ""))


def watchdog_within(environ: Mapping[str, str], *, pid: int | None = None) -> timedelta | None:
    """How often `alive` is expected at least; None: not at all. Tell twice as often (sd_watchdog_enabled(3)).

    `pid` is our own process: a `$WATCHDOG_PID` that names another one is not meant for us.
    """
    meant = environ.get("WATCHDOG_PID", "")
    if meant and meant != str(os.getpid() if pid is None else pid):
        return None
    try:
        span = timedelta(microseconds=int(environ.get("WATCHDOG_USEC", "")))
    except (ValueError, OverflowError):
        return None
    return span if span > timedelta() else None


def _status(text: str) -> tuple[str, ...]:
    return (f"STATUS={' '.join(text.split())}",) if text else ()
