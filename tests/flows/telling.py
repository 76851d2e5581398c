"""A store with hooks, and what tells them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from syncd.core import events as ev
from syncd.core.account import Account, Hooks
from syncd.core.hooks import channel
from syncd.core.model import Message
from syncd.flows.tell import Tell
from tests.contracts.stores import FILES, NOON, happened, inbound, opened
from tests.fakes.hooks import FakeHooks
from tests.fakes.store import FakeStore

ACME = Account(
    name="acme",
    gateway="as2gateway",
    url="",
    root=Path("/srv/acme"),
    hooks=Hooks(on_received=("/import", "{path}"), on_sent=("/sent",), on_failed=("/failed",)),
)


class StillClock:
    """Time passes when a test says so."""

    def __init__(self) -> None:
        self.at = NOON

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()

    def wait(self, span: timedelta) -> bool:
        self.at += span
        return False


@dataclass
class Stage:
    """One account with hooks of every kind."""

    hooks: FakeHooks = field(default_factory=FakeHooks)
    clock: StillClock = field(default_factory=StillClock)
    store: FakeStore = field(default_factory=lambda: FakeStore(tell=[channel([ACME])]))

    def tell(self, *accounts: Account) -> Tell:
        return Tell(
            accounts={account.name: account for account in accounts or (ACME,)},
            state_id="state",
            records=self.store,
            journal=self.store,
            hooks=self.hooks,
            clock=self.clock,
            dice=lambda: 0.0,
        )

    def received(self, name: str = "in-1") -> Message:
        """A message that is in the inbox."""
        (message,) = opened(self.store, inbound(name))
        return happened(self.store, message, ev.Staged(files=FILES), ev.Published())

    def lines(self, message: Message) -> list[str]:
        """What its history tells of hooks."""
        return [line.text for line in self.store.history(message.id) if line.kind == "hook"]
