"""What was read at the end about one account, and the counters that two sides are compared by.

Inbound files are told apart by pair folder and sha256, since a name may be taken in the inbox; what is sent
also by its names, since the partner must get those that were dropped. There it has a pair, here the folder
that stands for it: they differ where the gateway finds out by itself whom a file is for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from syncd.demo.disk import DiskFile, DiskMessage, Folders
from syncd.demo.documents import Document, Drop, Fate
from syncd.demo.ledger import Ledger, LedgerFile, LedgerSent
from syncd.demo.plan import Plan
from syncd.demo.rows import Health, Row

T = TypeVar("T")

FileKey = tuple[str, str]
"""Pair folder and sha256."""
MessageKey = tuple[str, tuple[FileKey, ...]]
"""Pair or pair folder, and the names and hashes of all files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that was read at the end, and what had been dropped."""

    plan: Plan
    dropped: tuple[Drop, ...]
    ledger: Ledger
    folders: Folders
    rows: tuple[Row, ...]
    health: Health
    """What `syncd status` said while the last daemon ran."""
    pid: int
    """That daemon's process."""
    code: int
    """How it ended when it was told to: its exit code, minus the signal that it took."""

    def fated_there(self, *fates: Fate) -> Counter[MessageKey]:
        """The dropped messages that are to end so, as the gateway has them."""
        drops = self.dropped
        return _total(keys_there(drop) for drop in drops if drop.fate in fates)

    def fated_here(self, *fates: Fate) -> Counter[MessageKey]:
        """The same as they are to stand in the folders."""
        drops = self.dropped
        return _total(keys_here(drop) for drop in drops if drop.fate in fates)

    def delivered(self) -> tuple[LedgerSent, ...]:
        """What has reached its partner, as the gateway sees it."""
        good = ("sent", "ok") if self.plan.has_mdn else ("sent", None)
        return tuple(each for each in self.ledger.sent if (each.outcome, each.mdn) == good)

    def turned_down(self) -> tuple[LedgerSent, ...]:
        """What the partner, or the gateway in its name, refused."""
        if self.plan.has_mdn:
            return tuple(each for each in self.ledger.sent if each.mdn == "error")
        return tuple(each for each in self.ledger.sent if each.outcome == "failed")

    def arrived_files(self) -> Counter[FileKey]:
        """Every file that arrived at the gateway, with the pair folder that it belongs into."""
        messages = self.ledger.received
        return _total(
            Counter((message.pair or self.plan.unknown, file.sha256) for file in message.files)
            for message in messages
        )

    def inbox_files(self) -> Counter[FileKey]:
        """Every file in the inbox."""
        return _file_keys(self.folders.inbox)

    def dropped_files(self) -> Counter[FileKey]:
        """Every file that was dropped."""
        return _total(
            Counter((drop.pair_folder, each.sha256) for each in drop.documents) for drop in self.dropped
        )

    def kept_files(self) -> Counter[FileKey]:
        """Every file in the outbound folders, wherever it is by now."""
        settled = (_file_keys(message.files) for message in self.folders.settled)
        return _total((_file_keys(self.folders.on_the_way), *settled))

    def named(self, keys: Counter[FileKey]) -> tuple[str, ...]:
        """The names behind hashes, as far as anybody told them."""
        known = {file.sha256: file.name for file in self.folders.all_files()}
        for message in self.ledger.received:
            known.update({file.sha256: file.name for file in message.files})
        for drop in self.dropped:
            known.update({document.sha256: document.name for document in drop.documents})
        return tuple(f"{folder}/{known.get(sha256, sha256)}" for folder, sha256 in keys.elements())


def _total(counters: Iterable[Counter[T]]) -> Counter[T]:
    total: Counter[T] = Counter()
    for counter in counters:
        total.update(counter)
    return total


def _file_keys(files: Iterable[DiskFile]) -> Counter[FileKey]:
    return Counter((file.pair_folder, file.sha256) for file in files)


def bare(message_id: str | None) -> str:
    """An id without the angle brackets that it is listed with."""
    return (message_id or "").removeprefix("<").removesuffix(">")


def contents(files: Iterable[Document | DiskFile | LedgerFile]) -> tuple[FileKey, ...]:
    """The names and hashes of a message's files."""
    return tuple(sorted((file.name, file.sha256) for file in files))


def keys_there(drop: Drop) -> Counter[MessageKey]:
    """The messages of a drop, as the gateway is to have them."""
    return Counter((drop.pair, contents(documents)) for documents in drop.messages)


def keys_here(drop: Drop) -> Counter[MessageKey]:
    """The messages of a drop, as they are to stand in the folders."""
    return Counter((drop.pair_folder, contents(documents)) for documents in drop.messages)


def key_there(message: LedgerSent) -> MessageKey:
    """A message as the gateway accepted it."""
    return message.pair, contents(message.files)


def key_here(message: DiskMessage) -> MessageKey:
    """A message as it stands in sent/ or failed/."""
    return message.pair_folder, contents(message.files)
