"""The hooks of all accounts, with what they run in."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from syncd.core.hooks import CHANNEL, commands
from syncd.daemon.teller import SIDE_BY_SIDE, Teller
from syncd.flows.tell import Tell
from syncd.notify import GuardedRunner
from syncd.ports import Telling

if TYPE_CHECKING:
    from syncd.wiring.doors import Doors


def tell(doors: Doors) -> Tell:
    """All that telling needs."""
    return Tell(
        accounts={account.name: account for account in doors.settings.accounts},
        state_id=doors.store.state_id,
        records=doors.store.records,
        journal=doors.store.journal,
        hooks=GuardedRunner(os.environ),
        clock=doors.clock,
        dice=random.random,
    )


def teller(doors: Doors) -> Teller | None:
    """The daemon's own; None: there are no hooks, and nothing is left to tell."""
    return Teller(tell(doors)) if _is_wanted(doors) else None


def tell_once(doors: Doors, *, is_over: Callable[[], bool]) -> frozenset[str]:
    """Run what is due, one try each, until nothing is left, or it is over; the accounts where one failed.

    Raises: StateError.
    """
    if not _is_wanted(doors):
        return frozenset()
    work, in_vain = tell(doors), dict[int, str]()

    def one(telling: Telling) -> None:
        if not is_over() and not work.tell(telling):
            in_vain[telling.id] = telling.message.account

    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        while not is_over() and (due := work.due(besides=in_vain)):
            list(pool.map(one, due))  # raises what one of them raised
    return frozenset(in_vain.values())


def _is_wanted(doors: Doors) -> bool:
    if any(commands(account) for account in doors.settings.accounts):
        return True
    records, now = doors.store.records, doors.clock.now()
    return (
        bool(records.untold(CHANNEL, now=now, limit=1)) or records.next_untold(CHANNEL, after=now) is not None
    )
