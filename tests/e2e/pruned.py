"""`syncd prune` on a ground, in a process of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from syncd.operations.pruning import prune_account
from syncd.operations.pruning_desk import Desk
from syncd.operations.pruning_report import AccountPruned
from syncd.wiring.pruning import desk
from tests.e2e.harness import Ground

Lay = Callable[[Desk], Desk]


def keep(ground: Ground, **retention: str) -> None:
    """Write what retention says into the configuration."""
    ground.tables["retention"] = dict(retention)
    ground.configure()


def prune(ground: Ground, *, dry_run: bool = False, lay: Lay = replace) -> AccountPruned:
    """What prune says; `lay` may put something in a desk's place."""
    with ground.process() as process:
        return prune_account(lay(desk(process.doors, process.bridge, by="anna")), dry_run=dry_run)


def counts(pruned: AccountPruned) -> dict[str, int]:
    """How many messages of each kind."""
    return {str(share.kind): share.messages for share in pruned.shares}
