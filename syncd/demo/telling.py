"""How the demo says what it saw; each fact is something that was read back a moment ago."""

from __future__ import annotations

from typing import Protocol

from syncd.demo.disk import DiskFile, DiskMessage
from syncd.demo.documents import kind_of
from syncd.demo.ledger import LedgerFile


class Teller(Protocol):
    """Where the story goes."""

    def head(self, text: str) -> None:
        """A new part begins."""
        ...

    def fact(self, what: str, text: str) -> None:
        """One observed fact."""
        ...


def file_words(file: DiskFile) -> str:
    """A file as it stands on disk: `PO-4711.edi  X12 850, 561 bytes`."""
    kind = kind_of(file.path.read_bytes())
    return f"{file.partner}/{file.name}  {kind}{', ' if kind else ''}{file.size} bytes"


def settled_words(message: DiskMessage) -> str:
    """A settled message as its folder and its status file tell it."""
    count = f"/ ({len(message.files)} files)" if len(message.files) > 1 else ""
    told = f"{message.partner}/{message.name}{count}"
    if message.reason:
        return f"{told}  {message.reason}"
    attempts = f"{', then '.join(message.attempts)}; " if len(message.attempts) > 1 else ""
    return f"{told}  {attempts}MDN {message.mdn_status}: {message.mdn_content}"


def names(files: tuple[LedgerFile, ...]) -> str:
    """The names of a message's files."""
    return ", ".join(file.name for file in files)
