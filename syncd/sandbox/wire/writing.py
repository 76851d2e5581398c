"""Puts a reply on a socket, in good manners or bad."""

from __future__ import annotations

import os
import select
import struct
from email.utils import formatdate
from http import HTTPStatus
from socket import SO_LINGER, SOL_SOCKET, socket

from syncd.sandbox.clock import Clock
from syncd.sandbox.wire.exchange import Manner, Reply


class Writer:
    """Writes one reply to one connection."""

    def __init__(self, connection: socket, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def write(self, reply: Reply, manner: Manner, *, has_body: bool = True) -> bool:
        """Write, and say whether the connection is at its end."""
        if manner.silence_s is not None:
            self._wait(manner.silence_s)
            return True
        if manner.delay_s and self._wait(manner.delay_s):
            return True
        if not manner.says_nothing:
            self._speak(reply, manner, has_body=has_body)
        if manner.ending == "reset":
            self._reset()
        return manner.ending != "keep"

    def _wait(self, seconds: float) -> bool:
        """Wait, and say whether the client left meanwhile (or the server is closing)."""
        poll = select.poll()
        poll.register(self._connection, select.POLLIN)
        return bool(poll.poll(seconds * 1000))

    def _speak(self, reply: Reply, manner: Manner, *, has_body: bool) -> None:
        body = reply.body[: manner.kept_bytes(reply.body)] if has_body else b""
        head = self._head(reply, manner)
        if manner.drip_bytes is None:
            self._connection.sendall(head + body)
            return
        self._connection.sendall(head)
        self._drip(body, manner.drip_bytes, manner.drip_gap_s)

    def _drip(self, body: bytes, chunk_bytes: int, gap_s: float) -> None:
        for start in range(0, len(body), chunk_bytes):
            if start and self._wait(gap_s):
                raise ConnectionAbortedError("The client left while the answer dripped.")
            self._connection.sendall(body[start : start + chunk_bytes])

    def _head(self, reply: Reply, manner: Manner) -> bytes:
        lines = [f"HTTP/1.1 {reply.status} {_phrase(reply.status)}"]
        lines.append(f"Date: {formatdate(self._clock.now(), usegmt=True)}")
        lines += [f"{name}: {value}" for name, value in reply.headers]
        if manner.declares_length:
            lines.append(f"Content-Length: {len(reply.body)}")
        if manner.ending != "keep":
            lines.append("Connection: close")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8")

    def _reset(self) -> None:
        """Close with RST; the descriptor is taken from the socket object, since its files keep it open."""
        self._connection.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self._connection.detach())


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
