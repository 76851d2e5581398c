"""How the demo says what it saw; each fact is something that was read back a moment ago."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from syncd.demo.disk import DiskMessage, Folders
from syncd.demo.documents import Drop, kind_of
from syncd.demo.ledger import Ledger, LedgerFile

MISHAPS = {
    "expire_tokens": "the session had ended",
    "reset": "the reply was lost",
    "silence": "no reply came",
}
"""What the sandbox calls them, and what people do."""


class Teller(Protocol):
    """Where the story goes."""

    def head(self, text: str) -> None:
        """A new part begins."""
        ...

    def fact(self, what: str, text: str, *, account: str = "") -> None:
        """One observed fact; of one account, or of the bridge."""
        ...


class News:
    """Says what has turned up in an account's folders since the last look, each once."""

    def __init__(self, tell: Teller, account: str) -> None:
        self._tell = tell
        self._account = account
        self._told: set[tuple[str, str, str]] = set()

    def tell(self, seen: Folders) -> None:
        """Say what is new; a settled message counts once its status file is there too."""
        found: dict[tuple[str, str, str], list[str]] = {}
        for file in seen.inbox:
            if self._is_new("inbox", file.pair_folder, file.name):
                found.setdefault(("inbox", file.pair_folder, ""), []).append(file.name)
        for message in seen.settled:
            is_whole = message.state and message.files
            if is_whole and self._is_new(message.folder, message.pair_folder, message.name):
                key = (message.folder, message.pair_folder, how_it_ended(message))
                found.setdefault(key, []).append(_name(message))
        for (folder, pair_folder, how), names in found.items():
            end = f"  {how}" if how else ""
            self._tell.fact(f"in {folder}/", f"{pair_folder}: {', '.join(names)}{end}", account=self._account)

    def _is_new(self, folder: str, pair_folder: str, name: str) -> bool:
        key = (folder, pair_folder, name)
        is_new = key not in self._told
        self._told.add(key)
        return is_new


def _name(message: DiskMessage) -> str:
    return f"{message.name}/" if len(message.files) > 1 else message.name


def how_it_ended(message: DiskMessage) -> str:
    """A settled message as its status file tells it."""
    if message.reason:
        return message.reason
    several = len(message.attempts) > 1
    attempts = ", then ".join(message.attempts).replace("_", " ") if several else ""
    mdn = f"MDN {message.mdn_status}" if message.mdn_status else ""
    return "; ".join(part for part in (attempts, mdn) if part)


def dropped_words(drop: Drop) -> str:
    """`PO-4711.edi  X12 850, 561 bytes`, with its pair folder before; of a folder its number of files."""
    if drop.is_folder:
        each = ", each a message" if drop.is_split else ""
        return f"{drop.place}/  {len(drop.documents)} files{each}"
    [document] = drop.documents
    kind = kind_of(document.content)
    return f"{drop.place}  {kind}{', ' if kind else ''}{len(document.content)} bytes"


def names(files: tuple[LedgerFile, ...]) -> str:
    """The names of a message's files."""
    return " + ".join(file.name for file in files)


def mishaps(ledger: Ledger) -> str:
    """What went wrong with which requests, because the sandbox was told so."""
    told = ((each.operation, trouble) for each in ledger.requests for trouble in each.troubles)
    return "; ".join(f"{operation}: {MISHAPS.get(trouble, trouble)}" for operation, trouble in told)


def counted(counts: Mapping[str, int]) -> str:
    """`2 failed, 5 received`."""
    return ", ".join(f"{count} {state}" for state, count in sorted(counts.items()))


def times(count: int) -> str:
    """`1 time`, `2 times`."""
    return f"{count} time{'' if count == 1 else 's'}"
