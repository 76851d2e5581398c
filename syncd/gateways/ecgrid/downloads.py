"""Downloads: one parcel, its content as one Base64 text in JSON (the vendor's reference pages, Download).

The text, and what JSON makes of it, are in memory for a moment; decoded it goes into a temporary file piece
by piece. So large parcels come one at a time.
"""

from __future__ import annotations

import binascii
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from os import SEEK_END
from pathlib import Path
from typing import BinaryIO

from syncd.core.model import File
from syncd.gateways.ecgrid import names, requests
from syncd.gateways.ecgrid.envelope import Told, told
from syncd.gateways.ecgrid.fields import Fields, whole
from syncd.gateways.session import Session
from syncd.gateways.spool import FileContent, spool_pieces
from syncd.gateways.wire import MEGABYTE, Reply, Request
from syncd.ports.gateway import Fetched, Wanted

_LARGE_BYTES = 1_000_000
_LIMIT = 64 * MEGABYTE
_PIECE = 256 * 1024  # of Base64: a multiple of four


class Downloads:
    """Downloads over one session. Safe for threads."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._large = threading.Lock()

    @contextmanager
    def one(self, wanted: Wanted, *, scratch: Path) -> Iterator[Fetched]:
        """Download one parcel. A size other than the listed one is no error: it may count a wrapper."""
        listed = wanted.files[0] if wanted.files else File(name="", size=0)
        most = max(_LIMIT, listed.size) * 3 // 2 + MEGABYTE
        request = requests.download(wanted.message_id, most_bytes=most)
        with ExitStack() as stack:
            with self._turn(listed):
                file, name, trace = self._session.read(request, _reader(request, wanted, scratch))
            stack.enter_context(file)
            size = file.seek(0, SEEK_END)
            file.seek(0)
            content = FileContent(file, name=name or listed.name, size=size)
            yield Fetched(message_id=wanted.message_id, contents=(content,), reference=trace)

    def _turn(self, listed: File) -> AbstractContextManager[object]:
        return nullcontext() if 0 < listed.size < _LARGE_BYTES else self._large


_Parts = tuple[BinaryIO, str, str]


def _reader(request: Request, wanted: Wanted, scratch: Path) -> Callable[[Reply], _Parts]:
    def read(reply: Reply) -> _Parts:
        kind = (reply.headers.get("content-type") or "").partition(";")[0].strip().casefold()
        if kind == "application/octet-stream":  # one of the reference pages has the bytes themselves
            return spool_pieces([reply.body], scratch), "", ""
        answer = told(reply, request)
        fields = _fields(answer, wanted)
        text = fields.get(*names.CONTENTS)
        if not isinstance(text, str):
            raise answer.bad("the answer has no content")
        try:
            file = spool_pieces(decoded(text), scratch)
        except binascii.Error as mishap:
            raise answer.bad(f"the content is damaged Base64: {mishap}") from mishap
        return file, fields.text(*names.FILES) or "", answer.trace

    return read


def _fields(answer: Told, wanted: Wanted) -> Fields:
    if isinstance(answer.payload, str):
        return Fields({names.CONTENT: answer.payload})
    fields = answer.fields
    number = fields.whole(*names.PARCELS)
    if number is not None and number != whole(wanted.message_id):
        raise answer.bad(f"the answer is about another parcel: {number}")
    return fields


def decoded(text: str) -> Iterator[bytes]:
    """Base64 piece by piece; white space within is passed over, anything else that does not belong is not.

    Raises: binascii.Error.
    """
    if re.search(r"\s", text):
        text = re.sub(r"\s+", "", text)
    end = text.find("=")
    if 0 <= end < len(text) - 2:
        raise binascii.Error("it ends before its end")
    for start in range(0, len(text), _PIECE):
        try:
            piece = text[start : start + _PIECE].encode("ascii")
        except UnicodeEncodeError as mishap:
            raise binascii.Error("it has letters that do not belong there") from mishap
        yield binascii.a2b_base64(piece, strict_mode=True)
