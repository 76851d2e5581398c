"""The one door through which files of messages are removed from the folders: for retention."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from syncd.core.model import Message, MessageId
    from syncd.errors import FolderError


class Removal(Protocol):
    """Removes what stands at the places of messages. No flow moves files meanwhile."""

    def remove(self, messages: Sequence[Message]) -> Mapping[MessageId, FolderError]:
        """Remove the file or folder of each, with its status file and done marker; durable when it returns.

        The caller knows that what stands there is the message's. Nothing but regular files is removed, of a
        folder nothing but the message's own files, and what file browsers leave. A dropped folder or one of
        a day goes with the last thing in it. What is not there any more is removed. Returns what failed.
        """
        ...
