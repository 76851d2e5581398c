"""Names that somebody else chose: one of each harm that a name can do, and any mixture of them."""

from __future__ import annotations

from hypothesis import strategies as st

from syncd.core.naming import NAME_BYTES, IgnorePatterns, described_by, is_printable

HARMS = (
    "..",
    ".",
    "...",
    "../../escape.edi",
    "..\\..\\escape.edi",
    "a/../../../escape.edi",
    "/escape.edi",
    "//host/share.edi",
    "\\\\host\\share.edi",
    "C:\\escape.edi",
    "c:escape.edi",
    "stream.edi:hidden",
    "%2e%2e%2fescape.edi",
    "..%c0%afescape.edi",
    "\uff0e\uff0e\uff0fescape.edi",
    "nul\0byte.edi",
    "\0",
    "line\nbreak.edi",
    "return\r\nName: other.edi",
    "escape\x1b]0;title\x07.edi",
    "delete\x7f.edi",
    "c1\x9b31m.edi",
    "\u202egpj.exe",
    "zero\u200bwidth.edi",
    "\ufeffmark.edi",
    "line\u2028separator.edi",
    ".hidden",
    "..hidden",
    " .hidden",
    "\u00a0.hidden",
    "-rf",
    "--help",
    "~",
    "~root",
    "backup~",
    "#lock#",
    "",
    " ",
    "\t",
    ". . .",
    "a ",
    "a.",
    "a. . ",
    ".error",
    "CON",
    "nul.edi",
    "COM1.txt",
    "aux",
    "LPT9 .edi",
    "x.syncd.json",
    "X.SYNCD.JSON",
    ".syncd.json",
    ".syncd",
    "x.tmp",
    "X.TMP",
    "x.part",
    "x.crdownload",
    "Thumbs.db",
    "desktop.ini",
    "$(touch escape.edi)",
    "`touch escape.edi`",
    "; touch escape.edi",
    "| touch escape.edi",
    "*",
    "?",
    "[a-z]",
    "{path}",
    "{name}",
    "%s%n",
    "'; DROP TABLE messages; --",
    '"quoted".edi',
    "semi;colon.edi",
    "comma,name.edi",
    "same.edi",
    "SAME.edi",
    "Same.EDI",
    "caf\u00e9.edi",
    "cafe\u0301.edi",
    "\u212bngstrom.edi",
    "\u00c5ngstrom.edi",
    "stra\u00dfe.edi",
    "STRASSE.edi",
    "\U0001f4e6.edi",
    "a" * 300,
    "a" * 300 + ".edi",
    "\u00e4" * 150 + ".edi",
    "\U0001f4e6" * 1000,
    "a" * 3996 + ".edi",
    "a." + "e" * 4000,
    "." * 300,
    "/" * 300,
    "../" * 100 + "escape.edi",
)

_PIECES = (*"./\\~- \0\n\u202e", "..", ".syncd.json", ".tmp", ".error", "C:", "%2F")

harmful_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
"""Anything that JSON in UTF-8 can carry."""

harmful_names = st.one_of(
    st.sampled_from(HARMS),
    harmful_text,
    st.lists(st.one_of(st.sampled_from(_PIECES), harmful_text), max_size=6).map("".join),
)

_IGNORED = IgnorePatterns()


def unsafe(name: str) -> list[str]:
    """What is wrong with a name that stands in an inbox; nothing, with a safe one."""
    faults = {
        "it is no name": name in {"", ".", ".."},
        "it has a separator": "/" in name or "\\" in name,
        "it cannot be shown": not is_printable(name) or "\u202e" in name,
        "it is hidden": name.startswith("."),
        "it looks like an option": name.startswith("-"),
        "it looks like a home": name.startswith("~"),
        "an outbox would ignore it": _IGNORED.match(name),
        "it is a status file's": described_by(name) is not None,
        "it is too long": len(name.encode()) > NAME_BYTES,
        "it is not stripped": name != name.strip(),
    }
    return [f"{name!r}: {fault}" for fault, is_so in faults.items() if is_so]
