"""The ping on the wire: one GET, whose address nobody ever sees."""

from __future__ import annotations

import logging
import socket
import ssl

import httpx
import pytest

from syncd.notify.ping import Ping
from tests.gateways.scripted import reply, scripted

TLS = ssl.create_default_context()
SOON = httpx.Timeout(0.3)


def pinged(url: str) -> str:
    with Ping(f"{url}/sesame-open", tls=TLS, timeout=SOON) as ping:
        return ping.send()


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("200 OK", ""),
        ("204 No Content", ""),
        ("404 Not Found", "the answer was 404"),
        ("302 Found", "the answer was 302"),
    ],
)
def test_any_success_will_do(status: str, said: str, caplog: pytest.LogCaptureFixture) -> None:
    """Redirects are not followed; neither we nor our libraries log where it went."""
    caplog.set_level(logging.DEBUG)
    away = "Location: http://127.0.0.1:1/sesame-open\r\n"
    with scripted(lambda _, wire: wire.sendall(reply(b"", status=status, headers=away))) as server:
        assert pinged(server.url) == said
    [asked] = server.requests
    assert asked.startswith(b"GET /v1/sesame-open HTTP/1.1\r\n")
    assert "sesame" not in caplog.text


def test_silence_and_nobody_there_are_told_without_the_address() -> None:
    """The next one may come through."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        assert pinged(url) == "there was no answer in time"
    assert pinged(url) == "it cannot be reached (ConnectError)"
