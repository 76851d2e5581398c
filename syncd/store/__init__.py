"""The state on disk: one SQLite database, one thread that writes, and readers that cannot write.

Everything is in one transaction or in none: the row of a message, its line in the history, what is to be
told about it, and the small tables that keep counting cheap. What a call of the journal has acknowledged
is on the disk (WAL, `synchronous=FULL`).
"""

from __future__ import annotations

from syncd.store.opening import Store, open_store

__all__ = ["Store", "open_store"]
