"""`syncd verify`: what comparing needs of an account, and how the flows heal it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, assert_never

from syncd.core import status_file
from syncd.core.model import Direction, PartnerType, Phase
from syncd.errors import RootUnusable
from syncd.flows.bridge import Bridge
from syncd.flows.once import Tally
from syncd.flows.publishing import recover_staged
from syncd.flows.recover import hold_strangers, mend_outbound
from syncd.folders.survey import Survey
from syncd.operations.verifying import Compared, verified, verify_account, verify_database
from syncd.operations.verifying_desk import Desk, Heal
from syncd.operations.verifying_report import Verified
from syncd.wiring.doors import ROOT_FACT, Doors, open_doors

if TYPE_CHECKING:
    from syncd.config import Settings


def run_verify(
    settings: Settings,
    *,
    accounts: Sequence[str],
    repair: bool,
    by: str,
    progress: Callable[[str], None] = lambda _: None,
) -> Verified:
    """Compare these accounts under the instance lock. Raises: LockHeld, StateError.

    One after the other, in this thread: so Ctrl-C ends it at once, and every step is safe to be cut short.
    """
    with open_doors(settings) as doors:
        compared = [_verify(doors, name, repair=repair, by=by, progress=progress) for name in accounts]
        return together(doors, compared, repair=repair)


def together(doors: Doors, compared: Sequence[Compared], *, repair: bool) -> Verified:
    """The accounts, and the database that they share."""
    configured = [account.name for account in doors.settings.accounts]
    findings = verify_database(doors.store.records, configured=configured)
    return verified(compared, findings, repair=repair)


def _verify(doors: Doors, name: str, *, repair: bool, by: str, progress: Callable[[str], None]) -> Compared:
    account = doors.account(name)
    progress(f"{name}: comparing disk, database and gateway")
    with doors.gateway(account) as gateway:
        bridge = doors.bridge(account, gateway, Tally())
        return verify_account(desk(doors, bridge, by=by), repair=repair)


def desk(
    doors: Doors,
    bridge: Bridge,
    *,
    alone: Callable[[], AbstractContextManager[None]] = nullcontext,
    by: str = "",
) -> Desk:
    """What comparing one account needs. `alone` keeps its flows out; a process without any needs none."""
    return Desk(
        account=bridge.account,
        gateway=bridge.gateway,
        records=bridge.records,
        inbox=bridge.inbox,
        outbox=bridge.outbox,
        survey=Survey(doors.tree(bridge.account)),
        clock=bridge.clock,
        record=bridge.record,
        check_root=lambda: _check_root(doors, bridge),
        heal=lambda what: _heal(bridge, what),
        alone=alone,
        by=by,
    )


def _check_root(doors: Doors, bridge: Bridge) -> None:
    account = bridge.account
    if ROOT_FACT not in doors.store.records.facts(account.name):
        what = f"syncd has not used the root {account.root} yet"
        raise RootUnusable(what, "`syncd check` proves it, and the first pass makes what it needs.")
    bridge.tree.check()


def _heal(bridge: Bridge, what: Heal) -> None:
    """Raises: GatewayError, FolderError, StateError."""
    match what:
        case Heal.ADDRESSES:
            _learn(bridge)
        case Heal.OUTBOUND:
            mend_outbound(bridge)
        case Heal.STRANGERS:
            _learn(bridge)
            hold_strangers(bridge)
        case Heal.EMPTIED:
            _hold_emptied(bridge)
        case _:
            assert_never(what)


def _learn(bridge: Bridge) -> None:
    if bridge.addresses.stations is None:
        bridge.refresh_addresses()


def _hold_emptied(bridge: Bridge) -> None:
    """Those whose staging folder is there are published by the next pull."""
    rows = bridge.records.unfinished(bridge.account.name, Direction.INBOUND)
    staged = [row for row in rows if row.phase is Phase.STAGED]
    emptied = [row for row in staged if not bridge.inbox.staged(row.id).folder_exists]
    if any(row.pair.partner_type is PartnerType.TEST for row in emptied):
        _learn(bridge)  # the folder of a test partner is told by the lists alone
    recover_staged(bridge, emptied)
    for row in emptied:
        held = bridge.records.get(row.id)
        if held is not None:
            bridge.inbox.write_alone(held.pair, held.id, status_file.render(held))
