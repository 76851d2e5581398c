"""What a batch download's archive holds, message by message (§7.3). Nothing is ever extracted by its name.

An entry is `<folder>/<name>`, the folder named after the message's id in one way or another. An entry of a
message that nobody asked for spoils the whole answer. An entry that cannot be trusted spoils its message:
that one is fetched by index, which needs no names.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import BufferedReader
from typing import BinaryIO
from urllib.parse import quote

from syncd.core.model import GatewayId, bare
from syncd.errors import BadReply
from syncd.ports.gateway import Fetched, Wanted

_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OSError,
)
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_ERROR = ".error"
_MOST_WORDS = 500
_MOST_SLASHES = 20
"""In an id, as it stands in the name of an entry; such ids are fetched by index."""
_BUFFER_BYTES = 65_536
"""Read ahead: of a small entry, its header, its name and its bytes would each be a call of the system."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    name: str
    info: zipfile.ZipInfo

    @property
    def flaw(self) -> str | None:
        """Why this entry cannot be used, or None."""
        if self.name in {"", ".", ".."} or re.search(r"[/\\]", self.name):
            return "a name that an archive cannot carry"
        if self.info.flag_bits & 0x1:
            return "an encrypted entry"
        if self.info.compress_type not in _METHODS:
            return "an entry of an unknown compression"
        return None


class Archive:
    """The archive of a batch download; its file has to stay open while contents are read."""

    def __init__(self, file: BinaryIO, wanted: Sequence[Wanted], *, request: str) -> None:
        """Read the directory and sort its entries out.

        Raises: BadReply when it cannot be read, or has an entry that belongs to nothing that was asked for.
        """
        self._request = request
        self._wanted = tuple(wanted)
        try:
            self._zip = zipfile.ZipFile(BufferedReader(file, _BUFFER_BYTES))  # type: ignore[type-var]  # it is a raw file
        except _BROKEN as mishap:
            raise BadReply(f"the archive cannot be read: {mishap}", request=request) from mishap
        self._entries: dict[GatewayId, list[_Entry]] = {one.message_id: [] for one in wanted}
        self._sort_out()

    def fetched(self, *, whole: int) -> Iterator[Fetched]:
        """What became of each wanted message, in order; those after the first `whole` did not come whole."""
        for place, wanted in enumerate(self._wanted):
            if place < whole:
                yield self._judge(wanted)
            else:
                yield Fetched(message_id=wanted.message_id, truncated=True)

    def _judge(self, wanted: Wanted) -> Fetched:
        entries = self._entries[wanted.message_id]
        error = next((entry for entry in entries if entry.name == _ERROR), None)
        if error is not None and not _lists(wanted, _ERROR):
            return Fetched(message_id=wanted.message_id, error=self._words(error))
        flaw = self._flaw(wanted, entries)
        if flaw is not None:
            return Fetched(message_id=wanted.message_id, unfit=flaw)
        found = {_best_name(entry, wanted): entry for entry in entries}
        contents = tuple(
            _ZipContent(self._zip, found[file.name].info, name=file.name, request=self._request)
            for file in wanted.files
        )
        return Fetched(message_id=wanted.message_id, contents=contents)

    def _flaw(self, wanted: Wanted, entries: Sequence[_Entry]) -> str | None:
        """Why a message has to be fetched by index, or None."""
        if sum(bare(one.message_id) == bare(wanted.message_id) for one in self._wanted) > 1:
            return "two messages of one id in one batch"
        if _lists(wanted, _ERROR):
            return "an attachment called .error"
        flaws = [entry.flaw for entry in entries if entry.flaw]
        if flaws:
            return flaws[0]
        names = {file.name.casefold() for file in wanted.files}
        if len(names) < len(wanted.files):
            return "two attachments of one name"
        listed = sorted((file.name, file.size) for file in wanted.files)
        if not listed or listed != sorted((_best_name(one, wanted), one.info.file_size) for one in entries):
            return "names or sizes that disagree with the listing"
        return None

    def _words(self, entry: _Entry) -> str:
        try:
            with self._zip.open(entry.info) as stream:
                text = stream.read(_MOST_WORDS * 4).decode("utf-8", "replace")
        except _BROKEN:
            text = ""
        return " ".join(text.split())[:_MOST_WORDS] or "the gateway could not give the attachments"

    def carried(self) -> frozenset[GatewayId]:
        """The messages that are there with as many entries as the listing has attachments, and no error."""
        return frozenset(
            one.message_id
            for one in self._wanted
            if one.files and len(self._entries[one.message_id]) == len(one.files) and not self._has_error(one)
        )

    def _has_error(self, wanted: Wanted) -> bool:
        entries = self._entries[wanted.message_id]
        return any(entry.name == _ERROR for entry in entries) and not _lists(wanted, _ERROR)

    def _sort_out(self) -> None:
        entries = self._zip.infolist()
        owners = self._owners(_plain_forms)
        if any(_folder_of(info.filename, owners) is None for info in entries):
            owners = self._owners(_folders) | owners
        for info in entries:
            folder = _folder_of(info.filename, owners)
            if folder is None:
                raise BadReply(
                    f"the archive has an entry that nobody asked for: {info.filename[:100]!r}",
                    request=self._request,
                )
            name = info.filename.removeprefix(f"{folder}/")
            if name or info.file_size:  # a bare "folder/" is no attachment
                self._entries[owners[folder]].append(_Entry(name=name, info=info))

    def _owners(self, forms: Callable[[GatewayId], Iterable[str]]) -> dict[str, GatewayId]:
        """Whose folder a name may be; the first one that was asked for, where there are several."""
        owners: dict[str, GatewayId] = {}
        for wanted in self._wanted:
            for form in forms(wanted.message_id):
                owners.setdefault(form, wanted.message_id)
        return owners


class _ZipContent:
    """An entry, opened when it is read; zipfile compares its CRC at the end."""

    def __init__(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo, *, name: str, request: str) -> None:
        self.name = name
        self.size = info.file_size
        self._archive = archive
        self._info = info
        self._request = request
        self._stream: zipfile.ZipExtFile | None = None
        self._count = 0

    def read(self, size: int = -1, /) -> bytes:
        try:
            if self._stream is None:
                self._stream = self._archive.open(self._info)  # type: ignore[assignment]  # typed as IO
            piece: bytes = self._stream.read(size)  # type: ignore[union-attr]
        except _BROKEN as mishap:
            raise self._bad(str(mishap)) from mishap
        self._count += len(piece)
        if self._count != self.size and not piece and size != 0:
            raise self._bad(f"{self._count} of {self.size} bytes")
        return piece

    def _bad(self, why: str) -> BadReply:
        return BadReply(f"the attachment {self.name!r} is damaged: {why}", request=self._request)


def truncation(header: str | None) -> int:
    """The first message that a 206 did not finish, by `X-Batch-Truncation-Index: (m,a)`.

    Messages before m are whole; whether m is, depends on what a means, so it is not assumed. Unreadable:
    nothing is whole.
    """
    found = re.fullmatch(r"\s*\(\s*(\d{1,4})\s*,\s*-?\d{1,4}\s*\)\s*", header or "")
    return int(found[1]) if found else 0


def _plain_forms(message_id: GatewayId) -> tuple[str, ...]:
    plain = bare(message_id)
    return (message_id, f"<{plain}>", plain)


def _folders(message_id: GatewayId) -> Iterator[str]:
    """The ways in which a folder may be named after an id."""
    plain = bare(message_id)
    for form in (message_id, f"<{plain}>", plain):
        yield form
        yield quote(form, safe="")
        yield quote(form, safe="@")
        for stand_in in ("_", "-", ""):
            yield re.sub(r'[<>:"/\\|?*]', stand_in, form)


def _folder_of(name: str, owners: Collection[str]) -> str | None:
    """The longest of the known folders that an entry is in."""
    parts = name.split("/", _MOST_SLASHES + 1)
    for depth in range(len(parts) - 1, 0, -1):
        folder = "/".join(parts[:depth])
        if folder in owners:
            return folder
    return None


def _best_name(entry: _Entry, wanted: Wanted) -> str:
    """The entry's name; UTF-8 that was not flagged as such is recognised by the listing."""
    if _lists(wanted, entry.name) or entry.info.flag_bits & 0x800:
        return entry.name
    try:
        again = entry.name.encode("cp437").decode("utf-8")
    except UnicodeError:
        return entry.name
    return again if _lists(wanted, again) else entry.name


def _lists(wanted: Wanted, name: str) -> bool:
    return any(file.name == name for file in wanted.files)
