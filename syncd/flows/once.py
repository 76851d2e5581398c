"""One pass of one account from start to end, and what it brought.

The order: heal what an earlier run left, learn stations and partners, pull, send what was dropped, track.
With `patience` the pass goes on sending, looking up and tracking until everything sent is settled.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from syncd.core.model import Message, MessageId, Phase, State
from syncd.core.notices.concerns import Kind
from syncd.core.shown import NotTaken
from syncd.errors import (
    AccountRefused,
    ConfigError,
    DiskFull,
    FolderError,
    GatewayError,
    RootUnusable,
    SyncdError,
)
from syncd.flows.bridge import Bridge, Trouble
from syncd.flows.pull import Pull
from syncd.flows.recover import recover
from syncd.flows.send import Send
from syncd.flows.track import Track

log = structlog.get_logger(__name__)

JOBS = ("pull", "send", "track")
WAIT_STEP = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class PassResult:
    """What one pass of an account brought: messages as they were when it ended."""

    account: str
    messages: tuple[Message, ...] = ()
    """Every message that changed in this pass."""
    not_taken: tuple[NotTaken, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    """What the last run of each job met."""
    hooks: tuple[Trouble, ...] = ()
    """What hooks met: no job is to blame, and no message."""
    paused: tuple[str, ...] = ()
    """The jobs that were left out, since a person has paused them."""


@dataclass(slots=True, eq=False)
class Tally:
    """Collects what a pass changed; hand `note` and `complain` to the bridge."""

    progress: Callable[[str], None] = lambda _: None
    messages: dict[MessageId, Message] = field(default_factory=dict)
    troubles: list[Trouble] = field(default_factory=list)

    def note(self, message: Message) -> None:
        """A message changed."""
        self.messages[message.id] = message
        self.progress(f"{message.account}: {len(self.messages)} messages")

    def complain(self, trouble: Trouble) -> None:
        """A job met trouble; the same one counts once."""
        if trouble not in self.troubles:
            self.troubles.append(trouble)

    def forget(self, job: str) -> None:
        """A job is run anew: what it met before does not count any more."""
        self.troubles = [trouble for trouble in self.troubles if trouble.job != job]


class OncePass:
    """One pass of one account. `on_root` is called when the root has proven usable."""

    def __init__(
        self,
        bridge: Bridge,
        tally: Tally,
        *,
        jobs: tuple[str, ...] = JOBS,
        on_root: Callable[[], None] = lambda: None,
    ) -> None:
        self._bridge = bridge
        self._on_root = on_root
        self._tally = tally
        self._jobs = jobs
        self._pull = Pull(bridge)
        self._send = Send(bridge)
        self._track = Track(bridge)
        self._not_taken: tuple[NotTaken, ...] = ()

    def run(self, *, patience: timedelta = timedelta()) -> PassResult:
        """The whole pass. Raises: StateError; all other trouble is in the report."""
        if self._begin():
            self._jobs_once()
            self._follow(patience)
        return PassResult(
            account=self._bridge.account.name,
            messages=tuple(self._tally.messages.values()),
            not_taken=self._not_taken,
            troubles=tuple(self._tally.troubles),
        )

    def _begin(self) -> bool:
        """Root, leftovers, addresses: without them there is no pass."""
        return (
            self._try("root", self._bridge.tree.prepare)
            and self._try("root", self._on_root)
            and self._try("recover", lambda: recover(self._bridge))
            and self._try("addresses", self._bridge.refresh_addresses)
        )

    def _jobs_once(self) -> None:
        if "send" in self._jobs:
            self._try("send", self._first_look)
        if "pull" in self._jobs:
            self._try("pull", self._pull.run)
        if "send" in self._jobs:
            self._give_settle()
            self._try("send", self._send_pass)
        if "track" in self._jobs:
            self._try("track", self._track.run)

    def _first_look(self) -> None:
        """The scan from which on the dropped files are watched; they settle while we pull."""
        self._bridge.outbox.scan()

    def _give_settle(self) -> None:
        """Wait until what stood in the outbox at the start has had its `settle`, twice where need be."""
        deadline = settle_deadline_s(self._bridge)
        while self._bridge.clock.monotonic() < deadline:
            left = self._bridge.outbox.next_settled()
            if left is None or self._bridge.clock.wait(left):
                return
            if not self._try("send", self._first_look):
                return

    def _send_pass(self) -> None:
        self._not_taken = self._send.run().not_taken

    def _follow(self, patience: timedelta) -> None:
        """Go on until what was sent is settled, or patience or the program ends."""
        clock = self._bridge.clock
        deadline = clock.monotonic() + patience.total_seconds()
        while has_outstanding(self._bridge) and clock.monotonic() < deadline:
            if clock.wait(WAIT_STEP):
                return
            if "send" in self._jobs:
                self._try("send", self._send_pass)
            self._try("track", self._track.run)

    def _try(self, job: str, work: Callable[[], object]) -> bool:
        """Do one job; its trouble is noted and never stops the next job."""
        self._tally.forget(job)
        try:
            work()
        except (GatewayError, FolderError, ConfigError) as error:
            self._bridge.complain(trouble_of(self._bridge.account.name, job, error))
            return False
        return True


def settle_deadline_s(bridge: Bridge) -> float:
    """Until when, in monotonic seconds, what stands in the outbox is given its `settle`, twice and more."""
    return bridge.clock.monotonic() + 3 * bridge.account.settle.total_seconds() + 1


def has_outstanding(bridge: Bridge) -> bool:
    """Whether a message is on its way out and will move on by itself."""
    known = bridge.records.outstanding(bridge.account.name)
    return any(some.state is State.QUEUED and some.phase is not Phase.STOPPED for some in known)


def trouble_of(account: str, job: str, error: SyncdError) -> Trouble:
    """An error of a job as trouble of the account."""
    needs_person = isinstance(error, (AccountRefused, RootUnusable, ConfigError))
    return Trouble(
        account=account,
        job=job,
        what=error.what,
        remedy=error.remedy,
        needs_person=needs_person,
        kind=_kind_of(error),
    )


def _kind_of(error: SyncdError) -> Kind:
    match error:
        case AccountRefused() | ConfigError():
            return Kind.REFUSED
        case RootUnusable():
            return Kind.ROOT
        case DiskFull():
            return Kind.DISK
        case GatewayError():
            return Kind.UNREACHABLE
        case _:
            return Kind.TROUBLE
