"""Track: follow what the gateway accepted until it is settled.

Many at once with the list calls: queued, failed and sent for what is on its way, sent alone for fresh MDNs;
older MDNs are asked for one by one, a few each pass. A failed message can be revived by hand at the
gateway, so young ones are looked for again now and then.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import structlog

from syncd.core import events as ev
from syncd.core.events import Event
from syncd.core.machine import ON_ITS_WAY, SENT
from syncd.core.model import (
    AUTO,
    Direction,
    Folder,
    GatewayId,
    Mdn,
    MdnStatus,
    Message,
    PartnerType,
    Phase,
    State,
    bare,
)
from syncd.core.planning import track as planning
from syncd.core.planning.doubt import Seen
from syncd.core.planning.track import Fate, Finding
from syncd.core.shown import Box, Record
from syncd.errors import NotThere
from syncd.flows.bridge import Bridge, Step
from syncd.flows.lists import read_lists
from syncd.flows.placing import place_for, record_and_settle

log = structlog.get_logger(__name__)

TRACKED = (*ON_ITS_WAY, SENT)
"""On its way at the gateway; or sent by `sent_when = "transmitted"` with its MDN still to come."""
FEW = 3
"""So many are asked for one by one rather than by reading lists."""
Boxes = Mapping[Box, Mapping[str, Record]]


class Track:
    """The track job of one account. `run` is one pass; it is called by one thread at a time."""

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge
        self._facts: dict[str, str] = {}

    def run(self) -> None:
        """One pass; no request when nothing is outstanding. Raises: GatewayError: tried again next time."""
        bridge = self._bridge
        bridge.tree.check()
        self._facts = dict(bridge.records.facts(bridge.account.name))
        rows = bridge.records.unfinished(bridge.account.name, Direction.OUTBOUND, at=TRACKED)
        for partner_type in PartnerType:
            of_type = [row for row in rows if row.pair.partner_type is partner_type]
            if of_type:
                self._track_type(partner_type, of_type)
        self._look_for_revived()

    def _track_type(self, partner_type: PartnerType, rows: Sequence[Message]) -> None:
        bridge = self._bridge
        agenda = planning.plan_agenda(
            rows,
            newest_seen=self._time(f"sent_seen.{partner_type}"),
            now=bridge.clock.now(),
            one_outbox=bridge.gateway.capabilities.has_one_outbox,
        )
        if agenda.lists:
            seen = read_lists(bridge, partner_type, agenda.lists, back_to=agenda.sent_back_to)
            self._judge_all(agenda.listed, seen, whole=agenda.lists != (Box.SENT,))
            self._note_newest(partner_type, seen)
        self._ask_all(agenda.singles)

    def _judge_all(self, rows: Sequence[Message], seen: Seen, *, whole: bool) -> None:
        boxes = planning.by_box(seen)
        open_ended = planning.to_ask(rows, boxes, now=self._bridge.clock.now())
        steps: list[Step] = []
        asked = {row.id for row in open_ended}
        for row in rows:
            if row.id in asked:
                continue
            finding = self._judge(row, boxes, complete=seen.complete and whole, at=seen.at)
            steps.extend(step_for(self._bridge, row, finding))
        record_and_settle(self._bridge, steps)
        self._ask_all(open_ended)

    def _judge(self, row: Message, boxes: Boxes, *, complete: bool, at: datetime) -> Finding:
        bridge = self._bridge
        timeout = bridge.addresses.send_timeout_s(row.pair)
        grace = planning.failed_grace(bridge.account.failed_grace, timeout, bridge.account.track_every)
        final = bridge.gateway.capabilities.failed_is_final
        finding = planning.judge(row, boxes, complete=complete, grace=grace, at=at, failed_is_final=final)
        return self._verified(row, finding) if finding.to_verify else finding

    def _verified(self, row: Message, finding: Finding) -> Finding:
        """A verdict that rests on absence: ask for the entry by its id before it is believed."""
        record = entry(self._bridge, row, Box.SENT, Box.QUEUED)
        if record is not None and record.box is Box.SENT:
            return planning.read_sent(record)
        if record is not None:
            progress = replace(row.progress, failed_since=None, failed_seen=None, nowhere_since=None)
            return Finding(fate=Fate.UNCHANGED, progress=progress)
        failed = entry(self._bridge, row, Box.FAILED)
        if finding.fate is Fate.BOUNCED:
            return replace(finding, reason=planning.why_failed(failed), mdn=failed.mdn if failed else None)
        if failed is None:
            return finding
        now = self._bridge.clock.now()
        progress = replace(row.progress, failed_since=now, failed_seen=now, nowhere_since=None)
        return Finding(fate=Fate.UNCHANGED, progress=progress)

    def _ask_all(self, rows: Sequence[Message]) -> None:
        """One after the other, by their ids; what was learned is recorded together, also before an error."""
        steps: list[Step] = []
        try:
            for row in rows:
                steps.extend(self._ask(row))
        finally:
            record_and_settle(self._bridge, steps)

    def _ask(self, row: Message) -> Sequence[Step]:
        """One message, by its id: has its MDN come, how does it end?"""
        bridge, now = self._bridge, self._bridge.clock.now()
        if bridge.gateway.capabilities.has_one_outbox:
            record = entry(bridge, row, Box.SENT, Box.QUEUED, Box.FAILED)
            finding = planning.judge_single(row, record, at=now)
        else:
            record = entry(bridge, row, Box.SENT)
            finding = planning.read_sent(record) if record else _lost_sight_of(row)
        asked = replace(finding.progress or row.progress, mdn_asked_at=now)
        steps = step_for(bridge, row, replace(finding, progress=asked))
        return steps or [(row, ev.Remembered(progress=asked))]

    def _note_newest(self, partner_type: PartnerType, seen: Seen) -> None:
        times = [r.persisted_at for r in seen.records if r.box is Box.SENT and r.persisted_at]
        key = f"sent_seen.{partner_type}"
        if not self._bridge.gateway.capabilities.has_ordered_lists:
            return
        newest = max(times, default=None)
        if seen.complete and newest is not None and newest != self._time(key):
            self._remember(key, newest)

    # Revived at the gateway ---------------------------------------------------------------------

    def _look_for_revived(self) -> None:
        """Failed messages of the last two days: does queued or sent have one of them again?"""
        bridge, now = self._bridge, self._bridge.clock.now()
        looked = self._time("revived_looked")
        if looked is not None and now - looked < planning.REVIVAL_EVERY and now >= looked:
            return
        young = bridge.records.failed_since(bridge.account.name, planning.revivable_since(now))
        failed = [row for row in young if row.progress.deleted_at is None]
        if not failed:
            return
        for partner_type in PartnerType:
            rows = [row for row in failed if row.pair.partner_type is partner_type]
            if rows:
                self._revive(partner_type, rows)
        self._remember("revived_looked", now)

    def _revive(self, partner_type: PartnerType, rows: Sequence[Message]) -> None:
        bridge = self._bridge
        if len(rows) <= FEW:
            boxes = planning.by_box(
                Seen(records=tuple(self._by_id(rows)), complete=True, at=bridge.clock.now())
            )
            self._take_back(rows, boxes)
            return
        starts = [row.accepted_at or row.created for row in rows]
        back_to = min(starts) - planning.LIST_MARGIN
        seen = read_lists(bridge, partner_type, (Box.QUEUED, Box.SENT), back_to=back_to)
        self._take_back(rows, planning.by_box(seen))

    def _by_id(self, rows: Sequence[Message]) -> Iterator[Record]:
        """The sent or queued entry of each, asked for one by one."""
        for row in rows:
            found = entry(self._bridge, row, Box.SENT, Box.QUEUED)
            if found is not None:
                yield found

    def _take_back(self, rows: Sequence[Message], boxes: Boxes) -> None:
        bridge = self._bridge
        steps: list[Step] = []
        for row in rows:
            key = bare(row.message_id or "")
            if key in boxes[Box.SENT]:
                steps.extend(step_for(bridge, row, planning.read_sent(boxes[Box.SENT][key])))
            elif key in boxes[Box.QUEUED] and not self._is_still_failed(row, boxes[Box.QUEUED][key]):
                steps.append((row, ev.Revived(place=place_for(bridge, row, Folder.QUEUED))))
        record_and_settle(bridge, steps)

    def _is_still_failed(self, row: Message, record: Record) -> bool:
        """An entry that does not tell how it ends may have ended badly already."""
        return record.asks_more and entry(self._bridge, row, Box.SENT, Box.QUEUED) is None

    # Facts --------------------------------------------------------------------------------------

    def _time(self, key: str) -> datetime | None:
        stored = self._facts.get(key)
        return datetime.fromisoformat(stored) if stored else None

    def _remember(self, key: str, at: datetime) -> None:
        self._facts[key] = at.isoformat()
        self._bridge.journal.remember(self._bridge.account.name, {key: self._facts[key]})


def _lost_sight_of(row: Message) -> Finding:
    """What became of a message whose entry is not in `sent` any more: nothing, until its MDN is given up."""
    if row.phase is Phase.AWAITING_MDN or row.state is State.SENT:
        return Finding(fate=Fate.TRANSMITTED, mdn=row.mdn)
    return Finding(fate=Fate.UNCHANGED)


def entry(bridge: Bridge, row: Message, *boxes: Box) -> Record | None:
    """The row's entry in the first of these lists that has it, asked for by its id; or None.

    One request for each list, one in all where everything that was sent stands in one.
    """
    if bridge.gateway.capabilities.has_one_outbox:
        record = _entry(bridge, row, Box.OUTBOX)
        return record if record is not None and record.box in boxes else None
    found = (_entry(bridge, row, box) for box in boxes)
    return next((record for record in found if record is not None), None)


def _entry(bridge: Bridge, row: Message, box: Box) -> Record | None:
    try:
        return bridge.gateway.entry(box, GatewayId(row.message_id or ""))
    except NotThere:
        return None


def step_for(bridge: Bridge, row: Message, finding: Finding) -> list[Step]:
    """What a finding changes about a message: nothing, or one event."""
    event = _event_for(bridge, row, finding)
    return [(row, event)] if event is not None else []


def _event_for(bridge: Bridge, row: Message, finding: Finding) -> Event | None:
    match finding.fate:
        case Fate.DELIVERED:
            return _delivered(bridge, row, finding.mdn)
        case Fate.TRANSMITTED:
            return _transmitted(bridge, row, finding.mdn)
        case Fate.BOUNCED:
            return _bounced(bridge, row, finding)
        case Fate.NOWHERE:
            return ev.Held(reason=finding.reason, place=place_for(bridge, row, Folder.HELD))
        case Fate.UNCHANGED:
            if finding.progress is None or finding.progress == row.progress:
                return None
            return ev.Remembered(progress=finding.progress)


def _delivered(bridge: Bridge, row: Message, mdn: Mdn | None) -> Event:
    place = row.place if row.state is State.SENT else place_for(bridge, row, Folder.SENT)
    return ev.Delivered(mdn=mdn, place=place)


def _bounced(bridge: Bridge, row: Message, finding: Finding) -> Event | None:
    if row.state is State.FAILED:
        return None
    place = place_for(bridge, row, Folder.FAILED)
    return ev.Bounced(reason=finding.reason + _by_header(row), mdn=finding.mdn, place=place)


def _by_header(row: Message) -> str:
    if not row.pair.station == row.pair.partner == AUTO:
        return ""
    return "; it was routed by its own header: does its ISA or UNB name IDs that the gateway knows?"


def _transmitted(bridge: Bridge, row: Message, mdn: Mdn | None) -> Event | None:
    """Sent by the gateway, the MDN still to come: noted once, and given up after a long time."""
    now = bridge.clock.now()
    if row.phase is Phase.AWAITING_MDN or row.state is State.SENT:
        if not planning.gives_up_mdn(row, after=bridge.account.mdn_give_up, now=now):
            return None
        if row.state is State.SENT:
            return ev.Delivered(mdn=Mdn(status=MdnStatus.MISSING), place=row.place)
        came = "MDN" if bridge.gateway.capabilities.has_mdn else "word of its arrival"
        reason = f"the gateway sent it, but no {came} came: ask the partner whether it arrived"
        return ev.Held(reason=reason, place=place_for(bridge, row, Folder.HELD))
    if bridge.account.sent_when == "transmitted":
        return ev.Transmitted(mdn=mdn, place=place_for(bridge, row, Folder.SENT), done=True)
    folder = Folder.QUEUED if row.state is State.FAILED else None
    place = place_for(bridge, row, folder) if folder else row.place
    return ev.Transmitted(mdn=mdn, place=place)
