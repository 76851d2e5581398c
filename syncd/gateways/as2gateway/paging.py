"""What `pageOffset` counts: the document calls it a page number, its name says otherwise (§5).

The first pages of a list tell: when the page after a full one begins with what that one had, records are
counted. Then every offset is given in records, from the next request on and for good.
"""

from __future__ import annotations

import threading

from syncd.core.shown import Listing
from syncd.gateways.as2gateway.requests import PAGE_LENGTH

Key = tuple[object, ...]


class Offsets:
    """Turns page numbers into offsets. Safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts_records = False
        self._last: dict[Key, tuple[int, frozenset[str]]] = {}

    def of(self, page: int) -> int:
        """The offset of a page, as far as is known."""
        return page * PAGE_LENGTH if self._counts_records else page

    def is_shifted(self, key: Key, page: int, listing: Listing) -> bool:
        """Look at a page that came; True when it has to be asked for again, with another offset.

        `key` names the list. More than half of a page seen on the page before cannot be new arrivals that
        pushed it there, in the moment between two requests.
        """
        ids = frozenset(record.message_id for record in listing.records)
        with self._lock:
            before, seen = self._last.get(key, (-1, frozenset[str]()))
            self._last[key] = (page, ids)
            is_next = page == before + 1 and page > 0 and len(seen) == PAGE_LENGTH
            if self._counts_records or not is_next or len(ids & seen) <= len(ids) // 2:
                return False
            self._counts_records = True
            return True
