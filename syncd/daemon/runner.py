"""The jobs of one account: when each may run, what it met, and how it stands.

Pull has a lock of its own; send and track, which both move outbound messages, share another. So nothing of
one account runs twice at a time, and a long pull keeps no file from being sent.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from syncd.core.backoff import delay
from syncd.core.model import Direction, Phase, State
from syncd.core.shown import NotTaken
from syncd.daemon.hub import Hub
from syncd.daemon.troubles import Troubles
from syncd.errors import AccountRefused, ConfigError, FolderError, GatewayError, RootUnusable, StateError
from syncd.flows.bridge import Bridge, Trouble
from syncd.flows.once import PassResult, Tally, trouble_of
from syncd.flows.pull import Pull
from syncd.flows.recover import recover_inbound, recover_outbound
from syncd.flows.send import Send
from syncd.flows.track import Track

log = structlog.get_logger(__name__)

PULL, SEND, TRACK, ADDRESSES = "pull", "send", "track", "addresses"
JOBS = (PULL, SEND, TRACK, ADDRESSES)
PAUSED = "paused"
SLICE = timedelta(seconds=20)
"""How long one send pass goes on starting messages before tracking gets its turn."""
FIRST_GAP = timedelta(seconds=5)
MOST_GAP = timedelta(minutes=5)
MOST_GAP_REFUSED = timedelta(minutes=15)


@dataclass(slots=True)
class JobState:
    """How one job stands."""

    last_success: datetime | None = None
    last_attempt: datetime | None = None
    running_since: float | None = None
    """Monotonic seconds, while it runs."""
    changes_then: int = 0
    failures: int = 0
    not_before: datetime | None = None
    asked_again: bool = False
    """It was asked for while it ran."""


@dataclass(slots=True)
class _Ready:
    """What has to be true before a job can do its work."""

    root: bool = False
    inbound: bool = False
    outbound: bool = False


@dataclass(slots=True, kw_only=True)
class Runner:
    """Runs the jobs of one account, each at most once at a time. Safe for threads."""

    bridge: Bridge
    hub: Hub
    troubles: Troubles
    on_root: Callable[[], None]
    dice: Callable[[], float]
    secret_stamp: Callable[[], object]
    """Changes when the password file does: a refused account is tried again at once."""
    jobs: dict[str, JobState] = field(default_factory=lambda: {name: JobState() for name in JOBS})
    not_taken: tuple[NotTaken, ...] = ()
    has_more: bool = False
    """The last send pass ended with messages that could have gone."""
    _ready: _Ready = field(default_factory=_Ready)
    _starting: threading.Lock = field(default_factory=threading.Lock)
    _asking: threading.Lock = field(default_factory=threading.Lock)
    _inbound: threading.Lock = field(default_factory=threading.Lock)
    _outbound: threading.Lock = field(default_factory=threading.Lock)
    _refused_stamp: object = None

    @property
    def name(self) -> str:
        """The account's name."""
        return self.bridge.account.name

    # Whether and when ---------------------------------------------------------------------------

    def paused(self) -> frozenset[str]:
        """The jobs that a person has paused: pull, send."""
        stored = self.bridge.records.facts(self.name).get(PAUSED) or ""
        return frozenset(filter(None, stored.split(",")))

    def may_run(self, job: str) -> bool:
        """Whether the job is neither paused nor backing off."""
        state = self.jobs[job]
        if job in self.paused():
            return False
        waits = state.not_before is not None and self.bridge.clock.now() < state.not_before
        if waits and self._refused_stamp is not None and self.secret_stamp() != self._refused_stamp:
            self._refused_stamp = None
            return True
        return not waits

    def forgive(self, job: str) -> None:
        """Forget the backing off: somebody asked for the job, or the clock was set."""
        self.jobs[job].not_before = None

    # One run ------------------------------------------------------------------------------------

    def run(self, job: str) -> bool:
        """One run of a job; True when it did its work. Its trouble is noted, and stops no other job.

        Raises: StateError: nothing that follows would be safe.
        """
        state = self.jobs[job]
        with self._lock_of(job), self.hub.listening(Tally()) as tally:
            self._begin(state)
            try:
                self._prepare(job)
                self._work(job)
            except (GatewayError, FolderError, ConfigError) as error:
                self._failed(job, state, error)
                return False
            except StateError:
                raise
            except Exception as error:
                log.exception("job.broke", account=self.name, job=job)
                self._failed(job, state, GatewayError(f"{type(error).__name__} in {job}: see the log"))
                return False
            finally:
                state.running_since = None
            self._succeeded(job, state, tally)
        return True

    def _lock_of(self, job: str) -> threading.Lock:
        if job == PULL:
            return self._inbound
        return self._asking if job == ADDRESSES else self._outbound

    def _begin(self, state: JobState) -> None:
        state.asked_again = False
        state.last_attempt = self.bridge.clock.now()
        state.changes_then = self.hub.changes
        state.running_since = self.bridge.clock.monotonic()

    def _prepare(self, job: str) -> None:
        """The root before anything, then the leftovers of this direction; addresses before a pull."""
        if job == ADDRESSES:
            return
        try:
            with self._starting:
                self._prepare_root()
            self._heal(job)
        except RootUnusable:
            self._ready = _Ready()  # when it comes back, it is healed like after a crash
            raise
        if job == PULL:
            with self._asking:
                if self.bridge.addresses.stations is None:
                    self.bridge.refresh_addresses()

    def _prepare_root(self) -> None:
        if self._ready.root:
            self.bridge.tree.check()
            return
        self.bridge.tree.prepare()
        self.on_root()
        self._ready.root = True

    def _heal(self, job: str) -> None:
        """Each direction is healed under its own lock: nothing of it is under way."""
        if job == PULL and not self._ready.inbound:
            recover_inbound(self.bridge)
            self._ready.inbound = True
        if job != PULL and not self._ready.outbound:
            recover_outbound(self.bridge)
            self._ready.outbound = True

    def _work(self, job: str) -> None:
        match job:
            case "pull":
                Pull(self.bridge).run()
            case "send":
                self._send()
            case "track":
                Track(self.bridge).run()
            case _:
                self.bridge.refresh_addresses()

    def _send(self) -> None:
        clock = self.bridge.clock
        until = clock.monotonic() + SLICE.total_seconds()
        send = Send(self.bridge, is_over=lambda: clock.monotonic() >= until)
        self.not_taken = send.run().not_taken
        self.has_more = send.was_cut

    # What came of it ----------------------------------------------------------------------------

    def _succeeded(self, job: str, state: JobState, tally: Tally) -> None:
        state.last_success = self.bridge.clock.now()
        state.failures, state.not_before = 0, None
        self._refused_stamp = None
        met = [trouble for trouble in tally.troubles if trouble.job == job]
        for trouble in met:
            self.troubles.began(trouble)
        self.troubles.ended(self.name, job, still=[trouble.what for trouble in met])

    def _failed(self, job: str, state: JobState, error: GatewayError | FolderError | ConfigError) -> None:
        trouble = trouble_of(self.name, job, error)
        self.troubles.began(trouble)
        state.failures += 1
        refused = isinstance(error, (AccountRefused, ConfigError))
        if refused:
            self._refused_stamp = self.secret_stamp()
        most = MOST_GAP_REFUSED if refused else MOST_GAP
        gap = delay(state.failures, first=FIRST_GAP, most=most, dice=self.dice)
        state.not_before = self.bridge.clock.now() + gap

    @contextmanager
    def alone(self) -> Iterator[None]:
        """No job of the account runs meanwhile: for what a person does to a message."""
        with self._inbound, self._outbound:
            yield

    # One pass, asked for by a person ------------------------------------------------------------

    def settle_left(self) -> timedelta | None:
        """How long until a scan could find more ready than the last one did."""
        with self._outbound:
            return self.bridge.outbox.next_settled()

    def once(self, jobs: tuple[str, ...], *, patience: timedelta) -> PassResult:
        """Run the jobs now, one after the other, and follow what was sent as long as `patience` lasts."""
        with self.hub.listening(Tally()) as tally:
            if SEND in jobs:
                self._now(SEND)
            if PULL in jobs:
                self._now(PULL)
            if SEND in jobs:
                self._send_settled()
            if TRACK in jobs:
                self._now(TRACK)
            self._follow(jobs, patience)
        return PassResult(
            account=self.name,
            messages=tuple(tally.messages.values()),
            not_taken=self.not_taken,
            troubles=tuple(self._open_troubles(jobs)),
        )

    def _now(self, job: str) -> None:
        if job not in self.paused():
            self.forgive(job)
            self.run(job)

    def _send_settled(self) -> None:
        """What stood in the outbox at the start is given its settle."""
        clock = self.bridge.clock
        deadline = clock.monotonic() + 3 * self.bridge.account.settle.total_seconds() + 1
        while clock.monotonic() < deadline:
            left = self.settle_left()
            if left is None or clock.wait(left):
                return
            self._now(SEND)

    def _follow(self, jobs: tuple[str, ...], patience: timedelta) -> None:
        clock = self.bridge.clock
        deadline = clock.monotonic() + patience.total_seconds()
        while clock.monotonic() < deadline and self._outstanding():
            if clock.wait(timedelta(seconds=1)):
                return
            for job in (SEND, TRACK):
                if job in jobs:
                    self._now(job)

    def _outstanding(self) -> bool:
        rows = self.bridge.records.unfinished(self.name, Direction.OUTBOUND)
        return any(row.state is State.QUEUED and row.phase is not Phase.STOPPED for row in rows)

    def _open_troubles(self, jobs: tuple[str, ...]) -> list[Trouble]:
        opened = [each.trouble for each in self.troubles.open()]
        paused = [
            Trouble(account=self.name, job=job, what=f"{job} is paused", remedy=f"syncd resume {job}")
            for job in sorted(self.paused() & set(jobs))
        ]
        return [trouble for trouble in opened if trouble.account == self.name] + paused
