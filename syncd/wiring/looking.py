"""What commands that only look need: the records, or a gateway."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from syncd.store.nothing import NoRecords
from syncd.store.opening import FILE_NAME, open_store

if TYPE_CHECKING:
    from syncd.config import Settings
    from syncd.ports import Records


@contextmanager
def records(settings: Settings) -> Iterator[Records]:
    """The records, to be read only; a state that is not there yet has none."""
    if not (settings.state_dir / FILE_NAME).exists():
        yield NoRecords()
        return
    store = open_store(settings.state_dir, read_only=True)
    try:
        yield store.records
    finally:
        store.close()
