"""`syncd once`: one pass over the accounts, side by side; or a rehearsal of it."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from syncd.core.account import Account
from syncd.errors import SyncdError
from syncd.flows.bridge import Trouble
from syncd.flows.once import JOBS, OncePass, PassResult, Tally, trouble_of
from syncd.flows.rehearsal import Rehearsed, rehearse
from syncd.folders.marker import check_root
from syncd.folders.tree import Tree
from syncd.operations.account_status import hook_troubles
from syncd.operations.questions import row as row_of
from syncd.operations.reports import AccountReport, Left, Met, OnceReport
from syncd.ports import Records
from syncd.system.clock import SystemClock
from syncd.system.open_files import allow_many_files
from syncd.wiring.doors import Doors, open_doors, teach
from syncd.wiring.local import paused_jobs
from syncd.wiring.looking import records
from syncd.wiring.noticing import notice_once
from syncd.wiring.numbered import has_numbered_pairs
from syncd.wiring.telling import tell_once

if TYPE_CHECKING:
    from syncd.config import Settings


def run_once(
    settings: Settings,
    *,
    accounts: Sequence[str],
    only: str | None,
    wait: timedelta | None,
    dry_run: bool,
    progress: Callable[[str], None],
) -> OnceReport:
    """One pass; SIGTERM lets the steps in hand finish, and leaves the rest to the next pass."""
    if dry_run:
        return _rehearse(settings, accounts, only)
    allow_many_files()
    jobs = (only,) if only else JOBS
    with _stopping() as stop, open_doors(settings, stop) as doors, ThreadPoolExecutor(len(accounts)) as pool:

        def one(name: str) -> PassResult:
            return _one_pass(doors, name, jobs, wait or timedelta(), progress)

        results = tuple(pool.map(one, accounts))
        unwell = tell_once(doors, is_over=stop.is_set)
        notice_once(doors, results, jobs=jobs, is_over=stop.is_set)
        results = tuple(_with_hooks(doors, each) if each.account in unwell else each for each in results)
    return OnceReport(dry_run=False, accounts=tuple(report(result, settings) for result in results))


def _with_hooks(doors: Doors, result: PassResult) -> PassResult:
    """A pass whose hooks had trouble."""
    found = hook_troubles(result.account, doors.store.records)
    troubles = [
        Trouble(account=result.account, job=each.job, what=each.what, remedy=each.remedy) for each in found
    ]
    return replace(result, hooks=tuple(troubles))


def _one_pass(
    doors: Doors, name: str, jobs: tuple[str, ...], wait: timedelta, progress: Callable[[str], None]
) -> PassResult:
    account, tally = doors.account(name), Tally(progress=progress)
    with doors.gateway(account) as gateway:
        bridge = doors.bridge(account, gateway, tally)
        paused = paused_jobs(doors.store.records.facts(name))
        left = tuple(job for job in jobs if job not in paused)
        once = OncePass(bridge, tally, jobs=left, on_root=lambda: doors.know_root(account))
        return replace(once.run(patience=wait), paused=tuple(sorted(paused.intersection(jobs))))


@contextmanager
def _stopping() -> Iterator[threading.Event]:
    """An event that SIGTERM and SIGINT set; the second signal ends the program as usual."""
    stop = threading.Event()

    def ask(number: int, _frame: object) -> None:
        stop.set()
        signal.signal(number, signal.SIG_DFL)

    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = {number: signal.signal(number, ask) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for number, action in before.items():
            signal.signal(number, action)


def report(result: PassResult, settings: Settings) -> AccountReport:
    """A pass's result as commands show it."""
    root = settings.roots[result.account]
    return AccountReport(
        account=result.account,
        messages=tuple(row_of(message, settings.roots) for message in result.messages),
        not_taken=tuple(
            Left(path=root / n.place, reason=n.reason, needs_person=n.needs_person, since=n.since)
            for n in result.not_taken
        ),
        trouble="; ".join(dict.fromkeys(trouble.what for trouble in result.troubles)),
        remedy=" ".join(dict.fromkeys(t.remedy for t in result.troubles if t.remedy)),
        troubles=_met(result.troubles),
        hooks=_met(result.hooks),
        paused=tuple(_paused(result.account, job) for job in result.paused),
    )


def _met(troubles: Sequence[Trouble]) -> tuple[Met, ...]:
    return tuple(dict.fromkeys(Met(what=trouble.what, remedy=trouble.remedy) for trouble in troubles))


def _paused(account: str, job: str) -> Met:
    return Met(what=f"{job} is paused", remedy=f"`syncd resume {job} --account {account}` undoes it.")


def _rehearse(settings: Settings, accounts: Sequence[str], only: str | None) -> OnceReport:
    """Say what a pass would do; nothing is written, here or there."""
    with records(settings) as known:
        doors = Doors(settings, store=None, clock=SystemClock())
        reports = tuple(_rehearse_one(doors, doors.account(name), known, only) for name in accounts)
    return OnceReport(dry_run=True, accounts=reports)


def _rehearse_one(doors: Doors, account: Account, known: Records, only: str | None) -> AccountReport:
    tree = Tree(account, state_id="", known=False, numbered=has_numbered_pairs(account))
    try:
        check_root(tree.reach)
        with doors.gateway(account) as gateway:
            rehearsed = Rehearsed(
                account=account,
                gateway=gateway,
                records=known,
                outbox=doors.outbox(tree, gateway),
                clock=doors.clock,
                learn=lambda stations, partners: teach(tree, stations, partners),
            )
            return AccountReport(account=account.name, would=rehearse(rehearsed, only=only))
    except SyncdError as error:
        trouble = trouble_of(account.name, "start", error)
        return AccountReport(account=account.name, trouble=trouble.what, remedy=trouble.remedy)
