"""Runs the hooks while the daemon runs, beside everything else, a few at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import structlog

from syncd.core.hooks import NAMES
from syncd.core.model import Message
from syncd.errors import StateError
from syncd.flows.bridge import Trouble
from syncd.flows.tell import Tell
from syncd.ports import Telling

SIDE_BY_SIDE = 2
TO_DIE = timedelta(seconds=2)
"""So long before the daemon's end hooks are killed; they run again at the next start."""
LOOKS_AGAIN = timedelta(minutes=1)
"""At the latest, whoever rang or did not, and wherever the clock was set to."""
LEFT_ALONE = timedelta(minutes=10)
"""What broke its thread's work, for so long: a full disk passes, and no hook is run every minute for it."""

log = structlog.get_logger(__name__)


class Teller:
    """Threads that tell what is due, woken when something was committed. Listens to accounts' changes.

    A telling is in one hand only. What breaks a thread's work, as a full disk does, ends no thread.
    """

    def __init__(self, tell: Tell, *, looks_again: timedelta = LOOKS_AGAIN) -> None:
        self._tell = tell
        self._looks_again = looks_again
        self._bell = threading.Condition()
        self._rung = 0
        self._given_back = 0
        self._in_hand: set[int] = set()
        self._broken: dict[int, float] = {}
        """Until when, in the clock's seconds, a telling is left alone."""
        self._ends = False
        self._fail: Callable[[StateError], None] = lambda _: None

    def start(self, *, fail: Callable[[StateError], None]) -> None:
        """Begin to tell; `fail` hears that the state cannot be used any more."""
        self._fail = fail
        for number in range(SIDE_BY_SIDE):
            threading.Thread(target=self._work, name=f"teller-{number}", daemon=True).start()

    def note(self, message: Message) -> None:
        """A message changed: there may be something to tell."""
        if message.state in NAMES:
            self._ring()

    def complain(self, trouble: Trouble) -> None:
        """A job met trouble: nothing to tell."""

    @property
    def is_busy(self) -> bool:
        """Whether a hook runs."""
        with self._bell:
            return bool(self._in_hand)

    def end(self) -> None:
        """Begin nothing any more."""
        self._ends = True
        self._ring()

    def cut(self) -> None:
        """Kill what runs: it runs again at the next start."""
        self._tell.hooks.cut()

    def _ring(self) -> None:
        with self._bell:
            self._rung += 1
            self._bell.notify_all()

    def _work(self) -> None:
        while not self._ends:
            try:
                self._go_on()
            except StateError as error:
                self.end()
                self._fail(error)
            except Exception:
                log.exception("teller.broke")
                with self._bell:
                    self._bell.wait_for(lambda: self._ends, self._looks_again.total_seconds())

    def _go_on(self) -> None:
        """Tell one thing, or wait until there may be something."""
        rung = self._rung
        telling = self._take()
        if telling is None:
            self._wait(rung)
            return
        try:
            self._tell.tell(telling)
        except StateError:
            raise
        except Exception:
            log.exception("hook.broke", message=telling.message.id, account=telling.message.account)
            with self._bell:
                self._broken[telling.id] = self._tell.clock.monotonic() + LEFT_ALONE.total_seconds()
        finally:
            self._give_back(telling)

    def _take(self) -> Telling | None:
        """Take what is due in hand; None: nothing is. What was read before another was done is read anew."""
        while not self._ends:
            with self._bell:
                given_back, besides = self._given_back, self._in_hand | self._left_alone()
            due = self._tell.due(besides=besides)
            with self._bell:
                if given_back != self._given_back:
                    continue
                free = [telling for telling in due if telling.id not in self._in_hand]
                self._in_hand.update(telling.id for telling in free[:1])
                return free[0] if free else None
        return None

    def _left_alone(self) -> set[int]:
        now_s = self._tell.clock.monotonic()
        self._broken = {number: until for number, until in self._broken.items() if until > now_s}
        return set(self._broken)

    def _give_back(self, telling: Telling) -> None:
        """The next of its message may be due now."""
        with self._bell:
            self._in_hand.discard(telling.id)
            self._given_back += 1
        self._ring()

    def _wait(self, rung: int) -> None:
        """Until somebody rings, or something is due."""
        left = self._tell.due_in() or self._looks_again
        with self._bell:
            self._bell.wait_for(lambda: self._rung != rung, min(left, self._looks_again).total_seconds())
