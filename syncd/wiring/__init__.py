"""Settings into a working bridge: the only room that knows every other.

Each function imports what it needs when it is called: a command that only looks pays for looking.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from syncd.config import Settings
    from syncd.core.model import Message, MessageId
    from syncd.operations.checks import CheckLine
    from syncd.operations.door import Door
    from syncd.operations.reports import OnceReport
    from syncd.ports import Gateway, Records


@contextmanager
def door(settings: Settings, *, progress: Callable[[str], None] = lambda _: None) -> Iterator[Door]:
    """The door of the daemon that runs, else one of this process; `progress` hears of a pass made here.

    Raises: CannotAct when this user may not ask the daemon.
    """
    from syncd.wiring import finding

    yield finding.door(settings, progress)


def run_check_notices(settings: Settings) -> tuple[CheckLine, ...]:
    """Send a notice to try on every way that is configured."""
    from syncd.wiring import noticing

    return noticing.run_check_notices(settings)


def run_daemon(settings: Settings, *, config: Path | None) -> int:
    """Run until a signal ends it, and return the exit code; `config` is what --config named, for a reload."""
    from syncd.wiring import daemon

    return daemon.run_daemon(settings, config=config)


def records(settings: Settings) -> AbstractContextManager[Records]:
    """The records, to be read only, also while a daemon runs; a state that is not there yet has none.

    Raises: CannotAct when this user may not read them.
    """
    from syncd.wiring import finding

    return finding.own_records(settings)


def gateway(settings: Settings, account: str) -> AbstractContextManager[Gateway]:
    """The account's gateway, for a command that only asks it."""
    from syncd.wiring import acting

    return acting.gateway(settings, account)


def run_once(
    settings: Settings,
    *,
    accounts: Sequence[str],
    only: str | None,
    wait: timedelta | None,
    dry_run: bool,
    progress: Callable[[str], None],
) -> OnceReport:
    """One pass over the accounts; `progress` is told in a few words what is being done."""
    from syncd.wiring import once

    return once.run_once(
        settings, accounts=accounts, only=only, wait=wait, dry_run=dry_run, progress=progress
    )


def run_check(settings: Settings, accounts: Sequence[str]) -> tuple[CheckLine, ...]:
    """Prove the set-up of the accounts, one line for each thing that was tried."""
    from syncd.wiring import acting

    return acting.run_check(settings, accounts)


def run_check_unit(settings: Settings, accounts: Sequence[str]) -> tuple[CheckLine, ...]:
    """Prove that systemd's unit leaves open what these accounts need."""
    from syncd.wiring import units

    return units.run_check_unit(settings, accounts)


def resolve(settings: Settings, message_id: MessageId, verdict: str, by: str) -> Message:
    """Decide on a held message, under the instance lock."""
    from syncd.wiring import acting

    return acting.resolve(settings, message_id, verdict, by)


def adopt(settings: Settings, account_name: str) -> None:
    """Take a root over for this state, whatever marker it has."""
    from syncd.wiring import acting

    acting.adopt(settings, account_name)
