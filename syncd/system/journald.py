"""systemd's journal, in its own protocol: each log line as fields that `journalctl` can search.

One datagram an entry (https://systemd.io/JOURNAL_NATIVE_PROTOCOL/): `KEY=value` and a line break, or, for a
value of several lines, `KEY`, a line break, its length in 8 bytes little-endian, the value, a line break. An
entry too long for a datagram goes as a sealed file in memory, whose descriptor is sent.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import socket
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

JOURNALD = Path("/run/systemd/journal/socket")
_PATIENCE_S = 2.0
_TOO_LONG = {errno.EMSGSIZE, errno.ENOBUFS}


class JournalSocket:
    """The way into the journal. Safe for threads."""

    def __init__(self, path: Path = JOURNALD) -> None:
        self._path = str(path)

    def send(self, fields: Mapping[str, str]) -> None:
        """Write one entry. Raises: OSError when the journal cannot be reached."""
        entry = encoded(fields)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as door:
            # A journal that hangs must not hang the bridge.
            door.settimeout(_PATIENCE_S)
            try:
                door.sendto(entry, self._path)
            except OSError as error:
                if error.errno not in _TOO_LONG:
                    raise
                self._send_file(door, entry)

    def _send_file(self, door: socket.socket, entry: bytes) -> None:
        fd = os.memfd_create("syncd-journal", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        with open(fd, "wb") as file:  # noqa: PTH123 - a descriptor, not a path
            file.write(entry)
            file.flush()
            # The journal takes only what nobody can cut or change any more.
            seals = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE | fcntl.F_SEAL_SEAL
            fcntl.fcntl(fd, fcntl.F_ADD_SEALS, seals)
            rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, struct.pack("i", fd))]
            door.sendmsg([], rights, 0, self._path)


def encoded(fields: Mapping[str, str]) -> bytes:
    """The fields of one entry, as they go over the socket."""
    parts = []
    for key, text in fields.items():
        value = text.encode(errors="replace")
        if b"\n" in value:
            parts += [key.encode(), b"\n", struct.pack("<Q", len(value)), value, b"\n"]
        else:
            parts += [key.encode(), b"=", value, b"\n"]
    return b"".join(parts)


def is_journal(stream: TextIO, journal_stream: str) -> bool:
    """Whether the stream is the one that systemd tied to the journal: `$JOURNAL_STREAM` is device:inode."""
    with contextlib.suppress(OSError, ValueError):
        status = os.fstat(stream.fileno())
        return journal_stream == f"{status.st_dev}:{status.st_ino}"
    return False
