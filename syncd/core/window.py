"""The arithmetic of a rate limit: at most so many requests in any window, as the other side counts.

A slot is taken when a request is sent. The other side stamps the request some time between then and the
answer, so the slot becomes free one window after the *answer*, and not before there is one: then no window
of the other side's clock can hold more than the limit, however the network jitters.

Neither direction starves the other. One slot in fifty is kept for each, so that a lone send is not late
behind a long walk of lists; and while both wait, the one that holds fewer slots goes first. One direction
alone still reaches 98 % of the limit, both together all of it.

The other side may tell how much of its limit is left. What it counts beyond our own requests are others of
the same login: they take places too, and nobody sees them end, so each answer counts them anew. Its limit is
for all of them together; ours stays ours.

Times are seconds of a clock that never goes back; whose, is the caller's choice.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

_MARGIN = 1.002  # two clocks do not run at quite the same pace
_TURN_S = 0.005  # how long one direction steps aside for the other before it looks again


class Use(StrEnum):
    """What a request is for."""

    SEND = "send"
    READ = "read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What the other side says of its limit; None: not told. `reset_s`: when it starts anew, from now."""

    limit: int | None = None
    remaining: int | None = None
    reset_s: float | None = None


@dataclass(slots=True, eq=False)
class Slot:
    """One request's place in the window; `answered_s` is None while it is on its way."""

    use: Use
    answered_s: float | None = None


Stamp = tuple[Use, float | None]


class Window:
    """At most `requests` in any `per`. Not safe for threads: its keeper holds a lock."""

    def __init__(self, *, requests: int, per: timedelta) -> None:
        if requests < 1 or per <= timedelta(0):
            raise ValueError(f"a rate limit of {requests} requests per {per} lets nothing through")
        self.requests = requests
        self.per = per
        self._kept = requests // 50 or (1 if requests >= 10 else 0)
        self._slots: list[Slot] = []
        self._limit: int | None = None
        self._others: list[float] = []  # when each place that others took is free at the latest
        self._held_until_s = float("-inf")
        self._frozen_until_s = float("-inf")
        self._last: Use | None = None

    def next_free(self, now_s: float, use: Use, *, other_waits: bool = False) -> float:
        """The earliest time at which a request may be sent: `now_s` itself when that is now.

        Never too late, but it may turn out to be too early: outstanding answers move it. Ask again then.
        """
        self._forget(now_s)
        free_s = self._free(now_s, use)
        if free_s <= now_s and other_waits and self._is_others_turn(now_s, use):
            return now_s + _TURN_S
        return free_s

    def take(self, use: Use) -> Slot:
        """Take a slot; the request is sent right after."""
        slot = Slot(use)
        self._slots.append(slot)
        self._last = use
        return slot

    def answer(self, slot: Slot, now_s: float) -> None:
        """The answer began, or nobody waits for it any more: the slot is free one window later."""
        slot.answered_s = now_s

    def give_back(self, slot: Slot) -> None:
        """Nothing was sent after all."""
        if slot in self._slots:
            self._slots.remove(slot)

    def advise(self, advice: Advice, now_s: float) -> None:
        """Take the other side's own count into account, for one window at most.

        A limit below ours counts until a higher one is told.
        """
        if advice.limit is not None:
            self._limit = advice.limit
        if advice.remaining is None:
            return
        reset_s = self._span_s if advice.reset_s is None else min(advice.reset_s, self._span_s)
        self._forget(now_s)
        if advice.limit is not None:
            others = advice.limit - advice.remaining - len(self._slots)
            self._others = [now_s + reset_s] * others
        if advice.remaining == 0 and advice.reset_s is not None:
            self._held_until_s = max(self._held_until_s, now_s + reset_s)

    def freeze(self, until_s: float) -> None:
        """Let nothing through before that time; a shorter freeze does not end a longer one."""
        self._frozen_until_s = max(self._frozen_until_s, until_s)

    def frozen_for(self, now_s: float) -> timedelta:
        """How long the freeze still lasts."""
        return timedelta(seconds=max(0.0, self._frozen_until_s - now_s))

    def stamps(self, now_s: float) -> tuple[Stamp, ...]:
        """What outlives the program: use and time of each slot; None: it is on its way."""
        self._forget(now_s)
        return tuple((slot.use, slot.answered_s) for slot in self._slots)

    def restore(self, stamps: Iterable[Stamp], now_s: float) -> None:
        """Take stamps over. What was on its way may have come there until now.

        One from the future (a clock was set back) counts from now, too.
        """
        self._slots += [Slot(use, now_s if at_s is None else min(at_s, now_s)) for use, at_s in stamps]
        self._forget(now_s)

    def doubt(self, until_s: float, now_s: float) -> None:
        """Count the window as full until then: nobody knows what was sent before."""
        if until_s > now_s:
            self.restore([(Use.READ, until_s - self._span_s)] * self.requests, now_s)

    def _forget(self, now_s: float) -> None:
        self._slots = [slot for slot in self._slots if self._free_at(slot, now_s) > now_s]
        self._others = [at_s for at_s in self._others if at_s > now_s]

    def _free(self, now_s: float, use: Use) -> float:
        ours = [(slot.use, self._free_at(slot, now_s)) for slot in self._slots]
        all_s = [at_s for _, at_s in ours]
        own_s = [at_s for other, at_s in ours if other is use]
        most = self.requests if self._limit is None else min(self.requests, self._limit)
        return max(
            now_s,
            self._frozen_until_s,
            self._held_until_s,
            _below(all_s, most, now_s),
            _below(own_s, most - self._kept, now_s),
            now_s if self._limit is None else _below(all_s + self._others, self._limit, now_s),
        )

    def _is_others_turn(self, now_s: float, use: Use) -> bool:
        other = Use.READ if use is Use.SEND else Use.SEND
        own = sum(slot.use is use for slot in self._slots)
        theirs = len(self._slots) - own
        is_behind = theirs < own or (theirs == own and self._last is use)
        return is_behind and self._free(now_s, other) <= now_s

    def _free_at(self, slot: Slot, now_s: float) -> float:
        since_s = now_s if slot.answered_s is None else slot.answered_s
        return since_s + self._span_s

    @property
    def _span_s(self) -> float:
        return self.per.total_seconds() * _MARGIN


def _below(free_s: list[float], limit: int, now_s: float) -> float:
    """When fewer than `limit` of these places are taken."""
    over = len(free_s) - max(limit, 1)
    return now_s if over < 0 else sorted(free_s)[over]
