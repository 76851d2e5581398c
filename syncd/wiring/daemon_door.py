"""The door of a running daemon: what a person asks or does through its control socket."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from syncd import __version__
from syncd.core.looking import Search
from syncd.core.model import GatewayId, Message, MessageId
from syncd.core.planning.span import Refetched, Span
from syncd.core.retention import Retention
from syncd.core.shown import untraced
from syncd.daemon.asked import once
from syncd.daemon.jobs import PULL, SEND, WATCHED
from syncd.daemon.runner import PAUSED, Runner
from syncd.errors import UsageError
from syncd.flows import refetching, resending
from syncd.flows.bridge import Bridge
from syncd.flows.placing import settle
from syncd.flows.refetching_span import look
from syncd.flows.refetching_span import refetch_span as ask_for_span
from syncd.operations import actions, tries
from syncd.operations.account_status import account_status, notice_troubles
from syncd.operations.deletions import Deletions
from syncd.operations.deletions import together as all_deletions
from syncd.operations.elsewhere import Elsewhere, Place, look_elsewhere
from syncd.operations.pruning import need_in_force, prune_account
from syncd.operations.pruning_report import Pruned
from syncd.operations.questions import find_messages, list_messages, row, show_message
from syncd.operations.reports import Left, OnceReport
from syncd.operations.rows import Row, Whole
from syncd.operations.status import AccountStatus, JobStatus, Status, TroubleStatus
from syncd.operations.verifying import Compared, verify_account
from syncd.operations.verifying_report import Verified
from syncd.wiring.acting import desk, try_anew
from syncd.wiring.deleting import delete_of, of_accounts
from syncd.wiring.once import report
from syncd.wiring.pruning import desk as pruning_desk
from syncd.wiring.verifying import desk as verifying_desk
from syncd.wiring.verifying import together

if TYPE_CHECKING:
    from syncd.wiring.daemon import Daemon

log = structlog.get_logger(__name__)

PAUSABLE = (PULL, SEND)


class DaemonDoor:
    """The door of a running daemon: answers from the state it holds, acts through its runners."""

    def __init__(self, daemon: Daemon, check: Callable[[], object]) -> None:
        self._daemon = daemon
        self._check = check
        self._roots = daemon.settings.roots
        self._records = daemon.doors.store.records
        self._notebook = daemon.doors.store.notebook

    def status(self, accounts: Sequence[str]) -> Status:
        """How these accounts are."""
        daemon = self._daemon
        return Status(
            version=__version__,
            pid=os.getpid(),
            since=daemon.began,
            reload_error=daemon.reload_error,
            accounts=tuple(self._account(daemon.runners[name]) for name in self._known(accounts)),
        )

    def _known(self, accounts: Sequence[str]) -> tuple[str, ...]:
        unknown = sorted(set(accounts) - set(self._daemon.runners))
        if unknown:
            raise UsageError(
                f"the daemon has no account {', '.join(unknown)}",
                "If the configuration is newer than the daemon: syncd reload",
            )
        return tuple(accounts)

    def _runner(self, account: str) -> Runner:
        [name] = self._known([account])
        return self._daemon.runners[name]

    def _account(self, runner: Runner) -> AccountStatus:
        root = runner.bridge.account.root
        return account_status(
            runner.bridge.account,
            self._records,
            self._roots,
            now=self._daemon.doors.clock.now(),
            watching=str(self._daemon.supervisor.watchers[runner.name].mode),
            jobs=[self._job(runner, job) for job in WATCHED],
            not_taken=[
                Left(path=root / n.place, reason=n.reason, needs_person=n.needs_person, since=n.since)
                for n in runner.not_taken
            ],
            troubles=[*_by_cause(runner), *notice_troubles(self._notebook.stuck(runner.name))],
        )

    def _job(self, runner: Runner, job: str) -> JobStatus:
        state, clock = runner.jobs[job], self._daemon.doors.clock
        running = state.running_since
        since = None if running is None else clock.now() - timedelta(seconds=clock.monotonic() - running)
        planned, not_before = self._daemon.supervisor.next_run(runner.name, job), state.not_before
        return JobStatus(
            name=job,
            last_success=state.last_success,
            last_attempt=state.last_attempt,
            running_since=since,
            next=max(planned, not_before) if planned and not_before else planned,
            is_paused=job in runner.paused(),
        )

    def list_messages(self, wanted: Search) -> tuple[Row, ...]:
        """Messages that fit, newest first."""
        return list_messages(self._records, wanted, self._roots)

    def find_messages(self, text: str, *, account: str | None, limit: int) -> tuple[Row, ...]:
        """Messages of an id or a file name, newest first."""
        return find_messages(self._records, text, self._roots, account=account, limit=limit)

    def show_message(self, text: str, *, account: str | None) -> Whole:
        """One message with its history."""
        return show_message(self._records, text, self._roots, account=account)

    def once(self, accounts: Sequence[str], *, only: str | None, wait: timedelta | None) -> OnceReport:
        """One pass now, of these accounts side by side."""
        runners = [self._daemon.runners[name] for name in self._known(accounts)]
        jobs = (only,) if only else WATCHED
        with ThreadPoolExecutor(len(runners)) as pool:
            results = pool.map(lambda runner: once(runner, jobs, patience=wait or timedelta()), runners)
            return OnceReport(
                dry_run=False, accounts=tuple(report(result, self._daemon.settings) for result in results)
            )

    def resolve(self, message_id: str, verdict: str, *, by: str) -> Row:
        """Decide on a held message."""
        held = actions.held_message(self._records, MessageId(message_id), verdict)
        runner = self._runner(held.account)
        with runner.alone():
            held = actions.held_message(self._records, held.id, verdict)
            runner.bridge.tree.check()
            after = actions.resolve(desk(runner.bridge), held, verdict, by=by)
            settle(runner.bridge, [after])
        self._daemon.supervisor.poke(runner.name, SEND)
        return row(self._records.get(after.id) or after, self._roots)

    def stop(self, message_id: str, *, by: str) -> Row:
        """End the gateway's own tries of a queued message."""
        after = self._alone(message_id, lambda bridge, known: tries.stop(desk(bridge), known, by=by))
        return row(after, self._roots)

    def retry(self, message_id: str, *, by: str) -> Row:
        """Try a message again, at once."""
        after = self._alone(message_id, lambda bridge, known: try_anew(bridge, known, by=by))
        for job in WATCHED:
            self._daemon.supervisor.poke(after.account, job)
        return row(after, self._roots)

    def resend(self, message_id: str, *, by: str) -> Row:
        """Send a failed or sent file again, at once."""
        known = tries.to_resend(actions.named(self._records, MessageId(message_id)))
        runner = self._runner(known.account)
        with runner.alone():
            old = tries.to_resend(actions.named(self._records, known.id))
            after = resending.resend(runner.bridge, old, by=by)
        self._daemon.supervisor.poke(runner.name, SEND)
        return row(after, self._roots)

    def refetch(self, message_id: str, *, by: str) -> Row:
        """Ask for a partner's message once more; it is fetched at once."""
        known = tries.to_refetch(actions.named(self._records, MessageId(message_id)))
        runner = self._runner(known.account)
        with runner.alone():
            wanted = tries.to_refetch(actions.named(self._records, known.id))
            after = refetching.refetch(runner.bridge, wanted, by=by)
        self._daemon.supervisor.poke(runner.name, PULL)
        return row(after, self._roots)

    def look_elsewhere(self, text: str, *, accounts: Sequence[str]) -> Elsewhere:
        """What the gateways have under an id that is not known here."""
        bridges = [self._daemon.runners[name].bridge for name in self._known(accounts)]
        places = [Place(account=b.account, gateway=b.gateway, records=b.records) for b in bridges]
        return look_elsewhere(places, text)

    def refetch_unknown(self, message_id: str, *, account: str, by: str) -> Row:
        """Ask for a message that is not known here; it is fetched at once."""
        runner = self._runner(account)
        with runner.alone():
            after = refetching.refetch_unknown(runner.bridge, GatewayId(message_id), by=by)
        self._daemon.supervisor.poke(runner.name, PULL)
        return row(after, self._roots)

    def refetch_span(
        self, accounts: Sequence[str], span: Span, *, only_look: bool, by: str
    ) -> tuple[Refetched, ...]:
        """What the gateways received in that time, counted or asked for; it is fetched at once."""
        runners = [self._daemon.runners[name] for name in self._known(accounts)]
        if only_look:
            return tuple(look(runner.bridge, span) for runner in runners)
        found: list[Refetched] = []
        for runner in runners:
            found.append(ask_for_span(runner.bridge, span, by=by, alone=runner.alone))
            self._daemon.supervisor.poke(runner.name, PULL)
        return tuple(found)

    def _alone(self, message_id: str, act: Callable[[Bridge, Message], Message]) -> Message:
        known = actions.named(self._records, MessageId(message_id))
        runner = self._runner(known.account)
        with runner.alone():
            return act(runner.bridge, actions.named(self._records, known.id))

    def delete(self, message_ids: Sequence[str], *, only_look: bool, by: str) -> Deletions:
        """Delete at the gateway, while no job of the account runs."""
        parts: list[Deletions] = []
        for name, ids in of_accounts(self._records, message_ids):
            runner = self._runner(name)
            with nullcontext() if only_look else runner.alone():
                parts.append(delete_of(runner.bridge, ids, only_look=only_look, by=by, roots=self._roots))
        return all_deletions(parts, done=not only_look)

    def verify(self, accounts: Sequence[str], *, repair: bool, by: str) -> Verified:
        """Compare disk, database and gateway; repairs have the account for themselves."""
        doors, runners = self._daemon.doors, [self._daemon.runners[name] for name in self._known(accounts)]

        def one(runner: Runner) -> Compared:
            desk = verifying_desk(doors, runner.bridge, alone=runner.alone, by=by)
            return verify_account(desk, repair=repair)

        with ThreadPoolExecutor(len(runners)) as pool:
            compared = tuple(pool.map(one, runners))
        for each in compared if repair else ():
            for job in (PULL, SEND):
                self._daemon.supervisor.poke(each.account.account, job)
        return together(doors, compared, repair=repair)

    def prune(self, accounts: Sequence[str], retention: Retention, *, dry_run: bool, by: str) -> Pruned:
        """Remove what is old enough, a portion at a time, each when no job of the account runs."""
        doors, runners = self._daemon.doors, [self._daemon.runners[name] for name in self._known(accounts)]
        own = self._daemon.settings.retention
        need_in_force(retention, dry_run=dry_run, in_force=own)
        desks = [
            pruning_desk(doors, runner.bridge, alone=runner.alone, by=by, retention=retention)
            for runner in runners
        ]
        pruned = tuple(prune_account(desk, dry_run=dry_run) for desk in desks)
        return Pruned(dry_run=dry_run, accounts=pruned, in_force=retention == own)

    def pause(self, accounts: Sequence[str], *, job: str | None, by: str) -> Status:
        """Stop pull, send or both, until resumed."""
        for name in self._known(accounts):
            runner = self._daemon.runners[name]
            self._set_paused(runner, runner.paused() | set(_pausable(job)))
            for each in _pausable(job):
                runner.troubles.ended(name, each)  # a job that does not run cannot tell that it is over
            log.warning("account.paused", account=name, jobs=sorted(runner.paused()), by=by)
        return self.status(accounts)

    def resume(self, accounts: Sequence[str], *, job: str | None, by: str) -> Status:
        """Undo a pause; the jobs run at once."""
        for name in self._known(accounts):
            runner = self._daemon.runners[name]
            self._set_paused(runner, runner.paused() - set(_pausable(job)))
            log.warning("account.resumed", account=name, paused=sorted(runner.paused()), by=by)
            for each in _pausable(job):
                self._daemon.supervisor.poke(name, each)
        return self.status(accounts)

    def _set_paused(self, runner: Runner, jobs: frozenset[str]) -> None:
        words = ",".join(sorted(jobs)) or None
        self._daemon.doors.store.journal.remember(runner.name, {PAUSED: words})

    def reload(self, *, by: str) -> str:
        """Read the configuration anew."""
        log.info("daemon.reload_asked", by=by)
        return self._daemon.reload(self._check)


def _pausable(job: str | None) -> tuple[str, ...]:
    return PAUSABLE if job is None else (job,)


def _by_cause(runner: Runner) -> list[TroubleStatus]:
    """The open troubles, one for each cause: a refused password stops every job, and is one trouble."""
    causes: dict[str, TroubleStatus] = {}
    for each in runner.troubles.open():
        trouble = each.trouble
        if trouble.account != runner.name:
            continue
        known = causes.get(untraced(trouble.what))
        causes[untraced(trouble.what)] = TroubleStatus(
            job=f"{known.job}, {trouble.job}" if known else trouble.job,
            what=trouble.what,
            remedy=trouble.remedy or (known.remedy if known else ""),
            since=known.since if known else each.since,
            needs_person=trouble.needs_person or bool(known and known.needs_person),
        )
    return list(causes.values())
