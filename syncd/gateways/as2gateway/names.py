"""The name of a download, from its Content-Disposition header (§7)."""

from __future__ import annotations

import re
from urllib.parse import unquote


def file_name(disposition: str | None) -> str | None:
    """The file name: quoted, bare, or by RFC 5987; None when the header has none.

    A bare one goes to the end of the header, since names have spaces and semicolons.
    """
    header = disposition or ""
    extended = re.search(r"""filename\*\s*=\s*([\w-]+)'[^']*'([^;\s]+)""", header, flags=re.IGNORECASE)
    if extended:
        try:
            return unquote(extended[2], encoding=extended[1], errors="strict") or None
        except (LookupError, UnicodeDecodeError):
            pass
    quoted = re.search(r'filename\s*=\s*"((?:[^"\\]|\\.)*)"', header, flags=re.IGNORECASE)
    if quoted:
        return re.sub(r"\\(.)", r"\1", quoted[1]) or None
    plain = re.search(r"filename\s*=\s*(.+)", header, flags=re.IGNORECASE | re.DOTALL)
    return (plain[1].strip() or None) if plain else None


def better_name(disposition: str | None, listed: str) -> str:
    """The listed name where the header's differs only in letters that headers garble, else the header's."""
    told = file_name(disposition)
    if not told:
        return listed
    return listed if listed and _skeleton(told) == _skeleton(listed) else told


def _skeleton(name: str) -> str:
    return re.sub(r"[^a-z0-9.]", "", name.lower())
