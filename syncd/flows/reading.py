"""What the envelopes in a message's files tell, read where their bytes are in hand anyway.

Nothing of it decides over a message: what cannot be read is as if it were no EDI file.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from typing import BinaryIO

import structlog

from syncd.core.envelopes import read
from syncd.core.filed import Readings
from syncd.core.model import File, Message
from syncd.flows.bridge import Bridge

log = structlog.get_logger(__name__)


def read_contents(row: Message, contents: Iterable[tuple[str, bytes]]) -> Readings:
    """Of files that are in memory, by name and bytes. Never raises."""
    return _readings(row, lambda: (io.BytesIO(content) for _, content in contents))


def read_staged(bridge: Bridge, row: Message, files: tuple[File, ...]) -> Readings:
    """Of files that were just staged. Never raises."""
    return _readings(row, lambda: bridge.inbox.staged_contents(row.id, files))


def _readings(row: Message, streams: Callable[[], Iterable[BinaryIO]]) -> Readings:
    try:
        return tuple([read(stream) for stream in streams()])
    except Exception:
        log.exception("documents.not_read", message=row.id, account=row.account)
        return ()
