"""Reads multipart/form-data as this gateway does: strict about names, easy about line ends (§4.1.2).

LF stands for CRLF, and the empty line between a part's headers and its content may be missing, since the
published example has neither.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

from syncd.sandbox.as2gateway.mailbox import File
from syncd.sandbox.wire.exchange import Refusal

_HEADER = re.compile(rb"(Content-[A-Za-z-]+):[ \t]*([^\r\n]*)(?:\r?\n|\Z)", re.IGNORECASE)
_EMPTY_LINE = re.compile(rb"\r?\n")
_PARAMETER = re.compile(rb';\s*([A-Za-z*]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^;\s]+)')
_BOUNDARY = re.compile(r'boundary=(?:"([^"]+)"|([^;\s]+))', re.IGNORECASE)


def read_parts(body: bytes, content_type: str) -> tuple[File, ...]:
    """Give the files of a multipart body; a part without a type has an empty one.

    Raises: Refusal.
    """
    found = _BOUNDARY.search(content_type)
    if found is None:
        raise Refusal(400, "The multipart boundary is missing")
    boundary = (found[1] or found[2]).encode("latin-1")
    return tuple(_file(part) for part in _parts(body, b"--" + boundary))


def _parts(body: bytes, delimiter: bytes) -> Iterator[bytes]:
    """Cut the body at the delimiters that begin a line, and take the line end before each off the content."""
    start: int | None = None
    for place, after in _delimiters(body, delimiter):
        if start is not None:
            yield _without_line_end(body[start:place])
        if body[after : after + 2] == b"--":
            return
        line_end = body.find(b"\n", after)
        start = len(body) if line_end < 0 else line_end + 1
    raise Refusal(400, "The multipart body has no closing boundary")


def _delimiters(body: bytes, delimiter: bytes) -> Iterator[tuple[int, int]]:
    place = body.find(delimiter)
    while place >= 0:
        after = place + len(delimiter)
        is_at_line_start = place == 0 or body[place - 1 : place] == b"\n"
        if is_at_line_start and re.match(rb"(--)?[ \t]*(\r?\n|\Z)", body[after : after + 80]):
            yield place, after
        place = body.find(delimiter, after)


def _without_line_end(content: bytes) -> bytes:
    if content.endswith(b"\r\n"):
        return content[:-2]
    return content[:-1] if content.endswith(b"\n") else content


def _file(part: bytes) -> File:
    headers, content = _split(part)
    parameters = _parameters(headers.get(b"content-disposition", b""))
    if parameters.get(b"name") != b"file":
        raise Refusal(400, 'Each part must be named "file"')
    name = _file_name(parameters)
    if not name:
        raise Refusal(400, "A file part has no filename")
    return File(name=name, content=content, content_type=headers.get(b"content-type", b"").decode("latin-1"))


def _split(part: bytes) -> tuple[dict[bytes, bytes], bytes]:
    headers: dict[bytes, bytes] = {}
    place = 0
    while found := _HEADER.match(part, place):
        headers[found[1].lower()] = found[2].strip()
        place = found.end()
    empty = _EMPTY_LINE.match(part, place)
    return headers, part[empty.end() if empty else place :]


def _parameters(disposition: bytes) -> dict[bytes, bytes]:
    return {name.lower(): _unquoted(value) for name, value in _PARAMETER.findall(disposition)}


def _unquoted(value: bytes) -> bytes:
    if not value.startswith(b'"'):
        return value
    plain = re.sub(rb"\\(.)", rb"\1", value[1:-1])
    return plain.replace(b"%22", b'"').replace(b"%0D", b"\r").replace(b"%0A", b"\n")


def _file_name(parameters: dict[bytes, bytes]) -> str:
    """Prefer filename* (RFC 5987) over filename, which is read as UTF-8."""
    extended = parameters.get(b"filename*")
    if extended is None:
        return parameters.get(b"filename", b"").decode("utf-8", "replace")
    charset, _, rest = extended.partition(b"'")
    value = rest.partition(b"'")[2]
    try:
        return unquote_to_bytes(value).decode(charset.decode("ascii"), "replace")
    except LookupError:
        raise Refusal(400, "The charset of filename* is unknown") from None
