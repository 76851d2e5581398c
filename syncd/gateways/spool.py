"""Bodies that are too large for memory, in unnamed temporary files."""

from __future__ import annotations

import errno
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from syncd.errors import DiskFull, FolderError
from syncd.gateways.answer import Answer

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT}


class FileContent:
    """An attachment in a temporary file; its length was proven when it came."""

    def __init__(self, file: BinaryIO, *, name: str, size: int) -> None:
        self.name = name
        self.size = size
        self._file = file

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes, b"" at the end."""
        return self._file.read(size)


def spool(answer: Answer, folder: Path | None) -> BinaryIO:
    """Write a body to a temporary file without a name, and give it at its start; it ends when it is closed.

    Raises: the GatewayErrors for the body, DiskFull or FolderError for the file.
    """
    return spool_pieces(answer.pieces(), folder)


def spool_pieces(pieces: Iterable[bytes], folder: Path | None) -> BinaryIO:
    """The same for pieces of any origin. Raises: what they raise; DiskFull, FolderError."""
    file = _open(folder)
    try:
        for piece in pieces:
            _write(file, piece)
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return file


def _open(folder: Path | None) -> BinaryIO:
    try:
        return tempfile.TemporaryFile(dir=folder, buffering=0)
    except OSError as mishap:
        raise _ours(mishap) from mishap


def _write(file: BinaryIO, piece: bytes) -> None:
    try:
        view = memoryview(piece)
        while view:
            view = view[file.write(view) :]
    except OSError as mishap:
        raise _ours(mishap) from mishap


def _ours(mishap: OSError) -> FolderError:
    kind = DiskFull if mishap.errno in _NO_ROOM else FolderError
    return kind(f"a download cannot be stored: {mishap.strerror}")
