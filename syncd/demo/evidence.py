"""What was read at the end, and the counters that two sides are compared by.

Inbound files are told apart by partner and sha256, since a name may be taken in the inbox; what is sent
also by its names, since the partner must get those that were dropped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from syncd.demo.disk import DiskFile, DiskMessage, Folders
from syncd.demo.documents import Drop, Fate
from syncd.demo.ledger import Ledger, LedgerSent
from syncd.demo.rows import Health, Row

FileKey = tuple[str, str]
"""Partner and sha256."""
MessageKey = tuple[str, tuple[FileKey, ...]]
"""Partner, and the names and hashes of all files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that was read at the end, and what had been dropped."""

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

    def fated(self, *fates: Fate) -> Counter[MessageKey]:
        """The dropped messages that are to end so."""
        return Counter(key_dropped(drop) for drop in self.dropped if drop.fate in fates)

    def arrived_files(self) -> Counter[FileKey]:
        """Every file that arrived at the gateway."""
        messages = self.ledger.received
        return _total(
            Counter((message.partner, file.sha256) for file in message.files) for message in messages
        )

    def inbox_files(self) -> Counter[FileKey]:
        """Every file in the inbox."""
        return _file_keys(self.folders.inbox)

    def dropped_files(self) -> Counter[FileKey]:
        """Every file that was dropped."""
        drops = self.dropped
        return _total(Counter((drop.partner, each.sha256) for each in drop.documents) for drop in drops)

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
        return tuple(f"{partner}/{known.get(sha256, sha256)}" for partner, sha256 in keys.elements())


def _total(counters: Iterable[Counter[FileKey]]) -> Counter[FileKey]:
    total: Counter[FileKey] = Counter()
    for counter in counters:
        total.update(counter)
    return total


def _file_keys(files: Iterable[DiskFile]) -> Counter[FileKey]:
    return Counter((file.partner, file.sha256) for file in files)


def bare(message_id: str | None) -> str:
    """An id without the angle brackets that it is listed with."""
    return (message_id or "").removeprefix("<").removesuffix(">")


def key_dropped(drop: Drop) -> MessageKey:
    """A message as it was dropped."""
    return drop.partner, tuple(sorted((each.name, each.sha256) for each in drop.documents))


def key_there(message: LedgerSent) -> MessageKey:
    """A message as the gateway accepted it."""
    return message.partner, tuple(sorted((file.name, file.sha256) for file in message.files))


def key_here(message: DiskMessage) -> MessageKey:
    """A message as it stands in sent/ or failed/."""
    return message.partner, tuple(sorted((file.name, file.sha256) for file in message.files))
