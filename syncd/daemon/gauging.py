"""The running daemon in numbers."""

from __future__ import annotations

from collections import Counter

from syncd.daemon.runner import Runner
from syncd.daemon.supervisor import Supervisor
from syncd.daemon.vitals import DaemonVitals
from syncd.errors import RootUnusable
from syncd.operations.gauges import AccountGauges, Gauges


class DaemonGauges:
    """Reads records and runners. Safe for threads."""

    def __init__(self, supervisor: Supervisor, vitals: DaemonVitals) -> None:
        self._supervisor = supervisor
        self._vitals = vitals

    def gauges(self) -> Gauges:
        """As it is now. Raises: StateError."""
        runners = tuple(self._supervisor.runners.values())
        return Gauges(
            is_alive=self._vitals.is_alive(),
            accounts=tuple(map(_account, runners)),
            jobs=self._vitals.jobs(),
            state_free_bytes=min(runner.bridge.state_room() for runner in runners),
        )


def _account(runner: Runner) -> AccountGauges:
    bridge, name = runner.bridge, runner.name
    return AccountGauges(
        account=name,
        messages=bridge.records.counts(name),
        outstanding=bridge.records.outstanding(name),
        attention=bridge.records.attention(name),
        not_taken=Counter(each.needs_person for each in runner.not_taken),
        troubles=_troubles(runner),
        root_free_bytes=_room(runner),
        min_free_bytes=bridge.account.min_free_bytes,
    )


def _troubles(runner: Runner) -> Counter[bool]:
    return Counter(
        each.trouble.needs_person for each in runner.troubles.open() if each.trouble.account == runner.name
    )


def _room(runner: Runner) -> int | None:
    try:
        return runner.bridge.tree.room()
    except RootUnusable:
        return None
