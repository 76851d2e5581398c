"""Delete entries at the gateway, of messages that are settled here; the files here stay.

Many go in one request. The document says how many such a request deleted, not which: when it counts fewer, or
refuses the request, each is deleted by itself, which is safe to repeat. One that is not there is what was
wanted, but for a stopped one: somebody may have let it go on.

An id may be shared: a partner that repeats a message uses it again. What is unread under an id at the
gateway, or not settled here, keeps all of that id there.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from syncd.core import events as ev
from syncd.core.deletion import boxes, refusal
from syncd.core.machine import CONFIRMED, GONE, STOPPED, spot
from syncd.core.model import Direction, Folder, GatewayId, Message, MessageId, PartnerType, State, bare
from syncd.core.planning import track as planning
from syncd.core.planning.track import Fate
from syncd.core.shown import Box, Record
from syncd.errors import GatewayError, NotThere, Rejected, SyncdError, TryLater, Unanswered, UsageError
from syncd.flows.bridge import Bridge, Step
from syncd.flows.fetching import is_silence
from syncd.flows.placing import place_for, settle
from syncd.flows.track import entry

AT_ONCE = 100
"""Ids in one request (REST v1, §9.2)."""
MOST_UNCLEAR = 5
"""Answers in a row that say nothing of the message, after which it is the gateway that is to blame."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """What came of it: messages as they are after, and those that are left, each with the reason.

    `trouble` ended it early: what is in neither was not tried.
    """

    deleted: tuple[Message, ...] = ()
    left: tuple[tuple[Message, SyncdError], ...] = ()
    trouble: GatewayError | None = None


def would_delete(bridge: Bridge, rows: Sequence[Message]) -> Deletion:
    """What would be deleted, as far as that is known without asking the gateway.

    Raises: UsageError at a gateway that keeps everything.
    """
    _need_deletion(bridge)
    work = _Work(bridge, by="", note="")
    return Deletion(deleted=tuple(work.fitting(rows)), left=tuple(work.left))


def _need_deletion(bridge: Bridge) -> None:
    can = bridge.gateway.capabilities
    if not can.can_delete:
        what = f"{can.kind} keeps what it has: no message can be deleted there"
        raise UsageError(what, "Nothing is to be done: what it keeps is in nobody's way.")


def delete_there(bridge: Bridge, rows: Sequence[Message], *, by: str, note: str = "") -> Deletion:
    """Delete the entries of these messages; each request's are recorded before the next.

    No pull may run meanwhile. Raises: UsageError at a gateway that keeps everything; RootUnusable.
    """
    _need_deletion(bridge)
    bridge.tree.check()
    work = _Work(bridge, by=by, note=note)
    trouble = None
    try:
        for portion in _portions(work.fitting(rows)):
            work.delete(portion)
    except GatewayError as error:
        trouble = error
    return Deletion(deleted=tuple(work.deleted), left=tuple(work.left), trouble=trouble)


def _portions(rows: Sequence[Message]) -> Iterator[list[Message]]:
    """Those that go in one request: of the same list, a hundred at most."""
    kinds = sorted({(spot(row) == STOPPED, boxes(row)) for row in rows})
    for kind in kinds:
        alike = [row for row in rows if (spot(row) == STOPPED, boxes(row)) == kind]
        for start in range(0, len(alike), AT_ONCE):
            yield alike[start : start + AT_ONCE]


class _Work:
    """One deletion of many messages, as far as it has come."""

    def __init__(self, bridge: Bridge, *, by: str, note: str) -> None:
        self._bridge = bridge
        self._by = by
        self._note = note
        self.deleted: list[Message] = []
        self.left: list[tuple[Message, SyncdError]] = []
        self._unclear = 0

    def fitting(self, rows: Sequence[Message]) -> list[Message]:
        """Those that are settled here, each once."""
        fit = []
        for row in {row.id: row for row in rows}.values():
            why_not = refusal(row)
            if why_not is None:
                fit.append(row)
            else:
                self.left.append((row, why_not))
        return fit

    def delete(self, rows: Sequence[Message]) -> None:
        """Delete what nothing speaks against. Raises: GatewayError: the rest was not tried."""
        self._refuse_to_hang_on()
        wanted = _still_wanted(self._bridge, rows)
        self.left += [(row, wanted[row.id]) for row in rows if row.id in wanted]
        rows = [row for row in rows if row.id not in wanted]
        if len(rows) > 1 and len(boxes(rows[0])) == 1 and self._together(rows):
            self._record(rows)
            return
        for row in rows:
            self._refuse_to_hang_on()
            self._one(row)

    def _refuse_to_hang_on(self) -> None:
        if self._bridge.clock.wait(timedelta()):
            raise TryLater("the program is stopping", remedy="What is left goes when it is asked for again.")

    def _together(self, rows: Sequence[Message]) -> bool:
        """Whether the gateway says that it deleted every one of them."""
        (box,) = boxes(rows[0])
        try:
            return self._bridge.gateway.delete(box, [_there(row) for row in rows]) == len(rows)
        except (NotThere, Rejected, Unanswered) as error:
            if is_silence(error):
                raise
            return False

    def _one(self, row: Message) -> None:
        found = False
        for box in boxes(row):
            try:
                self._bridge.gateway.delete(box, [_there(row)])
                found = True
            except NotThere:
                continue
            except (Rejected, Unanswered) as error:
                self._leave(row, error)
                return
        if spot(row) == STOPPED and not found:
            self.left.append((row, _not_stopped(row)))
            return
        self._record([row])

    def _leave(self, row: Message, error: GatewayError) -> None:
        """One that the gateway cannot delete keeps no other there. Raises: the error, if not."""
        self._unclear += isinstance(error, Unanswered)
        if is_silence(error) or self._unclear >= MOST_UNCLEAR:
            raise error
        self.left.append((row, error))

    def _record(self, rows: Sequence[Message]) -> None:
        bridge = self._bridge
        self._unclear = 0
        after = bridge.record([self._step(row) for row in rows])
        settle(bridge, [row for row in after if row.moving_from])
        for row in rows:
            if row.state is State.HELD:
                bridge.inbox.write_alone(row.pair, row.id, None)
                bridge.inbox.discard(row.id)
        self.deleted += [bridge.records.get(row.id) or row if row.moving_from else row for row in after]

    def _step(self, row: Message) -> Step:
        stopped = spot(row) == STOPPED
        place = place_for(self._bridge, row, Folder.FAILED) if stopped else None
        ends = stopped or row.state is State.HELD
        return row, ev.Deleted(ends=ends, place=place, by=self._by, note=self._note)


def _there(row: Message) -> GatewayId:
    return GatewayId(row.message_id or "")


def _not_stopped(row: Message) -> UsageError:
    what = f"message {row.id} is not among the stopped ones there: somebody deleted it, or let it go on"
    return UsageError(what, f"To follow it again: `syncd retry {row.id}`.")


# What speaks against it --------------------------------------------------------------------------


def _still_wanted(bridge: Bridge, rows: Sequence[Message]) -> dict[MessageId, UsageError]:
    """Those whose entry is needed still, each with the reason."""
    if any(row.direction is Direction.INBOUND for row in rows):
        return _unread_there(bridge, rows) | _unsettled_elsewhere(bridge, rows)
    since = bridge.clock.now() - planning.REVIVABLE_FOR
    young = [row for row in rows if row.state is State.FAILED and row.settled_at and row.settled_at > since]
    return {row.id: _revived(row) for row in young if _is_on_its_way(bridge, row)}


def _is_on_its_way(bridge: Bridge, row: Message) -> bool:
    """Whether somebody at the gateway let a failed message go on."""
    record = entry(bridge, row, Box.QUEUED, Box.SENT)
    if record is None:
        return False
    return record.box is Box.QUEUED or planning.read_sent(record).fate is not Fate.BOUNCED


def _revived(row: Message) -> UsageError:
    what = f"message {row.id} is on its way again: somebody retried it at the gateway"
    return UsageError(what, "The next look at the gateway tells: syncd once --only track")


def _unsettled_elsewhere(bridge: Bridge, rows: Sequence[Message]) -> dict[MessageId, UsageError]:
    found: dict[MessageId, UsageError] = {}
    known = bridge.records.by_gateway_ids(bridge.account.name, [_there(row) for row in rows])
    unsettled = [other for other in known if spot(other) not in (CONFIRMED, GONE)]
    for row in rows:
        others = [one for one in unsettled if one.id != row.id and _key(one) == _key(row)]
        if others:
            what = f"message {row.id} and {others[0].id}, which is not settled, have one id at the gateway"
            found[row.id] = UsageError(what, f"How that one stands: `syncd show {others[0].id}`.")
    return found


def _unread_there(bridge: Bridge, rows: Sequence[Message]) -> dict[MessageId, UsageError]:
    found: dict[MessageId, UsageError] = {}
    for partner_type in sorted({row.pair.partner_type for row in rows}):
        mine = [row for row in rows if row.pair.partner_type is partner_type]
        unread = list(_unread(bridge, partner_type, back_to=min(row.listed_at or 0 for row in mine)))
        for row in mine:
            if any(_is_another(record, row) for record in unread if _key(record) == _key(row)):
                what = f"the id of message {row.id} is unread at the gateway"
                found[row.id] = UsageError(what, "The next pull sees to that first: syncd once --only pull")
    return found


def _is_another(record: Record, row: Message) -> bool:
    """Whether an unread entry of its id is not the message itself, as it was held."""
    return row.state is not State.HELD or record.persisted != row.listed_at


def _unread(bridge: Bridge, partner_type: PartnerType, *, back_to: int) -> Iterator[Record]:
    """What is unread there, the newest first, down to this time of the gateway's."""
    seen: set[str] = set()
    for page in itertools.count():
        listing = bridge.gateway.unread(partner_type, page=page, newest_first=True)
        fresh = {_key(record) for record in listing.records} - seen
        yield from listing.records
        seen |= fresh
        if listing.is_last or not fresh or any(_is_before(record, back_to) for record in listing.records):
            return


def _is_before(record: Record, moment: int) -> bool:
    return record.persisted is not None and record.persisted < moment


def _key(one: Message | Record) -> str:
    return bare(one.message_id or "")
