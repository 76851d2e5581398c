"""Writes archives as a gateway does."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable

_FIXED = (1980, 1, 1, 0, 0, 0)


def write_zip(entries: Iterable[tuple[str, bytes]], *, is_streamed: bool = False) -> bytes:
    """Write an archive; a name may stand in it twice.

    Streamed: as a Java servlet writes it, sizes behind each entry instead of before it.
    """
    buffer = io.BytesIO()
    target = _Unseekable(buffer) if is_streamed else buffer
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in entries:
            _add(archive, name, content)
    return buffer.getvalue()


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, date_time=_FIXED)
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.NameToInfo.pop(entry.filename, None)  # zipfile warns of a second entry of one name
    archive.writestr(entry, content)


class _Unseekable(io.RawIOBase):
    """Hides that the buffer can seek, so that zipfile writes data descriptors."""

    def __init__(self, buffer: io.BytesIO) -> None:
        self._buffer = buffer

    def writable(self) -> bool:
        return True

    def write(self, content: object) -> int:
        return self._buffer.write(content)  # type: ignore[arg-type]  # whatever zipfile writes, BytesIO takes
