"""What the envelopes in a message's files tell, read where their bytes are in hand anyway.

Nothing of it decides over a message: what cannot be read is as if it were no EDI file.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from typing import BinaryIO

import structlog

from syncd.core.envelopes import read
from syncd.core.filed import Readings
from syncd.core.model import File, Message
from syncd.flows.bridge import Bridge
from syncd.ports import Content

log = structlog.get_logger(__name__)

KEPT_BYTES = 256 * 1024


def read_contents(row: Message, contents: Iterable[tuple[str, bytes]]) -> Readings:
    """Of files that are in memory, by name and bytes. Never raises."""
    return _readings(row, lambda: (io.BytesIO(content) for _, content in contents))


class Kept:
    """A content that is kept while it is read, as far as it is small."""

    def __init__(self, content: Content) -> None:
        self.name = content.name
        self.size = content.size
        self._content = content
        self._pieces: list[bytes] = []
        self._length = 0

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes, b"" at the end."""
        piece = self._content.read(size)
        self._length += len(piece)
        if self._length <= KEPT_BYTES:
            self._pieces.append(piece)
        return piece

    @property
    def whole(self) -> bytes | None:
        """All that was read; None of a large one."""
        return b"".join(self._pieces) if self._length <= KEPT_BYTES else None


def read_arrived(bridge: Bridge, row: Message, files: tuple[File, ...], kept: Sequence[Kept]) -> Readings:
    """Of files that were just staged; the small ones have not left the memory yet. Never raises."""
    wholes = [each.whole for each in kept]
    if None in wholes:
        return read_staged(bridge, row, files)
    return _readings(row, lambda: (io.BytesIO(whole) for whole in wholes if whole is not None))


def read_staged(bridge: Bridge, row: Message, files: tuple[File, ...]) -> Readings:
    """Of files that were just staged. Never raises."""
    return _readings(row, lambda: bridge.inbox.staged_contents(row.id, files))


def _readings(row: Message, streams: Callable[[], Iterable[BinaryIO]]) -> Readings:
    try:
        return tuple([read(stream) for stream in streams()])
    except Exception:
        log.exception("documents.not_read", message=row.id, account=row.account)
        return ()
