"""What commands that only look need: the records, or a gateway."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from syncd.errors import CannotAct
from syncd.store.nothing import NoRecords
from syncd.store.opening import FILE_NAME, Store, open_store

if TYPE_CHECKING:
    from syncd.config import Settings
    from syncd.ports import Records


@contextmanager
def records(settings: Settings) -> Iterator[Records]:
    """The records, to be read only; a state that is not there yet has none. Raises: CannotAct."""
    with state(settings) as store:
        yield store.records if store else NoRecords()


@contextmanager
def state(settings: Settings) -> Iterator[Store | None]:
    """The state, to be read only; None when there is none yet. Raises: CannotAct."""
    if not _is_there(settings.state_dir):
        yield None
        return
    store = open_store(settings.state_dir, read_only=True)
    try:
        yield store
    finally:
        store.close()


def _is_there(state_dir: Path) -> bool:
    """Whether there is a state. One that could not be made either is no empty one. Raises: CannotAct."""
    try:
        (state_dir / FILE_NAME).stat()
    except FileNotFoundError:
        from syncd.operations.checking import unusable  # noqa: PLC0415 - one that is there needs no trying

        why = unusable(state_dir)
    except OSError as error:
        why = error.strerror or str(error)
    else:
        return True
    if why:
        raise CannotAct(
            f"the state directory {state_dir} cannot be used: {why}",
            "Run as the user that it belongs to, or correct state_dir.",
        )
    return False
