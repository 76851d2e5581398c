"""What all accounts of one process share, and the doors of one account."""

from __future__ import annotations

import os
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from syncd.core.account import Account
from syncd.core.history import Channel
from syncd.core.hooks import channel
from syncd.core.model import Message
from syncd.core.notices.concerns import CHANNEL
from syncd.core.shown import Partner, Station
from syncd.errors import CannotAct, UsageError
from syncd.flows.bridge import Bridge, Trouble
from syncd.flows.observing import observer
from syncd.folders.durable import own_umask
from syncd.folders.inbox import Inbox
from syncd.folders.outbox import Outbox
from syncd.folders.tree import Tree
from syncd.gateways.limiter import Limiter, Windows
from syncd.gateways.session import Session
from syncd.gateways.transport import tls_context
from syncd.ports import Clock, Gateway
from syncd.ports.traffic import Counts, Uncounted
from syncd.store import Store, open_store
from syncd.system.clock import SteadyClock, SystemClock
from syncd.system.lock import instance_lock
from syncd.wiring.kinds import KINDS, Kind
from syncd.wiring.numbered import has_numbered_pairs

if TYPE_CHECKING:
    from syncd.config import Settings

ROOT_FACT = "root"


class Listener(Protocol):
    """Who hears what the flows of an account commit and complain of."""

    def note(self, message: Message) -> None:
        """A message changed."""
        ...

    def complain(self, trouble: Trouble) -> None:
        """A job met trouble."""
        ...


class Doors:
    """State, clock, TLS contexts and rate-limit windows; the doors of each account. Safe for threads.

    Without a store only gateways can be had: for commands that look, and are to leave nothing behind.
    `counts`: who counts what is done.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        store: Store | None,
        clock: Clock,
        counts: Counts | None = None,
    ) -> None:
        self.settings = settings
        self.clock = clock
        self._counts = counts or Uncounted()
        self._store = store
        self._windows = Windows(folder=settings.state_dir if store else None, clock=clock)
        self._contexts: dict[str | None, ssl.SSLContext] = {}
        self._lock = threading.Lock()

    @property
    def store(self) -> Store:
        """The open state."""
        if self._store is None:
            raise RuntimeError("the state is not open")
        return self._store

    def account(self, name: str) -> Account:
        """The rules of one account. Raises: UsageError for one that was taken out of the configuration."""
        found = next((account for account in self.settings.accounts if account.name == name), None)
        if found is None:
            remedy = "What was its can be looked at; to act on it, write it into the configuration again."
            raise UsageError(f"there is no account {name} in the configuration", remedy)
        return found

    @contextmanager
    def gateway(self, account: Account) -> Iterator[Gateway]:
        """The account's gateway; its connections end with the block. Raises: CannotAct for a bad ca_file."""
        kind = KINDS[account.gateway]()
        with self._lock:
            session = self._session(account, kind)
        gateway = kind.gateway(session)
        try:
            yield gateway
        finally:
            gateway.close()

    def _session(self, account: Account, kind: Kind) -> Session:
        credentials = self.settings.credentials[account.name]
        limiter = self._windows.of(
            url=account.url,
            login=credentials.login,
            requests=account.rate_requests,
            per=account.rate_window,
        )
        return Session(
            url=account.url,
            log_in=kind.log_in(credentials, self.clock),
            secrets=credentials.secrets(),
            limiter=limiter,
            address_limiter=self._address_limiter(account, kind),
            voice=kind.voice,
            timeouts=kind.timeouts,
            clock=self.clock,
            tls=self._tls(str(credentials.ca_file) if credentials.ca_file else None, account.name),
            traffic=self._counts.traffic(account.name),
        )

    def _address_limiter(self, account: Account, kind: Kind) -> Limiter | None:
        """The window of requests that need no log-in: one for all accounts at the same address."""
        if kind.anonymous_per_minute is None:
            return None
        return self._windows.of(
            url=account.url, login="", requests=kind.anonymous_per_minute, per=timedelta(minutes=1)
        )

    def _tls(self, ca_file: str | None, account: str) -> ssl.SSLContext:
        """One context for all that trust the same authorities: each costs memory."""
        if ca_file not in self._contexts:
            try:
                self._contexts[ca_file] = tls_context(ca_file)
            except OSError as error:
                what = f"accounts.{account}.ca_file: {ca_file} holds no certificates that can be read"
                raise CannotAct(what, "Name a readable file with PEM certificates.") from error
        return self._contexts[ca_file]

    def own_tls(self) -> ssl.SSLContext:
        """The context for all that is asked besides the gateways."""
        with self._lock:
            return self._tls(None, "")

    def tree(self, account: Account) -> Tree:
        """The account's root."""
        known = ROOT_FACT in self.store.records.facts(account.name)
        return Tree(account, state_id=self.store.state_id, known=known, numbered=has_numbered_pairs(account))

    def know_root(self, account: Account) -> None:
        """Note that this state has used the root: from now on a root without its marker is another's."""
        if ROOT_FACT not in self.store.records.facts(account.name):
            self.store.journal.remember(account.name, {ROOT_FACT: str(account.root)})

    def outbox(self, tree: Tree, gateway: Gateway) -> Outbox:
        """The outbox of a tree, with the limits of its gateway."""
        limits = gateway.capabilities
        return Outbox(
            tree,
            clock=self.clock,
            zone=self.settings.timezone,
            files_per_message=limits.files_per_message,
            bytes_per_message=limits.bytes_per_message,
        )

    def bridge(
        self, account: Account, gateway: Gateway, listener: Listener, *, tree: Tree | None = None
    ) -> Bridge:
        """Everything that the flows of one account work with."""
        tree = tree or self.tree(account)
        return Bridge(
            account=account,
            gateway=gateway,
            journal=self.store.journal,
            records=self.store.records,
            inbox=Inbox(tree),
            outbox=self.outbox(tree, gateway),
            tree=tree,
            clock=SteadyClock(self.clock, offset=gateway.clock_offset),
            timezone=self.settings.timezone,
            state_room=self._state_room,
            observe=observer(listener.note, entered=self._counts.entered),
            complain=listener.complain,
        )

    def _state_room(self) -> int:
        status = os.statvfs(self.settings.state_dir)
        return status.f_bavail * status.f_frsize

    def close(self) -> None:
        """Write down what has to survive."""
        self._windows.close()


def teach(tree: Tree, stations: Sequence[Station], partners: Sequence[Partner]) -> None:
    """Let a tree know its pairs without making a folder."""
    tree.learn(stations=stations, partners=partners)


def take_umask(settings: Settings) -> None:
    """Let what is made have just the modes that the accounts ask for."""
    own_umask([mode for account in settings.accounts for mode in (account.file_mode, account.dir_mode)])


def _channels(settings: Settings) -> list[Channel]:
    """Who is told of messages: hooks, and people."""
    hooks = channel(settings.accounts)
    return [hooks, CHANNEL] if settings.notices.are_wanted else [hooks]


@contextmanager
def open_doors(
    settings: Settings,
    stop: threading.Event | None = None,
    *,
    counts: Counts | None = None,
) -> Iterator[Doors]:
    """Hold the instance lock and the state, for as long as the block lasts.

    Raises: LockHeld, CannotAct, NewerState, StateBroken, DiskFull.
    """
    take_umask(settings)
    with instance_lock(settings.state_dir):
        store = open_store(settings.state_dir, tell=_channels(settings))
        doors = Doors(settings, store=store, clock=SystemClock(stop), counts=counts)
        try:
            yield doors
        finally:
            doors.close()
            store.close()
