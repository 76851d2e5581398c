"""Which messages are sent next, and in what company.

Oldest first, up to so many at once; what was tried in vain a few times goes behind what was not, so that
one message that the gateway cannot take now holds up nobody. Messages alike in pair, names and sizes (twins)
go one at a time: a lost reply could not be told from the other's. While the gateway is in trouble (an outcome
in doubt, a "not now"), the account tries one message at a time, at growing gaps: the gateway is bad, not the
file.
"""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from syncd.core.machine import CLAIMED, IN_DOUBT, SUBMITTING, WAITING
from syncd.core.model import Message, MessageId, Phase, State

FIRST_GAP = timedelta(seconds=10)
MOST_GAP = timedelta(minutes=15)
MOST_WISH = timedelta(hours=1)
"""A Retry-After beyond this is asked about again all the same."""
TRIES_IN_FRONT = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Mood:
    """How the gateway took the last sends of an account."""

    troubles: int = 0
    not_before: datetime | None = None
    refused: str | None = None
    """The account itself is refused: nothing is sent until a log-in and a station list succeed."""
    wished: datetime | None = None
    """Until then the gateway itself asked us to wait: a part of `not_before` that no person shortens."""

    def after_trouble(self, *, now: datetime, wish: timedelta | None = None) -> Mood:
        """After an outcome in doubt or a "not now"; `wish` is the gateway's own Retry-After."""
        grown = min(FIRST_GAP * 2.0 ** min(self.troubles, 12), MOST_GAP)
        asked = min(wish or timedelta(), MOST_WISH)
        wished = now + asked if asked else None
        return Mood(troubles=self.troubles + 1, not_before=now + max(grown, asked), wished=wished)

    def hurried(self) -> Mood:
        """At a person's word: what is waited of our own accord is over."""
        return replace(self, not_before=self.wished)

    @property
    def good(self) -> bool:
        """Whether nothing is wrong."""
        return self.troubles == 0 and self.refused is None


GOOD = Mood()

_PLACEHOLDER = re.compile(r"\{[a-z]+\}")
_UNASSIGNED = (Phase.SUBMITTING, Phase.IN_DOUBT)
UNSENT = (CLAIMED, WAITING, SUBMITTING, IN_DOUBT)
"""Where messages are that have no id at the gateway yet, as far as is known."""


Likeness = tuple[object, ...]
Age = tuple[int, int, str, str]


def likeness(message: Message, *, names_alone: bool = False) -> Likeness:
    """What a look-up can compare: two messages alike in it are twins.

    `names_alone`: the gateway's entries may lack their pair.
    """
    pair = None if names_alone else message.pair
    return (pair, tuple(sorted((file.name, file.size) for file in message.files)))


@dataclass(frozen=True, slots=True, order=True)
class _Place:
    """Where a message stands in the line: by its age, which ends in its id."""

    age: Age
    row: Message = field(compare=False)
    alike: Likeness = field(compare=False)


class Line:
    """The messages that have no id at the gateway yet, in the order in which they are sent.

    Kept up to date message by message: a start looks at the first few of them, however many there are.
    `names_alone` is what makes twins.
    """

    def __init__(self, rows: Iterable[Message] = (), *, names_alone: bool = False) -> None:
        self._names_alone = names_alone
        self._places: dict[MessageId, _Place] = {}
        self._order: list[_Place] = []
        self._unassigned: Counter[Likeness] = Counter()
        for row in rows:
            self.put(row)

    def put(self, row: Message) -> None:
        """A message is new, or stands otherwise than before."""
        self.drop(row.id)
        alike = likeness(row, names_alone=self._names_alone)
        place = self._places[row.id] = _Place(_age(row), row, alike)
        if row.phase in _UNASSIGNED:
            self._unassigned[alike] += 1
        elif _can_start(row):
            insort(self._order, place)

    def drop(self, message_id: MessageId) -> None:
        """A message is in nobody's way any more."""
        place = self._places.pop(message_id, None)
        if place is None:
            return
        if place.row.phase in _UNASSIGNED:
            self._unassigned[place.alike] -= 1
        elif _can_start(place.row):
            del self._order[bisect_left(self._order, place)]

    def starts(
        self, *, running: Collection[MessageId], mood: Mood, parallel: int, now: datetime
    ) -> tuple[Message, ...]:
        """The messages to send now, in order, at most what `parallel` leaves free.

        `running` are being sent at this moment.
        """
        if mood.refused is not None or (mood.not_before and now < mood.not_before):
            return ()
        free = (parallel if mood.good else 1) - len(running)
        busy = {self._places[message].alike for message in running if message in self._places}
        chosen: list[Message] = []
        for place in self._order:
            if len(chosen) >= free:
                break
            row = place.row
            if row.id in running or (row.next_at and row.next_at > now) or self._is_busy(place, busy):
                continue
            busy.add(place.alike)
            chosen.append(row)
        return tuple(chosen)

    def _is_busy(self, place: _Place, busy: Collection[Likeness]) -> bool:
        return place.alike in busy or self._unassigned[place.alike] > 0


def _can_start(row: Message) -> bool:
    return row.state is State.QUEUED and row.phase in (Phase.CLAIMED, Phase.WAITING)


def _age(row: Message) -> Age:
    identity = row.progress.identity
    behind = row.progress.tries // TRIES_IN_FRONT
    return (behind, identity.mtime_ns if identity else 0, row.name, row.id)


def subject_for(template: str | None, row: Message, *, date: str) -> str | None:
    """The subject of a message from its pair's template; unknown braces stay as they are."""
    if template is None:
        return None
    words = {
        "{name}": row.name,
        "{stem}": row.name.partition(".")[0] or row.name,
        "{station}": row.pair.station,
        "{partner}": row.pair.partner,
        "{date}": date,
        "{id}": row.id,
    }
    return _PLACEHOLDER.sub(lambda found: words.get(found[0], found[0]), template)


def date_words(now: datetime) -> str:
    """The date of `{date}`, as the account's timezone has it."""
    return now.strftime("%Y-%m-%d")
