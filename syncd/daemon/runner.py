"""The jobs of one account: when each may run, what it met, and how it stands.

Pull has a lock of its own; send and track, which both move outbound messages, share another. So nothing of
one account runs twice at a time, and a long pull keeps no file from being sent.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta

import structlog

from syncd.core.shown import NotTaken
from syncd.daemon.hub import Complaints, Hub
from syncd.daemon.jobs import ADDRESSES, JOBS, PULL, SEND, TRACK, Gaps, JobState
from syncd.daemon.troubles import Troubles
from syncd.errors import ConfigError, FolderError, GatewayError, RootUnusable, StateError
from syncd.flows.bridge import Bridge, Trouble
from syncd.flows.once import trouble_of
from syncd.flows.pull import Pull
from syncd.flows.recover import recover_inbound, recover_outbound
from syncd.flows.send import Send, try_again
from syncd.flows.track import Track

log = structlog.get_logger(__name__)

PAUSED = "paused"
FOLDERS = "folders"
"""What `check` finds wrong with the folders is a trouble of its own: it stops no job."""
EXAMINE_AGAIN = timedelta(hours=1)
SLICE = timedelta(seconds=20)
"""How long one send pass goes on starting messages before tracking gets its turn."""
_NEVER = object()


@dataclass(slots=True)
class _Ready:
    """What has to be true before a job can do its work."""

    root: bool = False
    sound: bool = False
    """The folders were examined, and nothing was wrong."""
    examined_at_s: float | None = None
    inbound: bool = False
    outbound: bool = False


@dataclass(slots=True, kw_only=True)
class Runner:
    """Runs the jobs of one account, each at most once at a time. Safe for threads.

    `examine` tells what is wrong with the folders of a usable root; `hint` names a remedy that only the
    machine knows, or is empty; `secret_stamp` changes when the password file does.
    """

    bridge: Bridge
    hub: Hub
    troubles: Troubles
    on_root: Callable[[], None]
    dice: Callable[[], float]
    secret_stamp: Callable[[], object]
    examine: Callable[[], Sequence[Trouble]] = tuple
    hint: Callable[[BaseException], str] = lambda _: ""
    gaps: Gaps = field(default_factory=Gaps)
    jobs: dict[str, JobState] = field(default_factory=lambda: {name: JobState() for name in JOBS})
    not_taken: tuple[NotTaken, ...] = ()
    has_more: bool = False
    """The last send pass ended with messages that could have gone."""
    bell: threading.Event = field(default_factory=threading.Event)
    """Something may have changed in an outbox since it was last looked at."""
    _ready: _Ready = field(default_factory=_Ready)
    _starting: threading.Lock = field(default_factory=threading.Lock)
    _asking: threading.Lock = field(default_factory=threading.Lock)
    _inbound: threading.Lock = field(default_factory=threading.Lock)
    _outbound: threading.Lock = field(default_factory=threading.Lock)
    _sent_with: object = _NEVER
    """The password's stamp at the last send pass."""

    @property
    def name(self) -> str:
        """The account's name."""
        return self.bridge.account.name

    @property
    def is_busy(self) -> bool:
        """Whether a job, or what a person asked for, is under way."""
        return any(lock.locked() for lock in (self._inbound, self._outbound, self._asking))

    # Whether and when ---------------------------------------------------------------------------

    def paused(self) -> frozenset[str]:
        """The jobs that a person has paused: pull, send."""
        stored = self.bridge.records.facts(self.name).get(PAUSED) or ""
        return frozenset(filter(None, stored.split(",")))

    def may_run(self, job: str) -> bool:
        """Whether the job is neither paused nor backing off."""
        return job not in self.paused() and not self.jobs[job].backs_off(self.bridge.clock.now())

    def forgive(self, job: str) -> None:
        """Forget the backing off: somebody asked for the job, or the clock was set."""
        self.jobs[job].forgive()

    @property
    def has_new_secret(self) -> bool:
        """Whether the account was refused, and its password file was written since."""
        refusals = {state.refusal for state in self.jobs.values()} - {None}
        return bool(refusals) and self.secret_stamp() not in {each.stamp for each in refusals if each}

    # One run ------------------------------------------------------------------------------------

    def run(self, job: str) -> bool:
        """One run of a job; True when it did its work. Its trouble is noted, and stops no other job.

        Raises: StateError: nothing that follows would be safe.
        """
        with self._lock_of(job), self.hub.listening(Complaints()) as met:
            if self.bridge.clock.wait(timedelta()):
                return False  # the program is to stop: what is not begun is left to the next start
            stamp = self.secret_stamp()
            try:
                self._perform(job, stamp)
            except (GatewayError, FolderError, ConfigError) as error:
                self._failed(job, error, stamp)
                return False
            except StateError:
                raise
            except Exception as error:
                log.exception("job.broke", account=self.name, job=job)
                broken = GatewayError(f"{type(error).__name__} in {job}", remedy="The log has the details.")
                self._failed(job, broken, stamp)
                return False
            self._succeeded(job, met)
        return True

    def _lock_of(self, job: str) -> threading.Lock:
        if job == PULL:
            return self._inbound
        return self._asking if job == ADDRESSES else self._outbound

    def _perform(self, job: str, stamp: object) -> None:
        state, clock = self.jobs[job], self.bridge.clock
        state.begin(now=clock.now(), now_s=clock.monotonic())
        try:
            self._prepare(job)
            self._work(job, stamp)
        finally:
            state.running_since = None

    def _prepare(self, job: str) -> None:
        """The root before anything, then the leftovers of this direction; addresses before a pull."""
        with self._starting:
            self._prepare_root()
        self._heal(job)
        self._examine(job)
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

    def _examine(self, job: str) -> None:
        """Only while nothing is staged: a pull clears from staging what it does not know."""
        if job == PULL:
            self._examine_when_due()
        elif job == ADDRESSES and self._inbound.acquire(blocking=False):
            try:
                self._examine_when_due()
            finally:
                self._inbound.release()

    def _examine_when_due(self) -> None:
        """The folder part of `check`: once a root is in use; every hour again while something is wrong."""
        ready, now_s = self._ready, self.bridge.clock.monotonic()
        last_s = ready.examined_at_s
        if ready.sound or (last_s is not None and now_s - last_s < EXAMINE_AGAIN.total_seconds()):
            return
        found = self.examine()
        for trouble in found:
            self.troubles.began(trouble)
        self.troubles.ended(self.name, FOLDERS, still=[trouble.what for trouble in found])
        ready.sound, ready.examined_at_s = not found, now_s

    def _heal(self, job: str) -> None:
        """Each direction is healed under its own lock: nothing of it is under way."""
        if job == PULL and not self._ready.inbound:
            recover_inbound(self.bridge)
            self._ready.inbound = True
        if job in {SEND, TRACK} and not self._ready.outbound:
            recover_outbound(self.bridge)
            self._ready.outbound = True

    def _work(self, job: str, stamp: object) -> None:
        match job:
            case "pull":
                Pull(self.bridge).run()
            case "send":
                self._send(stamp)
            case "track":
                Track(self.bridge).run()
            case _:
                self.bridge.refresh_addresses()

    def _send(self, stamp: object) -> None:
        if stamp != self._sent_with:
            try_again(self.bridge)
            self._sent_with = stamp
        clock = self.bridge.clock
        until = clock.monotonic() + SLICE.total_seconds()
        self.bell.clear()
        send = Send(self.bridge, is_over=lambda: clock.monotonic() >= until, has_news=self._has_rung)
        self.has_more = False
        self.not_taken = send.run().not_taken
        self.has_more = send.was_cut

    def _has_rung(self) -> bool:
        if not self.bell.is_set():
            return False
        self.bell.clear()
        return True

    # What came of it ----------------------------------------------------------------------------

    def _succeeded(self, job: str, met: Complaints) -> None:
        state, clock = self.jobs[job], self.bridge.clock
        mine = [trouble for trouble in met.troubles if trouble.job == job]
        if any(trouble.stops for trouble in mine):
            state.end()
        else:
            state.succeed(now=clock.now(), now_s=clock.monotonic())
        for trouble in mine:
            self.troubles.began(trouble)
        self.troubles.ended(self.name, job, still=[trouble.what for trouble in mine])

    def _failed(self, job: str, error: GatewayError | FolderError | ConfigError, stamp: object) -> None:
        if isinstance(error, RootUnusable):
            self._ready = _Ready()  # when it comes back, it is healed like after a crash
        trouble = trouble_of(self.name, job, error)
        hint = self.hint(error) if isinstance(error, FolderError) else ""
        self.troubles.began(replace(trouble, remedy=hint) if hint else trouble)
        state = self.jobs[job]
        state.failures += 1
        gap = self.gaps.after(state.failures, error, dice=self.dice)
        state.fail(error, until=self.bridge.clock.now() + gap, stamp=stamp)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """No job of the account runs meanwhile: for what a person does to a message."""
        with self._inbound, self._outbound:
            yield

    def settle_left(self) -> timedelta | None:
        """How long until a scan could find more ready than the last one did."""
        with self._outbound:
            return self.bridge.outbox.next_settled()
