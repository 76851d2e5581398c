"""The loopback server: Werkzeug's threads, and a handler that has the socket.

Replies are not left to WSGI, because trouble on the wire has to be real: a held connection, a reset, a body
that is shorter than its Content-Length.
"""

from __future__ import annotations

import ipaddress
import threading
from collections.abc import Callable
from socket import SHUT_RDWR, socket
from typing import ClassVar

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from syncd.sandbox.clock import Clock
from syncd.sandbox.wire.exchange import Manner, Reply, Request
from syncd.sandbox.wire.writing import Writer

Answer = Callable[[Request], tuple[Reply, Manner]]


class Connections:
    """The open connections, so that closing the server ends those that wait."""

    def __init__(self) -> None:
        self._open: set[socket] = set()
        self._lock = threading.Lock()
        self._is_closing = False

    def enter(self, connection: socket) -> None:
        """Remember a connection; one that comes while closing is ended at once."""
        with self._lock:
            self._open.add(connection)
            if self._is_closing:
                _end(connection)

    def leave(self, connection: socket) -> None:
        """Forget a connection."""
        with self._lock:
            self._open.discard(connection)

    def close(self) -> None:
        """End every connection."""
        with self._lock:
            self._is_closing = True
            for connection in self._open:
                _end(connection)


def _end(connection: socket) -> None:
    try:
        connection.shutdown(SHUT_RDWR)
    except OSError:
        return  # the client was quicker


class Handler(WSGIRequestHandler):
    """One connection; a subclass made by `handler_for` carries what it needs."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    answer: ClassVar[Answer]
    clock: ClassVar[Clock]
    connections: ClassVar[Connections]
    body_silence_s: ClassVar[float]

    def setup(self) -> None:
        """Join the open connections."""
        super().setup()
        self.connections.enter(self.connection)

    def finish(self) -> None:
        """Leave them, before the socket is closed and its number is given to another."""
        self.connections.leave(self.connection)
        super().finish()

    def run_wsgi(self) -> None:
        """Answer one request; the name is Werkzeug's, nothing here is WSGI."""
        writer = Writer(self.connection, self.clock)
        if self.headers.get("Transfer-Encoding"):
            refused = Reply.of_json(411, {"message": "Content-Length is missing"})
            self.close_connection = writer.write(refused, Manner(ending="close"))
            return
        request = self._read()
        reply, manner = type(self).answer(request)
        is_closed = writer.write(reply, manner, has_body=request.method != "HEAD")
        self.close_connection = self.close_connection or is_closed

    def _read(self) -> Request:
        path, _, query = self.path.partition("?")
        body, missing = self._read_body(self._announced())
        return Request(
            method=self.command,
            path=path,
            query=query,
            headers=tuple(self.headers.items()),
            body=body,
            missing_bytes=missing,
            peer=self.client_address[0],
        )

    def _announced(self) -> int:
        length = self.headers.get("Content-Length", "0")
        return int(length) if length.isdecimal() else 0

    def _read_body(self, announced: int) -> tuple[bytes, int]:
        """Read until the announced length, or until nothing has come for a while."""
        body = bytearray()
        self.connection.settimeout(self.body_silence_s)
        try:
            while len(body) < announced:
                piece = self.rfile.read1(min(announced - len(body), 1 << 16))
                if not piece:
                    break
                body += piece
        except TimeoutError:
            self.close_connection = True
        finally:
            self.connection.settimeout(None)
        return bytes(body), announced - len(body)

    def log(self, kind: str, message: str, *args: object) -> None:
        """Say nothing: the ledger has it all."""


class LoopbackServer:
    """Serves from a thread of its own until closed.

    Raises: ValueError for an address that is not loopback: the sandbox has published passwords.
    """

    def __init__(
        self,
        *,
        answer: Answer,
        clock: Clock,
        host: str = "127.0.0.1",
        port: int = 0,
        body_silence_s: float = 5.0,
    ) -> None:
        if host != "localhost" and not ipaddress.ip_address(host).is_loopback:
            raise ValueError(f"{host} is not a loopback address; the sandbox binds to those only.")
        self._connections = Connections()
        handler = _handler_for(answer, clock, self._connections, body_silence_s)
        self._server: BaseWSGIServer = make_server(
            host, port, _no_wsgi, threaded=True, request_handler=handler
        )
        self._server.daemon_threads = False  # type: ignore[attr-defined]  # closing waits for every answer
        name = f"[{host}]" if ":" in host else host
        self.address = f"http://{name}:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), name="sandbox")

    def start(self) -> None:
        """Begin to serve."""
        self._thread.start()

    def close(self) -> None:
        """End all connections and wait for their threads."""
        self._server.shutdown()
        self._connections.close()
        self._thread.join()


def _handler_for(
    answer: Answer, clock: Clock, connections: Connections, body_silence_s: float
) -> type[Handler]:
    parts = {
        "answer": staticmethod(answer),
        "clock": clock,
        "connections": connections,
        "body_silence_s": body_silence_s,
    }
    return type("BoundHandler", (Handler,), parts)


def _no_wsgi(environ: object, start_response: object) -> list[bytes]:
    raise NotImplementedError("The handler answers by itself.")
