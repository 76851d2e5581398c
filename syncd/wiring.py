"""Settings into a working bridge: the only module that knows every room."""

from __future__ import annotations

import os
import signal
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from syncd.core.account import Account
from syncd.core.model import Message, MessageId
from syncd.core.pairs import PairBook
from syncd.core.shown import Partner, Station
from syncd.errors import SyncdError
from syncd.flows.bridge import Bridge
from syncd.flows.observing import observer
from syncd.flows.once import JOBS, OncePass, PassResult, Tally, trouble_of
from syncd.flows.placing import settle
from syncd.flows.rehearsal import Rehearsed, rehearse
from syncd.folders.durable import own_umask
from syncd.folders.examine import examine
from syncd.folders.inbox import Inbox
from syncd.folders.outbox import Outbox
from syncd.folders.tree import Tree
from syncd.gateways.as2gateway import AS2Gateway, As2LogIn
from syncd.gateways.limiter import Windows
from syncd.gateways.session import Session
from syncd.operations import actions, checking
from syncd.operations.checks import CheckLine
from syncd.operations.questions import row as row_of
from syncd.operations.reports import AccountReport, Left, OnceReport
from syncd.ports import Clock, Gateway, Records
from syncd.store.nothing import NoRecords
from syncd.store.opening import FILE_NAME, Store, open_store
from syncd.system.clock import SystemClock
from syncd.system.lock import instance_lock

if TYPE_CHECKING:
    from syncd.config import Settings

ROOT_FACT = "root"


class Doors:
    """What all accounts of one process share: state, clock, TLS context, rate-limit windows."""

    def __init__(self, settings: Settings, *, store: Store | None, clock: Clock) -> None:
        self.settings = settings
        self.clock = clock
        self.store = store
        folder = settings.state_dir if store is not None else None
        self._windows = Windows(folder=folder, clock=clock)
        self._contexts: dict[str | None, ssl.SSLContext] = {}

    def account(self, name: str) -> Account:
        """The rules of one account."""
        return next(account for account in self.settings.accounts if account.name == name)

    @contextmanager
    def gateway(self, account: Account) -> Iterator[AS2Gateway]:
        """The account's gateway; its connections end with the block."""
        credentials = self.settings.credentials[account.name]
        limiter = self._windows.of(
            url=account.url,
            username=credentials.username,
            requests=account.rate_requests,
            per=account.rate_window,
        )
        gateway = AS2Gateway(
            Session(
                url=account.url,
                log_in=As2LogIn(username=credentials.username),
                secrets=credentials.secrets(),
                limiter=limiter,
                clock=self.clock,
                tls=self._tls(str(credentials.ca_file) if credentials.ca_file else None),
            )
        )
        try:
            yield gateway
        finally:
            gateway.close()

    def _tls(self, ca_file: str | None) -> ssl.SSLContext:
        """One context for all that trust the same authorities: each costs memory."""
        if ca_file not in self._contexts:
            self._contexts[ca_file] = ssl.create_default_context(cafile=ca_file)
        return self._contexts[ca_file]

    def _state_room(self) -> int:
        status = os.statvfs(self.settings.state_dir)
        return status.f_bavail * status.f_frsize

    def tree(self, account: Account) -> Tree:
        """The account's root."""
        store = self.open_store
        known = ROOT_FACT in store.records.facts(account.name)
        return Tree(account, state_id=store.state_id, known=known)

    @property
    def open_store(self) -> Store:
        """The open state."""
        if self.store is None:
            raise RuntimeError("the state is not open")
        return self.store

    def bridge(self, account: Account, gateway: Gateway, tally: Tally) -> Bridge:
        """Everything that the flows of one account work with."""
        store, tree, limits = self.open_store, self.tree(account), gateway.capabilities
        outbox = Outbox(
            tree,
            clock=self.clock,
            zone=self.settings.timezone,
            files_per_message=limits.files_per_message,
            bytes_per_message=limits.bytes_per_message,
        )
        return Bridge(
            account=account,
            gateway=gateway,
            journal=store.journal,
            records=store.records,
            inbox=Inbox(tree),
            outbox=outbox,
            tree=tree,
            clock=self.clock,
            timezone=self.settings.timezone,
            state_room=self._state_room,
            observe=observer(tally.note),
            complain=tally.complain,
        )


@contextmanager
def doors(settings: Settings, stop: threading.Event | None = None) -> Iterator[Doors]:
    """Hold the instance lock and the state, for as long as the block lasts.

    Raises: LockHeld, CannotAct, NewerState, StateBroken, DiskFull.
    """
    modes = [mode for account in settings.accounts for mode in (account.file_mode, account.dir_mode)]
    own_umask(modes)
    with instance_lock(settings.state_dir):
        store = open_store(settings.state_dir, tell=frozenset())
        try:
            yield Doors(settings, store=store, clock=SystemClock(stop))
        finally:
            store.close()


# What commands ask ------------------------------------------------------------------------------


@contextmanager
def records(settings: Settings) -> Iterator[Records]:
    """The records, to be read only; a state that is not there yet has none."""
    if not (settings.state_dir / FILE_NAME).exists():
        yield NoRecords()
        return
    store = open_store(settings.state_dir, read_only=True)
    try:
        yield store.records
    finally:
        store.close()


@contextmanager
def gateway(settings: Settings, account: str) -> Iterator[Gateway]:
    """The account's gateway, for a command that only asks it."""
    shared = Doors(settings, store=None, clock=SystemClock())
    with shared.gateway(shared.account(account)) as opened:
        yield opened


def run_once(
    settings: Settings,
    *,
    accounts: Sequence[str],
    only: str | None,
    wait: timedelta | None,
    dry_run: bool,
    progress: Callable[[str], None],
) -> OnceReport:
    """One pass over the accounts, side by side; SIGTERM lets the steps in hand finish."""
    if dry_run:
        return _rehearse(settings, accounts, only)
    jobs = (only,) if only else JOBS
    with _stopping() as stop, doors(settings, stop) as shared, ThreadPoolExecutor(len(accounts)) as pool:

        def one(name: str) -> PassResult:
            return _one_pass(shared, name, jobs, wait or timedelta(), progress)

        results = tuple(pool.map(one, accounts))
    return OnceReport(dry_run=False, accounts=tuple(_report(result, settings) for result in results))


def _one_pass(
    shared: Doors, name: str, jobs: tuple[str, ...], wait: timedelta, progress: Callable[[str], None]
) -> PassResult:
    account, tally = shared.account(name), Tally(progress=progress)
    with shared.gateway(account) as gateway:
        bridge = shared.bridge(account, gateway, tally)
        result = OncePass(bridge, tally, jobs=jobs).run(patience=wait)
        if result.began:
            _know_root(shared, account)
    return result


def _know_root(shared: Doors, account: Account) -> None:
    """Remember that this state has used the root: from now on a root without its marker is not ours."""
    facts = shared.open_store.records.facts(account.name)
    if ROOT_FACT not in facts:
        shared.open_store.journal.remember(account.name, {ROOT_FACT: str(account.root)})


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


def _report(result: PassResult, settings: Settings) -> AccountReport:
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
    )


def _rehearse(settings: Settings, accounts: Sequence[str], only: str | None) -> OnceReport:
    """Say what a pass would do; nothing is written, here or there."""
    reports = []
    with records(settings) as known:
        shared = Doors(settings, store=None, clock=SystemClock())
        for name in accounts:
            account = shared.account(name)
            with shared.gateway(account) as gateway:
                reports.append(_rehearse_one(shared, account, gateway, known, only))
    return OnceReport(dry_run=True, accounts=tuple(reports))


def _rehearse_one(
    shared: Doors, account: Account, gateway: Gateway, known: Records, only: str | None
) -> AccountReport:
    tree = Tree(account, state_id="", known=False)
    limits = gateway.capabilities
    outbox = Outbox(
        tree,
        clock=shared.clock,
        zone=shared.settings.timezone,
        files_per_message=limits.files_per_message,
        bytes_per_message=limits.bytes_per_message,
    )

    def learn(stations: Sequence[Station], partners: Sequence[Partner]) -> None:
        tree.book = PairBook(account=account, stations=stations, partners=partners, used=())

    try:
        would = rehearse(
            Rehearsed(
                account=account,
                gateway=gateway,
                records=known,
                outbox=outbox,
                clock=shared.clock,
                learn=learn,
            ),
            only=only,
        )
    except SyncdError as error:
        trouble = trouble_of(account.name, "start", error)
        return AccountReport(account=account.name, trouble=trouble.what, remedy=trouble.remedy)
    return AccountReport(account=account.name, would=would)


def run_check(settings: Settings, accounts: Sequence[str]) -> tuple[CheckLine, ...]:
    """Prove the set-up of the accounts, one line for each thing that was tried."""
    shared = Doors(settings, store=None, clock=SystemClock())
    modes = [mode for account in settings.accounts for mode in (account.file_mode, account.dir_mode)]
    own_umask(modes)
    lines = list(checking.check_state(settings.state_dir))
    with records(settings) as known, ExitStack() as stack:
        for name in accounts:
            account = shared.account(name)
            gateway = stack.enter_context(shared.gateway(account))
            lines.extend(checking.check_account(account, gateway, known, clock=shared.clock))
            lines.extend(_check_folders(account))
    return tuple(lines)


def _check_folders(account: Account) -> list[CheckLine]:
    tree = Tree(account, state_id="", known=False)
    return [
        CheckLine(account=account.name, name="folders", ok=found.ok, what=found.what, remedy=found.remedy)
        for found in examine(tree)
    ]


def resolve(settings: Settings, message_id: MessageId, verdict: str, by: str) -> Message:
    """Decide on a held message, under the instance lock.

    Raises: UsageError, NotFound, LockHeld, GatewayError.
    """
    with doors(settings) as shared:
        held = actions.held_message(shared.open_store.records, message_id, verdict)
        account = shared.account(held.account)
        with shared.gateway(account) as gateway:
            bridge = shared.bridge(account, gateway, Tally())
            bridge.tree.check()
            desk = actions.Desk(
                journal=bridge.journal,
                gateway=gateway,
                inbox=bridge.inbox,
                outbox=bridge.outbox,
                now=shared.clock.now(),
                zone=settings.timezone,
            )
            after = actions.resolve(desk, held, verdict, by=by)
            settle(bridge, [after])
            return shared.open_store.records.get(after.id) or after


def adopt(settings: Settings, account_name: str) -> None:
    """Take a root over for this state, whatever marker it has. Raises: LockHeld, RootUnusable."""
    with doors(settings) as shared:
        account = shared.account(account_name)
        shared.tree(account).adopt()
        shared.open_store.journal.remember(account_name, {ROOT_FACT: str(account.root)})
