"""Archives that are not what they say."""

from __future__ import annotations

import io
import struct
import zipfile

from syncd.sandbox.archive import write_zip

_CENTRAL = b"PK\x01\x02"
_LOCAL_FLAGS, _CENTRAL_FLAGS = 6, 8
_LOCAL_SIZE, _CENTRAL_SIZE = 22, 24


def _entries(body: bytes) -> list[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return [(entry.filename, archive.read(entry)) for entry in archive.infolist()]


def with_foreign_entry(body: bytes) -> bytes:
    """Add a message that nobody asked for."""
    return write_zip([*_entries(body), ("<nobody@asked.for>/surprise.edi", b"UNA")])


def without_last_entry(body: bytes) -> bytes:
    """Leave out the last entry; the archive is sound otherwise."""
    return write_zip(_entries(body)[:-1])


def bomb(body: bytes, size_bytes: int) -> bytes:
    """Make the first entry swell to this size."""
    (name, _), *others = _entries(body)
    return write_zip([(name, bytes(size_bytes)), *others])


def encrypted(body: bytes) -> bytes:
    """Say of every entry that it is encrypted."""
    harmed = bytearray(body)
    for start, is_central in _headers(body):
        flags_at = start + (_CENTRAL_FLAGS if is_central else _LOCAL_FLAGS)
        harmed[flags_at] |= 0x01
    return bytes(harmed)


def lying_about_size(body: bytes) -> bytes:
    """Say of every entry that it is one byte long."""
    harmed = bytearray(body)
    for start, is_central in _headers(body):
        struct.pack_into("<I", harmed, start + (_CENTRAL_SIZE if is_central else _LOCAL_SIZE), 1)
    return bytes(harmed)


def _headers(body: bytes) -> list[tuple[int, bool]]:
    """Find where each entry's two headers start, by what the directory says, not by their marks alone."""
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        locals_at = [(entry.header_offset, False) for entry in archive.infolist()]
        place = archive.start_dir
    centrals_at = []
    while body[place : place + 4] == _CENTRAL:
        centrals_at.append((place, True))
        name, extra, comment = struct.unpack_from("<HHH", body, place + 28)
        place += 46 + name + extra + comment
    return locals_at + centrals_at
