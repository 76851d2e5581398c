"""What is late in an account: an MDN, an acknowledgement, a partner, or whoever collects the files.

Each question is asked by an index, and every file in an inbox is looked at once when it is due, and then
only as long as it still stands there.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from syncd.core import machine
from syncd.core.account import Account
from syncd.core.history import span_words
from syncd.core.hooks import GIVEN_UP, commands
from syncd.core.looking import OVERDUE, Search
from syncd.core.model import Direction, Mdn, MdnStatus, Message, MessageId, Pair, Phase, State
from syncd.core.notices.concerns import Concern, Kind
from syncd.core.planning.pull import passed_over
from syncd.core.planning.span import command
from syncd.errors import FolderError
from syncd.flows.noticing import Look
from syncd.ports import Clock, Journal, Records
from syncd.ports.notices import Notebook, Spot

EVERY = timedelta(minutes=5)
MOST = 500
"""Messages that one question brings."""
MOST_WATCHED = 1_000
"""Files' messages that are looked for again; further ones wait until some are collected."""
BEFORE = timedelta(days=1)
"""So far back the first look at an inbox goes: what lies there longer is nobody's news."""
WATCH = "notice.watch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What late means where no partners table says otherwise; None: nothing is."""

    not_collected_after: timedelta | None = None
    silent_after: timedelta | None = None


@dataclass(slots=True, kw_only=True)
class Late:
    """Looks at one account. `stands`: whether a received message's files still do.

    Both that and `check_root` raise FolderError: on a disk that is not there nothing stands.
    """

    account: Account
    limits: Limits
    records: Records
    notebook: Notebook
    journal: Journal
    clock: Clock
    check_root: Callable[[], None]
    stands: Callable[[Message], bool]
    _looked_s: float | None = field(default=None)

    def look(self, *, receives: bool) -> Look:
        """What is late now, every five minutes. `receives`: nothing keeps messages from arriving here."""
        found = [*self._hooks(), *self._passed_over()]
        judged = {Kind.HOOK, Kind.PASSED_OVER}
        now_s = self.clock.monotonic()
        if self._looked_s is None or now_s - self._looked_s >= EVERY.total_seconds():
            self._looked_s = now_s
            for kinds, look in self._looks(receives=receives):
                found += look
                judged |= kinds
        return Look(account=self.account.name, found=tuple(found), judged=frozenset(judged))

    def _looks(self, *, receives: bool) -> Iterator[tuple[set[Kind], list[Concern]]]:
        yield {Kind.REJECTED}, list(self._rejected())
        yield {Kind.UNACKNOWLEDGED}, list(self._unacknowledged())
        if any(table.rules.mdn_within for table in self.account.partners):
            yield {Kind.MDN_OVERDUE}, list(self._mdns())
        if receives:
            yield {Kind.SILENT}, list(self._silent())
        if self.limits.not_collected_after is not None:
            try:
                yield {Kind.NOT_COLLECTED}, list(self._not_collected(self.limits.not_collected_after))
            except FolderError:
                return  # the jobs tell what is wrong with the root

    # Each kind ----------------------------------------------------------------------------------

    def _hooks(self) -> Iterator[Concern]:
        names = {key.rpartition(".")[2] for key in commands(self.account)}
        for key, value in self.records.facts(self.account.name).items():
            name = key.removeprefix(GIVEN_UP)
            if key.startswith(GIVEN_UP) and name in names:
                told: Mapping[str, str] = json.loads(value)
                yield self._concern(
                    Kind.HOOK,
                    f"hook {name}",
                    since=datetime.fromisoformat(told["since"]),
                    what=f"{name} was given up: {told['what']}",
                    remedy=f"syncd show {told['message']}",
                )

    def _passed_over(self) -> Iterator[Concern]:
        """Told with the first notice of a new account: what it does not fetch."""
        old = passed_over(self.records.facts(self.account.name))
        if old.count and old.oldest and old.newest:
            yield self._concern(
                Kind.PASSED_OVER,
                "old",
                since=old.oldest,
                what=f"{old.count} unread messages, up to {old.newest:%Y-%m-%d %H:%M} UTC, are not fetched",
                remedy=f"To have them: {command(self.account.name, old.oldest, old.newest)}",
            )

    def _rejected(self) -> Iterator[Concern]:
        wanted = Search(account=self.account.name, states=(State.SENT,), attention=True, limit=MOST)
        for pair, late in _by_pair(self.records.search(wanted)):
            yield self._of_pair(
                Kind.REJECTED,
                pair,
                since=min(message.updated for message in late),
                what=f"{_named(late)} not accepted, or not in all parts",
                remedy=f"syncd show {late[0].id}; when it is seen to: syncd resolve {late[0].id} done",
            )

    def _unacknowledged(self) -> Iterator[Concern]:
        now = self.clock.now()
        wanted = Search(account=self.account.name, acknowledged=OVERDUE, at=now, limit=MOST)
        for pair, late in _by_pair(self.records.search(wanted)):
            first = min(late, key=lambda message: message.acknowledge_by or now)
            yield self._of_pair(
                Kind.UNACKNOWLEDGED,
                pair,
                since=first.acknowledge_by or now,
                what=f"{_named(late)} not acknowledged in time",
                remedy=f"syncd list --acknowledged overdue --account {self.account.name}",
            )

    def _mdns(self) -> Iterator[Concern]:
        now = self.clock.now()
        waiting = (machine.AWAITING_MDN, machine.SENT)
        rows = self.records.unfinished(self.account.name, Direction.OUTBOUND, at=waiting)
        for pair, late in _by_pair(row for row in rows if self._mdn_is_late(row, now)):
            first = min(late, key=lambda message: message.progress.transmitted_at or now)
            yield self._of_pair(
                Kind.MDN_OVERDUE,
                pair,
                since=first.progress.transmitted_at or now,
                what=f"{_named(late)} without an MDN",
                remedy=f"syncd show {first.id}",
            )

    def _mdn_is_late(self, row: Message, now: datetime) -> bool:
        within = self.account.rules(station=row.pair.station, partner=row.pair.partner).mdn_within
        at = row.progress.transmitted_at
        if within is None or at is None or at + within > now:
            return False
        return row.phase is Phase.AWAITING_MDN or (row.state is State.SENT and _is_pending(row.mdn))

    def _silent(self) -> Iterator[Concern]:
        now = self.clock.now()
        for pair in self.records.pairs_used(self.account.name):
            rules = self.account.rules(station=pair.station, partner=pair.partner)
            after = rules.silent_after or self.limits.silent_after
            last = self._last_from(pair) if after else None
            if after and last and now - last > after:
                yield self._of_pair(
                    Kind.SILENT, pair, since=last, what=f"nothing came for {span_words(after)}", remedy=""
                )

    def _last_from(self, pair: Pair) -> datetime | None:
        """When something came from a partner last; None: never."""
        newest = self.records.search(
            Search(
                account=self.account.name,
                direction=Direction.INBOUND,
                states=(State.RECEIVED,),
                station=pair.station,
                partner=pair.partner,
                limit=1,
            )
        )
        return newest[0].created if newest else None

    def _not_collected(self, after: timedelta) -> Iterator[Concern]:
        """Raises: FolderError."""
        for pair, left in _by_pair(self._left(after)):
            first = min(left, key=lambda message: message.settled_at or message.updated)
            folder = f"{self.account.root}/{_folder(first)}"
            yield self._of_pair(
                Kind.NOT_COLLECTED,
                pair,
                since=first.settled_at or first.updated,
                what=f"{_named(left)} still in the inbox after {span_words(after)}",
                remedy=f"Look at what collects from {folder}",
                is_inbound=True,
            )

    def _left(self, after: timedelta) -> list[Message]:
        """The messages whose files still stand: those known to, and those that are due to be looked at."""
        self.check_root()
        now, name = self.clock.now(), self.account.name
        spot, watched = _read(self.records.facts(name).get(WATCH), now - after - BEFORE)
        known = (self.records.get(each) for each in watched)
        left = [message for message in known if message is not None and self.stands(message)]
        while len(left) < MOST_WATCHED:
            some = self.notebook.delivered(name, after=spot, until=now - after, limit=MOST)
            left += [message for message in some if self.stands(message)]
            if not some:
                break
            spot = Spot(at=some[-1].settled_at or spot.at, message=some[-1].id)
        self.journal.remember(name, {WATCH: _written(spot, left)})
        return left

    # A concern ----------------------------------------------------------------------------------

    def _of_pair(
        self, kind: Kind, pair: Pair, *, since: datetime, what: str, remedy: str, is_inbound: bool = False
    ) -> Concern:
        return self._concern(
            kind,
            f"{pair.station}/{pair.partner}",
            since=since,
            what=what,
            remedy=remedy,
            station=pair.station,
            partner=pair.partner,
            is_inbound=is_inbound or kind is Kind.SILENT,
        )

    def _concern(self, kind: Kind, of: str, **words: object) -> Concern:
        known: dict[str, object] = {
            "key": f"{kind}/{self.account.name}/{of}",
            "account": self.account.name,
            "kind": kind,
            "changed": self.clock.now(),
        }
        return Concern(**(known | words))  # type: ignore[arg-type]  # Concern's own


def _by_pair(messages: Iterable[Message]) -> Iterator[tuple[Pair, list[Message]]]:
    found: dict[tuple[str, str], list[Message]] = defaultdict(list)
    for message in messages:
        found[message.pair.station, message.pair.partner].append(message)
    for late in found.values():
        yield late[0].pair, late


def _named(messages: Sequence[Message]) -> str:
    """The first of them by name, and how many there are."""
    first = messages[0]
    name = first.name or ", ".join(file.name for file in first.files[:3]) or first.id
    more = len(messages) - 1
    return f"{name} and {more} more" if more else name


def _is_pending(mdn: Mdn | None) -> bool:
    return mdn is not None and mdn.status is MdnStatus.PENDING


def _folder(message: Message) -> str:
    places = [file.place for file in message.files if file.place]
    return places[0].rpartition("/")[0] if places else "inbox"


def _read(fact: str | None, begin: datetime) -> tuple[Spot, list[MessageId]]:
    """How far the inbox was looked through, and which files stood there then."""
    if fact is None:
        return Spot(at=begin, message=None), []
    known = json.loads(fact)
    spot = Spot(at=datetime.fromisoformat(known["at"]), message=known["message"])
    return spot, [MessageId(each) for each in known["left"]]


def _written(spot: Spot, left: Sequence[Message]) -> str:
    ids = [message.id for message in left]
    return json.dumps({"at": spot.at.isoformat(), "message": spot.message, "left": ids})
