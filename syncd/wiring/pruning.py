"""`syncd prune`: what retention needs of an account, and a run by this process."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

import structlog

from syncd.core.model import Message
from syncd.core.retention import Retention
from syncd.errors import SyncdError
from syncd.flows.bridge import Bridge
from syncd.flows.deleting import Deletion, delete_there
from syncd.flows.once import Tally
from syncd.folders.removal import Removal
from syncd.folders.survey import Survey
from syncd.operations.pruning import need_retention, prune_account
from syncd.operations.pruning_desk import Desk
from syncd.operations.pruning_report import AccountPruned, Pruned
from syncd.wiring.doors import Doors, open_doors

if TYPE_CHECKING:
    from syncd.config import Settings
    from syncd.daemon.runner import Runner

log = structlog.get_logger(__name__)


def run_prune(
    settings: Settings,
    *,
    accounts: Sequence[str],
    dry_run: bool,
    by: str,
    progress: Callable[[str], None] = lambda _: None,
) -> Pruned:
    """Prune these accounts under the instance lock. Raises: UsageError, LockHeld, StateError.

    One after the other, in this thread: so Ctrl-C ends it at once, and every step is safe to be cut short.
    """
    need_retention(settings.retention)
    with open_doors(settings) as doors:
        pruned = [_prune(doors, name, dry_run=dry_run, by=by, progress=progress) for name in accounts]
        return Pruned(dry_run=dry_run, accounts=tuple(pruned))


def _prune(
    doors: Doors, name: str, *, dry_run: bool, by: str, progress: Callable[[str], None]
) -> AccountPruned:
    account = doors.account(name)
    progress(f"{name}: looking for what is old enough")
    with doors.gateway(account) as gateway:
        return prune_account(desk(doors, doors.bridge(account, gateway, Tally()), by=by), dry_run=dry_run)


def desk(
    doors: Doors,
    bridge: Bridge,
    *,
    alone: Callable[[], AbstractContextManager[None]] = nullcontext,
    by: str = "",
    retention: Retention | None = None,
) -> Desk:
    """What retention needs of one account. `alone` keeps its flows out; a process without any needs none.

    `retention`: to look by another one than what is in force.

    The earlier of the machine's time and the gateway's counts: a clock years ahead removes nothing.
    """
    tree = doors.tree(bridge.account)

    def delete(rows: Sequence[Message]) -> Deletion:
        return delete_there(bridge, rows, by=by, note="by retention")

    return Desk(
        account=bridge.account,
        retention=retention or doors.settings.retention,
        records=bridge.records,
        outbox=bridge.outbox,
        survey=Survey(tree),
        removal=Removal(tree),
        clock=bridge.clock,
        now=min(bridge.clock.now(), doors.clock.now()),
        record=bridge.record,
        delete_there=delete if bridge.gateway.capabilities.can_delete else None,
        forget=lambda rows, facts: bridge.journal.forget(bridge.account.name, rows, facts),
        check_root=bridge.tree.check,
        alone=alone,
        by=by,
    )


def by_itself(doors: Doors, runners: Mapping[str, Runner]) -> None:
    """What a daemon does once a day: prune every account by what is set.

    What breaks in one account keeps no other from it. Raises: CannotAct at the end; StateError.
    """
    for name, runner in runners.items():
        try:
            pruned = prune_account(desk(doors, runner.bridge, alone=runner.alone), dry_run=False)
        except SyncdError:
            raise
        except Exception:
            log.exception("retention.broke", account=name)
            continue
        counts = {str(share.kind): share.messages for share in pruned.shares if share.messages}
        if counts:
            log.info("retention.pruned", account=name, **counts)
        if pruned.trouble:
            log.warning("retention.not_pruned", account=name, why=pruned.trouble, remedy=pruned.remedy)
