"""Whether what was published still stands in the inbox."""

from __future__ import annotations

import stat
from datetime import timedelta

from syncd.core.model import File, Message
from syncd.folders.reach import Reach

SLACK = timedelta(minutes=10)
"""Between the gateway's clock, which rows have, and that of the filesystem."""


def stands(reach: Reach, message: Message) -> bool:
    """Whether any file of a received message is where it was put. Raises: FolderError.

    Another of its name may have come since: that one is younger, or of another size.
    """
    return any(_stands(reach, message, file) for file in message.files)


def _stands(reach: Reach, message: Message, file: File) -> bool:
    status = reach.look(file.place) if file.place else None
    if status is None or not stat.S_ISREG(status.st_mode) or status.st_size != file.size:
        return False
    latest = (message.settled_at or message.updated) + SLACK
    return status.st_mtime <= latest.timestamp()
