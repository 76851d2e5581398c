"""A control server around a fake door, and raw connections to it."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from syncd.control.client import connect
from syncd.control.server import ControlServer
from syncd.operations.door import Door
from tests.fakes.door import FakeDoor


@dataclass
class Control:
    """A server that runs."""

    path: Path
    behind: FakeDoor
    server: ControlServer

    @property
    def client(self) -> Door:
        """A door through the socket."""
        found = connect(self.path)
        assert found is not None
        return found

    @contextmanager
    def raw(self) -> Iterator[socket.socket]:
        """A connection that may say whatever it likes."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
            sock.settimeout(10)
            sock.connect(str(self.path))
            yield sock

    def said(self, request: bytes) -> bytes:
        """All that is answered to these bytes."""
        with self.raw() as sock:
            sock.sendall(request)
            sock.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: sock.recv(65536), b""))


@contextmanager
def running(path: Path, behind: FakeDoor | None = None, *, group: str | None = None) -> Iterator[Control]:
    """A server, for as long as the block lasts."""
    behind = behind or FakeDoor()
    server = ControlServer(path, behind, group=group)
    server.start()
    try:
        yield Control(path=path, behind=behind, server=server)
    finally:
        server.stop()
