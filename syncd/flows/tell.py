"""Telling: the user's hooks are run for what was committed, at least once each, in order for each message.

Nothing else waits for it. A hook that fails is run again, at growing gaps, for about a day; whatever came of
it stands in the message's history, and its state stays as it is.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog

from syncd.core.account import Account
from syncd.core.backoff import delay
from syncd.core.hooks import CHANNEL, GIVEN_UP, NAMES, Command, command
from syncd.core.model import State
from syncd.ports import Clock, Ended, HookRunner, Journal, Records, Telling, Told

FIRST_GAP = timedelta(minutes=1)
MOST_GAP = timedelta(hours=1)
MOST_TRIES = 30
"""With these gaps, about a day."""
MOVING_GAP, MOST_MOVING_GAP = timedelta(seconds=1), timedelta(minutes=5)
"""A file that is on its way to its folder is there very soon; the longest for a disk that is gone."""
AT_ONCE = 20
SHOWN = 500
"""Characters of what a hook said that a history keeps."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tell:
    """The hooks of all accounts. Safe for threads, as long as each telling is in one hand only."""

    accounts: Mapping[str, Account]
    state_id: str
    records: Records
    journal: Journal
    hooks: HookRunner
    clock: Clock
    dice: Callable[[], float]

    def due(self, *, besides: Collection[int] = ()) -> list[Telling]:
        """Some of what can be told now, besides these; a file that is on its way is waited for."""
        now = self.clock.now()
        while True:
            found = self.records.untold(CHANNEL, now=now, limit=AT_ONCE + len(besides))
            free = [telling for telling in found if telling.id not in besides]
            moving = [telling for telling in free if telling.message.moving_from is not None]
            ready = [telling for telling in free if telling not in moving]
            self._wait_for(moving, now)
            if ready or not moving:
                return ready

    def due_in(self) -> timedelta | None:
        """How long until something is due that is not yet; None: nothing waits."""
        now = self.clock.now()
        next_at = self.records.next_untold(CHANNEL, after=now)
        return None if next_at is None else next_at - now

    def tell(self, telling: Telling) -> bool:
        """Run the hook, and store what came of it; True: it is done with. Raises: StateError."""
        began_s = self.clock.monotonic()
        ended = self._run(telling)
        took_s = round(self.clock.monotonic() - began_s, 1)
        if ended is None:
            text = f"{_hook(telling)} is not configured any more: not run"
            self._store(Told(telling=telling, text=text))
            return True
        if ended.was_cut:
            return False  # it is told at the next start
        if ended.problem:
            self._failed(telling, ended, took_s)
            return False
        self._store(Told(telling=telling, text=_line(f"{_hook(telling)} ran in {took_s} s", ended)))
        self._remember(telling, None)
        log.info("hook.ended", **_known(telling), seconds=took_s)
        return True

    def _run(self, telling: Telling) -> Ended | None:
        """Run the hook; None: there is none. What breaks here breaks for this telling, and is tried again."""
        try:
            run = self._command(telling)
            return None if run is None else self.hooks.run(run)
        except Exception as error:
            log.exception("hook.broke", **_known(telling))
            return Ended(problem=f"could not be run: {error}")

    def _wait_for(self, moving: Sequence[Telling], now: datetime) -> None:
        waits = [
            Told(telling=telling, again_at=now + _moving_gap(now - telling.at), tries=telling.tries)
            for telling in moving
        ]
        if waits:
            self.journal.told(waits, at=now)

    def _command(self, telling: Telling) -> Command | None:
        message = telling.message
        account = self.accounts.get(message.account)
        if account is None:
            return None
        event_id = f"{self.state_id}-{message.id}-{telling.id}"
        return command(account, message, State(telling.kind), event_id=event_id)

    def _failed(self, telling: Telling, ended: Ended, took_s: float) -> None:
        tries = telling.tries + 1
        known = {**_known(telling), "seconds": took_s, "output": shown(ended.output)}
        what = f"{_hook(telling)} {ended.problem}"
        if tries >= MOST_TRIES:
            since = telling.at.isoformat()
            given_up = {"since": since, "message": telling.message.id, "what": ended.problem}
            self._remember(telling, json.dumps(given_up))
            self._store(Told(telling=telling, text=_line(f"{what}; given up after {tries} tries", ended)))
            log.error("hook.given_up", **known, what=what, tries=tries)
            return
        gap = delay(tries, first=FIRST_GAP, most=MOST_GAP, dice=self.dice)
        again_at = self.clock.now() + gap
        text = f"{what}; next try at {again_at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
        self._store(Told(telling=telling, again_at=again_at, tries=tries, text=_line(text, ended)))
        log.warning("hook.failed", **known, what=what, next=again_at.isoformat())

    def _remember(self, telling: Telling, given_up: str | None) -> None:
        """Note that a hook was given up, until it does its work again: people are told of it."""
        account, key = telling.message.account, GIVEN_UP + NAMES[State(telling.kind)]
        if given_up or key in self.records.facts(account):
            self.journal.remember(account, {key: given_up})

    def _store(self, told: Told) -> None:
        self.journal.told([told], at=self.clock.now())


def _moving_gap(waited: timedelta) -> timedelta:
    """How long until a file is looked for again that has been on its way for so long."""
    return min(max(waited / 4, MOVING_GAP), MOST_MOVING_GAP)


def _known(telling: Telling) -> dict[str, object]:
    message = telling.message
    return {"message": message.id, "account": message.account, "hook": NAMES[State(telling.kind)]}


def _hook(telling: Telling) -> str:
    return f"hook {NAMES[State(telling.kind)]}"


def _line(words: str, ended: Ended) -> str:
    said = shown(ended.output)
    return f"{words}: {said}" if said else words


def shown(output: str) -> str:
    """What a hook said, in one line that can be shown."""
    line = " ".join("".join(each if each.isprintable() else " " for each in output).split())
    return line if len(line) <= SHOWN else f"{line[:SHOWN]}…"
