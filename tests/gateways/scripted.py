"""A server that answers with whatever bytes it is told: for answers that no honest server gives."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

Script = Callable[[bytes, socket.socket], None]
TOKEN = b'{"token": "t", "expiry": 4102444800000}'


@dataclass(slots=True)
class Scripted:
    """The server: its address, and the requests that came, head and body."""

    url: str
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0


def reply(body: bytes, *, status: str = "200 OK", headers: str = "") -> bytes:
    """An honest answer."""
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}\r\n".encode() + body


@contextmanager
def scripted(script: Script, *, tls: ssl.SSLContext | None = None) -> Iterator[Scripted]:
    """Serve on loopback; log-ins are answered, the script answers the rest by itself."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        scheme = "http" if tls is None else "https"
        server = Scripted(url=f"{scheme}://127.0.0.1:{listener.getsockname()[1]}/v1")
        threads: list[threading.Thread] = []

        def accept() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                server.connections += 1
                one = threading.Thread(target=_serve, args=(server, connection, script, tls))
                threads.append(one)
                one.start()

        acceptor = threading.Thread(target=accept)
        acceptor.start()
        try:
            yield server
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            acceptor.join(5)
            for one in threads:
                one.join(5)


def _serve(server: Scripted, plain: socket.socket, script: Script, tls: ssl.SSLContext | None) -> None:
    plain.settimeout(3)
    with suppress(OSError):
        connection = plain if tls is None else tls.wrap_socket(plain, server_side=True)
        plain = connection
        while request := _read(connection):
            server.requests.append(request)
            if request.startswith(b"POST /v1/authorize "):
                connection.sendall(reply(TOKEN))
            else:
                script(request, connection)
    plain.close()


def _read(connection: socket.socket) -> bytes:
    taken = b""
    while b"\r\n\r\n" not in taken:
        piece = connection.recv(65536)
        if not piece:
            return b""
        taken += piece
        if taken.startswith(b"\x16\x03"):  # somebody speaks TLS
            return taken
    head, _, body = taken.partition(b"\r\n\r\n")
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            while len(body) < int(line.split(b":")[1]):
                body += connection.recv(65536)
    return head + b"\r\n\r\n" + body
