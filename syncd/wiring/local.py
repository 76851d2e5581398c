"""The door of this process, for commands while no daemon runs.

The records are opened to be read only, and what acts takes the instance lock.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import TYPE_CHECKING

import syncd
from syncd.core.looking import Search
from syncd.core.model import GatewayId, MessageId
from syncd.errors import CannotAct
from syncd.operations import questions
from syncd.operations.rows import Row, Whole
from syncd.operations.status import JobStatus, Status
from syncd.system.clock import SystemClock

if TYPE_CHECKING:
    from syncd.config import Settings
    from syncd.core.planning.span import Refetched, Span
    from syncd.core.retention import Retention
    from syncd.operations.deletions import Deletions
    from syncd.operations.elsewhere import Elsewhere
    from syncd.operations.pruning_report import Pruned
    from syncd.operations.reports import OnceReport
    from syncd.operations.verifying_report import Verified
    from syncd.ports import Records

PAUSED = "paused"
"""The fact of an account that names its paused jobs, in order, with commas between."""
PAUSABLE = ("pull", "send")
JOBS = ("pull", "send", "track")


class LocalDoor:
    """Everything that a command can do by itself, while no daemon runs.

    What acts may raise LockHeld, NewerState and StateBroken besides what the door promises.
    """

    def __init__(self, settings: Settings, *, progress: Callable[[str], None] = lambda _: None) -> None:
        self._settings = settings
        self._progress = progress

    def status(self, accounts: Sequence[str]) -> Status:
        """What the records and a look at the outboxes tell; of jobs it is known who is paused."""
        from syncd.operations.account_status import (  # noqa: PLC0415 - for this question only
            account_status,
            notice_troubles,
        )
        from syncd.store.nothing import NoRecords  # noqa: PLC0415 - as above
        from syncd.wiring.glancing import glance  # noqa: PLC0415 - as above
        from syncd.wiring.looking import state  # noqa: PLC0415 - as above

        named = [account for account in self._settings.accounts if account.name in accounts]
        with state(self._settings) as store:
            known = store.records if store else NoRecords()
            shown = tuple(
                account_status(
                    account,
                    known,
                    self._settings.roots,
                    now=SystemClock().now(),
                    jobs=_job_lines(known.facts(account.name)),
                    not_taken=glance(account, self._settings.state_dir),
                    troubles=notice_troubles(store.notebook.stuck(account.name)) if store else (),
                )
                for account in named
            )
        return Status(version=syncd.__version__, pid=None, since=None, reload_error="", accounts=shown)

    def list_messages(self, wanted: Search) -> tuple[Row, ...]:
        """Messages that fit, newest first."""
        with self._records() as known:
            return questions.list_messages(known, wanted, self._settings.roots)

    def find_messages(self, text: str, *, account: str | None, limit: int) -> tuple[Row, ...]:
        """Messages of an id or a file name, newest first."""
        with self._records() as known:
            return questions.find_messages(known, text, self._settings.roots, account=account, limit=limit)

    def show_message(self, text: str, *, account: str | None) -> Whole:
        """One message with its history. Raises: NotFound, UsageError."""
        with self._records() as known:
            return questions.show_message(known, text, self._settings.roots, account=account)

    def once(self, accounts: Sequence[str], *, only: str | None, wait: timedelta | None) -> OnceReport:
        """One pass, under the instance lock. Raises: ConfigError for an account without a password."""
        from syncd.wiring.once import run_once  # noqa: PLC0415 - a command that only looks needs none of it

        self._need_passwords(accounts)
        return run_once(
            self._settings, accounts=accounts, only=only, wait=wait, dry_run=False, progress=self._progress
        )

    def resolve(self, message_id: str, verdict: str, *, by: str) -> Row:
        """Decide on a held message, under the instance lock."""
        from syncd.wiring.acting import resolve  # noqa: PLC0415 - as above

        after = resolve(self._settings, MessageId(message_id), verdict, by)
        return questions.row(after, self._settings.roots)

    def stop(self, message_id: str, *, by: str) -> Row:
        """End the gateway's own tries of a message, under the instance lock."""
        from syncd.wiring.acting import stop  # noqa: PLC0415 - as above

        return questions.row(stop(self._settings, MessageId(message_id), by), self._settings.roots)

    def retry(self, message_id: str, *, by: str) -> Row:
        """Try a message again, under the instance lock; what waits here, by the next pass."""
        from syncd.wiring.acting import retry  # noqa: PLC0415 - as above

        return questions.row(retry(self._settings, MessageId(message_id), by), self._settings.roots)

    def resend(self, message_id: str, *, by: str) -> Row:
        """Send a failed or sent file again, under the instance lock, by the next pass."""
        from syncd.wiring.acting import resend  # noqa: PLC0415 - as above

        return questions.row(resend(self._settings, MessageId(message_id), by), self._settings.roots)

    def refetch(self, message_id: str, *, by: str) -> Row:
        """Ask for a partner's message once more, under the instance lock; the next pass fetches it."""
        from syncd.wiring.acting import refetch  # noqa: PLC0415 - as above

        return questions.row(refetch(self._settings, MessageId(message_id), by), self._settings.roots)

    def look_elsewhere(self, text: str, *, accounts: Sequence[str]) -> Elsewhere:
        """What the gateways have under an id that is not known here. Leaves nothing behind."""
        from syncd.wiring.acting import look_elsewhere  # noqa: PLC0415 - as above

        with self._records() as known:
            return look_elsewhere(self._settings, known, text, accounts)

    def refetch_unknown(self, message_id: str, *, account: str, by: str) -> Row:
        """Ask for a message that is not known here, under the instance lock. Raises: as `once`."""
        from syncd.wiring.acting import refetch_unknown  # noqa: PLC0415 - as above

        self._need_passwords([account])
        after = refetch_unknown(self._settings, GatewayId(message_id), account, by=by)
        return questions.row(after, self._settings.roots)

    def refetch_span(
        self, accounts: Sequence[str], span: Span, *, only_look: bool, by: str
    ) -> tuple[Refetched, ...]:
        """What the gateways received in that time, under the instance lock. Raises: as `once`."""
        from syncd.wiring.acting import refetch_span  # noqa: PLC0415 - as above

        self._need_passwords(accounts)
        return refetch_span(self._settings, accounts, span, only_look=only_look, by=by)

    def delete(self, message_ids: Sequence[str], *, only_look: bool, by: str) -> Deletions:
        """Delete at the gateway, under the instance lock."""
        from syncd.wiring.deleting import delete  # noqa: PLC0415 - as above

        return delete(self._settings, message_ids, only_look=only_look, by=by)

    def verify(self, accounts: Sequence[str], *, repair: bool, by: str) -> Verified:
        """Compare disk, database and gateway, under the instance lock. Raises: as `once`."""
        from syncd.wiring.verifying import run_verify  # noqa: PLC0415 - as above

        self._need_passwords(accounts)
        return run_verify(self._settings, accounts=accounts, repair=repair, by=by, progress=self._progress)

    def prune(self, accounts: Sequence[str], retention: Retention, *, dry_run: bool, by: str) -> Pruned:
        """Remove what is old enough, or tell of it, under the instance lock."""
        from syncd.wiring.pruning import run_prune  # noqa: PLC0415 - as above

        del retention  # the settings' own
        return run_prune(self._settings, accounts=accounts, dry_run=dry_run, by=by, progress=self._progress)

    def pause(self, accounts: Sequence[str], *, job: str | None, by: str) -> Status:
        """Stop pull, send or both of these accounts, also for a daemon that is started later."""
        del by
        return self._remember(accounts, lambda paused: paused | _meant(job))

    def resume(self, accounts: Sequence[str], *, job: str | None, by: str) -> Status:
        """Undo a pause."""
        del by
        return self._remember(accounts, lambda paused: paused - _meant(job))

    def reload(self, *, by: str) -> str:
        """Refuse: there is nobody to reload. Raises: CannotAct."""
        del by
        raise CannotAct("no daemon runs", "Start it: systemctl start syncd")

    def _remember(
        self, accounts: Sequence[str], change: Callable[[frozenset[str]], frozenset[str]]
    ) -> Status:
        from syncd.store import open_store  # noqa: PLC0415 - as above
        from syncd.system.lock import instance_lock  # noqa: PLC0415

        with instance_lock(self._settings.state_dir):
            store = open_store(self._settings.state_dir)
            try:
                for name in accounts:
                    paused = change(paused_jobs(store.records.facts(name)))
                    store.journal.remember(name, {PAUSED: ",".join(sorted(paused)) or None})
            finally:
                store.close()
        return self.status(accounts)

    def _records(self) -> AbstractContextManager[Records]:
        from syncd.wiring.looking import records  # noqa: PLC0415 - what a daemon answers needs no database

        return records(self._settings)

    def _need_passwords(self, accounts: Sequence[str]) -> None:
        """Commands may ask a daemon without knowing a password; a pass of our own needs it."""
        for name in accounts:
            credentials = self._settings.credentials[name]
            if credentials.password is None and credentials.password_file is None:
                credentials.secrets().password()


def paused_jobs(facts: Mapping[str, str]) -> frozenset[str]:
    """The jobs of an account that a person has paused."""
    return frozenset(filter(None, facts.get(PAUSED, "").split(",")))


def _meant(job: str | None) -> frozenset[str]:
    return frozenset(PAUSABLE if job is None else (job,))


def _job_lines(facts: Mapping[str, str]) -> tuple[JobStatus, ...]:
    paused = paused_jobs(facts)
    return tuple(JobStatus(name=job, is_paused=job in paused) for job in JOBS)
