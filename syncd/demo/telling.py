"""How the demo says what it saw; each fact is something that was read back a moment ago."""

from __future__ import annotations

from typing import Protocol

from syncd.demo.disk import DiskFile, DiskMessage, Folders
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


class News:
    """Says what has turned up in the folders since the last look, each once."""

    def __init__(self, tell: Teller) -> None:
        self._tell = tell
        self._told: set[tuple[str, str, str]] = set()

    def tell(self, seen: Folders) -> None:
        """Say what is new; a settled message counts once its status file is there too."""
        for file in seen.inbox:
            if self._is_new("inbox", file.partner, file.name):
                self._tell.fact("in inbox/", file_words(file))
        for message in seen.settled:
            is_whole = message.state and message.files
            if is_whole and self._is_new(message.folder, message.partner, message.name):
                self._tell.fact(f"in {message.folder}/", settled_words(message))

    def _is_new(self, folder: str, partner: str, name: str) -> bool:
        key = (folder, partner, name)
        is_new = key not in self._told
        self._told.add(key)
        return is_new


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
