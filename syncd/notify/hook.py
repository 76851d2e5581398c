"""Runs a hook: argv, a clean environment, its standard input, and what it says, as much as is kept of it."""

from __future__ import annotations

import os
import selectors
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import IO

from syncd.core.hooks import Command
from syncd.notify import guard
from syncd.ports import Ended

GRACE = timedelta(seconds=5)
"""Between asking a hook that takes too long to end, and killing it."""
MOST_OUTPUT = 4096
"""Bytes that are kept; the rest is read and dropped."""
AT_ONCE = 65_536
INHERITED = ("PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR", "SYNCD_CONFIG")
"""What a hook sees of our own environment, and the LC_ variables; no secret is among them."""
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class GuardedRunner:
    """Runs hooks under their guards. Safe for threads; `cut` ends all of them, for good."""

    def __init__(self, environ: Mapping[str, str], *, grace: timedelta = GRACE) -> None:
        self._environment = _clean(environ)
        self._grace = grace
        self._lock = threading.Lock()
        self._lifelines: set[socket.socket] = set()
        self._is_cut = False

    def run(self, command: Command) -> Ended:
        """Run a hook and wait for its end, or its timeout and the grace."""
        with self._lifeline() as (ours, theirs):
            try:
                started = self._start(command, theirs)
            except (OSError, ValueError) as error:
                return Ended(problem=f"could not be started: {_words(error)}")
            theirs.close()
            with started as process:
                output, report = _listen(process.stdout, ours)
                ours.close()
            if not report:
                return Ended(was_cut=self._is_cut, problem="ended with its guard", output=output)
        return Ended(problem=_problem(report, command), output=output)

    def cut(self) -> None:
        """Kill what runs; what would be run from now on is killed at once."""
        with self._lock:
            self._is_cut = True
            for lifeline in self._lifelines:
                with suppress(OSError):
                    lifeline.shutdown(socket.SHUT_RDWR)

    @contextmanager
    def _lifeline(self) -> Iterator[tuple[socket.socket, socket.socket]]:
        """A connection that ends with us, however that goes: our end and the guard's."""
        ours, theirs = socket.socketpair()
        with ours, theirs:
            with self._lock:
                self._lifelines.add(ours)
                if self._is_cut:
                    ours.shutdown(socket.SHUT_RDWR)
            try:
                yield ours, theirs
            finally:
                with self._lock:
                    self._lifelines.discard(ours)

    def _start(self, command: Command, lifeline: socket.socket) -> subprocess.Popen[bytes]:
        python = [sys.executable, "-I", "-S", "-X", "utf8", str(Path(guard.__file__))]
        limits = [command.timeout.total_seconds(), self._grace.total_seconds()]
        words = [*python, str(lifeline.fileno()), *map(str, limits), *command.argv]
        with _as_file(command.content) as content:
            return subprocess.Popen(
                [_encoded(word) for word in words],
                env=self._environment | {_encoded(k): _encoded(v) for k, v in command.variables.items()},
                stdin=content,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                cwd="/",
                pass_fds=[lifeline.fileno()],
                start_new_session=True,
            )


def _clean(environ: Mapping[str, str]) -> dict[bytes, bytes]:
    kept = {"PATH": PATH}
    kept |= {key: value for key, value in environ.items() if key in INHERITED or key.startswith("LC_")}
    return {os.fsencode(key): os.fsencode(value) for key, value in kept.items()}


def _encoded(text: str) -> bytes:
    """As the kernel takes it: a name as it is on the disk; what no name can be is replaced."""
    text = text.replace("\0", "\ufffd")
    try:
        return os.fsencode(text)
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")


@contextmanager
def _as_file(content: bytes) -> Iterator[int]:
    """Something to be read from its start that lies in memory: a hook need not read it."""
    descriptor = os.memfd_create("message.json", os.MFD_CLOEXEC)
    try:
        with open(descriptor, "wb", closefd=False) as file:
            file.write(content)
        os.lseek(descriptor, 0, os.SEEK_SET)
        yield descriptor
    finally:
        os.close(descriptor)


def _listen(stdout: IO[bytes] | None, lifeline: socket.socket) -> tuple[str, str]:
    """What the hook says, as far as it is kept, and how it ended; empty: the guard did not say.

    The guard's word is the end: a child that the hook leaves behind may hold its output open for ever.
    """
    kept, report = bytearray(), b""
    with selectors.DefaultSelector() as selector:
        selector.register(lifeline, selectors.EVENT_READ)
        if stdout is not None:
            os.set_blocking(stdout.fileno(), False)
            selector.register(stdout, selectors.EVENT_READ)
        while True:
            ready = [key.fileobj for key, _ in selector.select()]
            if stdout in ready and not _take(stdout, kept):
                selector.unregister(stdout)
            if lifeline in ready:
                report = _said(lifeline)
                break
    while stdout is not None and len(kept) < MOST_OUTPUT and _take(stdout, kept):
        pass
    return bytes(kept).decode("utf-8", "replace"), report.decode("ascii", "replace").strip()


def _take(stdout: IO[bytes], kept: bytearray) -> bool:
    """Read what there is, and keep what still fits; False: there is nothing more for now, or for ever."""
    try:
        found = os.read(stdout.fileno(), AT_ONCE)
    except BlockingIOError:
        return False
    kept += found[: MOST_OUTPUT - len(kept)]
    return bool(found)


def _said(lifeline: socket.socket) -> bytes:
    try:
        return lifeline.recv(100)
    except OSError:
        return b""


def _problem(report: str, command: Command) -> str:
    kind, _, number = report.partition(" ")
    match kind:
        case "exit":
            return "" if number == "0" else f"ended with exit code {number}"
        case "signal":
            return f"was killed by signal {number}"
        case "timeout":
            return f"was killed: it took longer than {command.timeout.total_seconds():g} s"
        case _:
            return f"could not be started: {os.strerror(int(number))}"


def _words(error: OSError | ValueError) -> str:
    return getattr(error, "strerror", None) or str(error)
