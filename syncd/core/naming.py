"""Names: safe ones for what comes from outside, folder names for IDs, numbers for names that are taken.

Everything here is about one path component at a time, and about bytes where a file system counts bytes:
a name has at most 200 of them, so that a number, a stamp and a status file's ending still fit into 255.
"""

from __future__ import annotations

import fnmatch
import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime

from syncd.core.model import AUTO

NAME_BYTES = 200
"""The longest name that we give."""

STATUS_SUFFIX = ".syncd.json"
TEST_SUFFIX = ".test"
UNKNOWN = "unknown"
"""The folder of a partner whom the gateway does not name."""
RESERVED_IDS = frozenset({AUTO, UNKNOWN})
"""Folder names with a meaning of their own, where an ID would stand."""

BUILT_IN_PATTERNS = (
    ".*",
    "*.tmp",
    "*.part",
    "*.partial",
    "*.filepart",
    "*.crdownload",
    "~*",
    "*~",
    "thumbs.db",
    "desktop.ini",
)

_JUNK = frozenset({".ds_store", "thumbs.db", "desktop.ini"})
_WRAPPERS = frozenset({".gz", ".bz2", ".xz", ".zst", ".p7m", ".p7s", ".pgp", ".gpg", ".asc", ".sig"})
_ENDING_BYTES = 32
_LEADING = re.compile(r"^[.\s]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_ENCODED = re.compile(r"(?:%[0-9A-Fa-f]{2})+")


class IgnorePatterns:
    """The patterns of names that are never taken from an outbox, compared without case."""

    def __init__(self, extra: Iterable[str] = ()) -> None:
        self._globs = tuple(pattern.casefold() for pattern in (*BUILT_IN_PATTERNS, *extra))
        self._matches = re.compile("|".join(map(fnmatch.translate, self._globs))).match

    def match(self, name: str) -> bool:
        """Whether a name is to be ignored."""
        return self._matches(name.casefold()) is not None

    def which(self, name: str) -> str:
        """The pattern that a name is ignored for; empty: it is not."""
        return next((glob for glob in self._globs if fnmatch.fnmatchcase(name.casefold(), glob)), "")


_BUILT_IN = IgnorePatterns()


def is_junk(name: str) -> bool:
    """Whether a file browser left this behind by itself: no part of any message, and no harm in it."""
    return name.casefold() in _JUNK


def is_printable(name: str) -> bool:
    """Whether a dropped name can be told to the partner as it is: valid Unicode, no control characters."""
    return _UNPRINTABLE.search(name) is None


# Status files -----------------------------------------------------------------------------------


def status_name(name: str) -> str:
    """The name of the status file beside `name` (a name or a whole place)."""
    return name + STATUS_SUFFIX


def described_by(name: str) -> str | None:
    """The name that a status file of this name describes; None when it is not a status file's name."""
    if not name.casefold().endswith(STATUS_SUFFIX) or len(name) == len(STATUS_SUFFIX):
        return None
    return name[: -len(STATUS_SUFFIX)]


# Names from outside -----------------------------------------------------------------------------


def safe_name(name: str, *, index: int = 1, limit: int = NAME_BYTES) -> str:
    """A name for an inbound file that can do no harm, and that no outbox would ignore.

    Idempotent. `index` counts from 1 and names what has no name left.
    """
    kept = _LEADING.sub("", "".join(_harmless(character) for character in name)).rstrip()
    if not kept:
        return f"attachment-{index}"
    if kept[0] in "-~":
        kept = "_" + kept[1:]
    short = shortened(kept, limit)
    if _BUILT_IN.match(short) or described_by(short) is not None:
        return shortened(kept, limit - 1) + "_"
    return short


def _harmless(character: str) -> str:
    if character in "/\\":
        return "_"
    # Cc control, Cf bidi and invisible ones, Cs half characters, Zl and Zp line breaks.
    return "" if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"} else character


def shortened(name: str, limit: int = NAME_BYTES) -> str:
    """The name in at most `limit` bytes of UTF-8, its ending kept."""
    if _bytes(name) <= limit:
        return name
    stem, ending = split_ending(name)
    return _cut(stem, limit - _bytes(ending)) + ending


def numbered(name: str, number: int, *, limit: int = NAME_BYTES) -> str:
    """`invoice.edi`, 2 → `invoice~2.edi`: another name for the same thing, in at most `limit` bytes."""
    stem, ending = split_ending(name)
    tail = f"~{number}{ending}"
    return _cut(stem, limit - _bytes(tail)) + tail


def split_ending(name: str) -> tuple[str, str]:
    """Stem and ending. The ending is the last suffix, with the one before it under a wrapper (`.tar.gz`).

    The stem is never empty: `.profile` has no ending. What stands after the last dot but is longer than
    32 bytes, or has a space, belongs to the stem.
    """
    stem, ending = _last_suffix(name)
    if ending.casefold() in _WRAPPERS:
        inner, before = _last_suffix(stem)
        return inner, before + ending
    return stem, ending


def _last_suffix(name: str) -> tuple[str, str]:
    stem, dot, suffix = name.rpartition(".")
    usable = suffix and " " not in suffix and _bytes(suffix) < _ENDING_BYTES
    if not stem.strip(".") or not usable:
        return name, ""
    return stem, dot + suffix


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def _cut(text: str, limit: int) -> str:
    return text.encode("utf-8", "surrogatepass")[:limit].decode("utf-8", "ignore").rstrip()


# IDs as folder names ----------------------------------------------------------------------------


def encode_id(identifier: str) -> str:
    """The folder name of an ID; what cannot stand there is percent-encoded. `decode_id` undoes it."""
    encoded = escaped(identifier)
    if encoded[:1] != "%" and (identifier.endswith(TEST_SUFFIX) or identifier in RESERVED_IDS):
        encoded = _percent(encoded[0]) + encoded[1:]
    if encoded.endswith(TEST_SUFFIX) and encoded == partner_folder(
        identifier[: -len(TEST_SUFFIX)], test=True
    ):
        # `auto.test` would have the folder of `auto`'s test partner: its dot is encoded, too.
        return encoded[: -len(TEST_SUFFIX)] + _percent(".") + TEST_SUFFIX[1:]
    return encoded


def escaped(text: str) -> str:
    """Any text as one folder name: what no name may have, or begin with, is percent-encoded."""
    encoded = _CONTROL.sub(_percent, text.replace("%", "%25").replace("/", "%2F"))
    encoded = re.sub(r"[\ud800-\udfff]", _percent, encoded)
    return _percent(encoded[0]) + encoded[1:] if encoded[:1] in {".", "~"} else encoded


def decode_id(folder: str) -> str:
    """The ID that a folder name stands for; what is no valid percent-encoding stays as it is."""
    return _ENCODED.sub(_unpercent, folder)


def partner_folder(partner: str, *, test: bool) -> str:
    """The folder name of a partner's ID, with `.test` when both types of it exist and this is the test."""
    return encode_id(partner) + (TEST_SUFFIX if test else "")


def read_partner_folder(folder: str) -> tuple[str, bool]:
    """The ID, and whether the folder's own `.test` says that the test partner is meant."""
    identifier = decode_id(folder)
    if not folder.endswith(TEST_SUFFIX) or encode_id(identifier) == folder:
        return identifier, False
    return decode_id(folder.removesuffix(TEST_SUFFIX)), True


def _percent(found: str | re.Match[str]) -> str:
    text = found if isinstance(found, str) else found.group()
    return "".join(f"%{byte:02X}" for byte in text.encode("utf-8", "surrogatepass"))


def _unpercent(found: re.Match[str]) -> str:
    octets = bytes.fromhex(found.group().replace("%", ""))
    try:
        return octets.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return found.group()


# Times in names ---------------------------------------------------------------------------------


def stamp(moment: datetime) -> str:
    """UTC to the millisecond, as it stands in names: `20261121T221326.123Z`."""
    utc = moment.astimezone(UTC)
    return f"{utc:%Y%m%dT%H%M%S}.{utc.microsecond // 1000:03d}Z"
