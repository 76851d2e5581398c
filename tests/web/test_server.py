"""The page's server, over real sockets: what is in its way, and who holds nobody up."""

import http.client
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta

import pytest

from syncd.errors import ConfigError
from syncd.web.server import CONNECTIONS, IDLE, THREADS, WebServer, bound


def app(environ: dict[str, object], start: object) -> list[bytes]:
    """Says yes."""
    start("200 OK", [("Content-Length", "3")])  # type: ignore[operator]
    return [b"yes"]


@contextmanager
def serving(answer: object = app, *, idle: timedelta = IDLE) -> Iterator[int]:
    listening = bound("127.0.0.1", 0)
    port: int = listening.getsockname()[1]
    server = WebServer(answer, listening, idle=idle)
    server.start()
    try:
        yield port
    finally:
        server.stop()


def test_an_answer_after_the_end_wakes_nobody() -> None:
    """One that takes longer than the end waits for it finds the loop gone, and that is no fault."""
    server = WebServer(app, bound("127.0.0.1", 0))
    server.start()
    server.stop()
    server._server.pull_trigger()


def ask(port: int) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/")
        return connection.getresponse().read()
    finally:
        connection.close()


def test_a_taken_port_is_said_at_start() -> None:
    """With its key and how to find out; once it is free again, it can be had."""
    with serving() as port, pytest.raises(ConfigError, match=rf"web\.listen: .*:{port} is taken .*ss -ltnp"):
        bound("127.0.0.1", port)
    with bound("127.0.0.1", port):
        pass


@pytest.mark.parametrize("address", ["192.0.2.1", "2001:db8::1"])
def test_an_address_that_is_not_ours_is_said_at_start(address: str) -> None:
    """With its key."""
    with pytest.raises(ConfigError, match=r"web\.listen: "):
        bound(address, 8475)


def test_slow_clients_by_the_hundred_hold_up_nobody() -> None:
    """Some say nothing, some half a request, drop by drop; the silent go when there are too many."""
    with serving() as port, ExitStack() as stack:
        slow = []
        for number in range(CONNECTIONS + 100):
            made = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=5))
            made.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Sl" if number % 2 else b"")
            slow.append(made)
        assert ask(port) == b"yes"
        for made in slow[-20::2]:
            made.sendall(b"ow")
        assert ask(port) == b"yes"
        assert slow[0].recv(1) == b""  # the longest silent one was closed


def test_a_drip_is_no_sign_of_life() -> None:
    """A request has to become whole within its time, however it trickles."""
    with (
        serving(idle=timedelta(seconds=0.3)) as port,
        socket.create_connection(("127.0.0.1", port), timeout=5) as made,
    ):
        made.sendall(b"GET / HTTP/1.1\r\n")
        began = time.monotonic()
        made.settimeout(0.05)
        while time.monotonic() < began + 10:
            try:
                made.sendall(b"X")
                if made.recv(1) == b"":
                    return
            except TimeoutError:
                continue
            except OSError:
                return
    pytest.fail("it is still open")


def test_it_ends_while_requests_hang() -> None:
    """Within a second, and its port is free."""
    free, inside = threading.Event(), threading.Semaphore(0)

    def hang(environ: dict[str, object], start: object) -> list[bytes]:
        inside.release()
        free.wait(20)
        return app(environ, start)

    with ExitStack() as stack:
        with serving(hang) as port:
            for _ in range(THREADS):
                made = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=5))
                made.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                assert inside.acquire(timeout=5)
            began = time.monotonic()
        assert time.monotonic() - began < 2
        free.set()
        with bound("127.0.0.1", port):
            pass
