"""An ECGrid that answers each path with what it is told, for answers that no honest server gives."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from syncd.gateways.ecgrid import ECGrid
from tests.gateways.parts import SHORT, ecgrid_session
from tests.gateways.scripted import reply, scripted

TRACE = "0HN7K2A1B3C:00000001"
REASONS = {200: "OK", 201: "Created", 204: "No Content"}
RESET = object()


def success(payload: object = None) -> bytes:
    return _raw(200, {"success": True, "traceId": TRACE, "data": payload})


def error(status: int, message: str = "No.", **more: object) -> bytes:
    return _raw(status, {"success": False, "message": message, "traceId": TRACE, **more})


def raw(body: bytes, *, kind: str, status: int = 200) -> bytes:
    return reply(body, status=f"{status} {REASONS.get(status, 'No')}", headers=f"Content-Type: {kind}\r\n")


def _raw(status: int, body: object) -> bytes:
    return raw(json.dumps(body).encode(), kind="application/json; charset=utf-8", status=status)


ME = success({"userId": 1, "login": "u", "networkId": 301, "mailboxId": 4711})


@dataclass(slots=True)
class Played:
    """The gateway, and what it was asked: path and fields, in order."""

    gateway: ECGrid
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]

    def fields(self, path: str) -> dict[str, Any]:
        """Of the last request to that path."""
        return [fields for asked, fields in self.asked if asked == path][-1]


@contextmanager
def played(answers: dict[str, object | list[object]]) -> Iterator[Played]:
    """`answers` by path: one for all requests, or one after the other; RESET breaks the connection."""
    left = {path: list(each) if isinstance(each, list) else each for path, each in answers.items()}
    left.setdefault("/users/me", ME)
    asked: list[tuple[str, dict[str, Any]]] = []

    def script(request: bytes, connection: socket.socket) -> None:
        head, _, body = request.partition(b"\r\n\r\n")
        path = head.split(b" ")[1].decode().removeprefix("/v1")
        asked.append((path, json.loads(body) if body else {}))
        each = left.get(path, error(404))
        answer = each.pop(0) if isinstance(each, list) else each
        if answer is RESET:
            connection.close()
        else:
            assert isinstance(answer, bytes)
            connection.sendall(answer)

    with scripted(script) as server:
        gateway = ECGrid(ecgrid_session(server.url, timeouts=SHORT))
        try:
            yield Played(gateway=gateway, asked=asked)
        finally:
            gateway.close()
