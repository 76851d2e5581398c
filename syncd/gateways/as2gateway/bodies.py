"""How files go into a send: one as it is with its name in a header, several as multipart (§4).

The document does not say how a name travels that is not plain ASCII in the `Name` header: a server may
read UTF-8, Latin-1, percent-encoding or encoded words. A multipart body of one file is documented as well
("one or more"), and there every server reads raw UTF-8, as browsers send it. So only a name that all of
them read alike goes into the header. In multipart a double quote travels as `%22`, as browsers do it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from syncd.errors import Rejected

Headers = tuple[tuple[str, str], ...]


def body_of(
    files: Sequence[tuple[str, bytes]], *, content_type: str | None, boundary: str
) -> tuple[Headers, tuple[bytes, ...]]:
    """Headers and body of a send. Without a type the gateway finds one by itself (§4.4.1).

    Raises: Rejected for no file, two of one name, and names or types that no header can carry.
    """
    _check(files, content_type)
    if len(files) == 1 and _is_plain(files[0][0]):
        name, content = files[0]
        kind = () if content_type is None else (("Content-Type", content_type),)
        return (("Name", name), *kind), (content,)
    return (("Content-Type", f"multipart/form-data; boundary={boundary}"),), _parts(
        files, content_type, boundary
    )


def _parts(files: Sequence[tuple[str, bytes]], content_type: str | None, boundary: str) -> tuple[bytes, ...]:
    pieces: list[bytes] = []
    for name, content in files:
        if "\\" in name:  # an escape for some servers, a letter for others
            raise _unfit(name)
        shown = name.replace('"', "%22")
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{shown}"\r\n'
        head += f"Content-Type: {content_type}\r\n" if content_type is not None else ""
        pieces += [f"{head}\r\n".encode(), content, b"\r\n"]
    return (*pieces, f"--{boundary}--\r\n".encode())


def _check(files: Sequence[tuple[str, bytes]], content_type: str | None) -> None:
    names = [name for name, _ in files]
    if not names:
        raise Rejected("a message has to have a file")
    if len(set(names)) < len(names):
        raise Rejected("two files of a message have one name", remedy="Give each a name of its own")
    for name in names:
        if not name or re.search(r"[\x00-\x1f\x7f]", name) or not _is_text(name):
            raise _unfit(name)
    if content_type is not None and not re.fullmatch(r"[\x20-\x7e]+", content_type):
        raise Rejected(f"the content type {content_type!r} is no header value")


def _unfit(name: str) -> Rejected:
    return Rejected(f"the name {name!r} has characters that a request cannot carry", remedy="Rename the file")


def _is_text(name: str) -> bool:
    """Names of files may be bytes that are no UTF-8; Python shows them as lone surrogates."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_plain(name: str) -> bool:
    """Whether every reading of the Name header gives this very name."""
    return (
        re.fullmatch(r"[\x20-\x7e]+", name) is not None
        and name == name.strip()
        and "%" not in name
        and "=?" not in name
    )
