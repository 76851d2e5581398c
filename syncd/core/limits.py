"""What a gateway takes in one message, and the words in which anything else is refused here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from syncd.core.model import File

MOST_TOGETHER = 1000
"""Files of one dropped folder, where each is a message of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The gateway's limits, for one message."""

    files: int
    bytes: int

    @property
    def splits(self) -> bool:
        """Whether a dropped folder is as many messages as it has files."""
        return self.files == 1

    def objection(self, files: Sequence[File]) -> str | None:
        """Why these files can be no message; None when they can."""
        empty = next((file.name for file in files if file.size == 0), None)
        if empty is not None:
            return f"{empty} is empty"
        if len(files) > self.files:
            return f"it has {len(files)} files, and the gateway takes {self.files} in one message"
        size = sum(file.size for file in files)
        return too_large(size, self.bytes) if size > self.bytes else None


def too_large(size: int, most_bytes: int) -> str:
    """The words for a message of too many bytes."""
    return f"it has {size} bytes, and the gateway takes {most_bytes} in one message"


def too_many_together(count: int) -> str | None:
    """Why a folder of so many files, each a message of its own, is refused; None when it is not."""
    if count <= MOST_TOGETHER:
        return None
    return f"it has {count:,} files, and at most {MOST_TOGETHER:,} are taken in one folder"
