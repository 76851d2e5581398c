"""A body that is read whole is in memory once."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator

import httpx

from syncd.gateways.answer import Answer
from syncd.gateways.wire import Request

PIECE = 64 * 1024
PIECES = 160


class Arriving(httpx.SyncByteStream):
    """Pieces that nobody else keeps."""

    def __iter__(self) -> Iterator[bytes]:
        for number in range(PIECES):
            yield bytes([number]) * PIECE


def test_a_large_body_is_read_without_its_pieces_beside_it() -> None:
    """A parcel comes as one text, which takes its room a few times over anyway."""
    length = {"content-length": str(PIECE * PIECES)}
    response = httpx.Response(200, headers=length, stream=Arriving())
    answer = Answer(response, Request(method="GET", path="/parcel"))
    tracemalloc.start()
    try:
        body = answer.read()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert [body[at] for at in range(0, len(body), PIECE)] == list(range(PIECES))
    assert peak < 1.5 * len(body)
