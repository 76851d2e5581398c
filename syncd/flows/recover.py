"""Recover: at the start of a run, bring rows and folders together again after whatever stopped the last one.

A message in `submitting` may have left: it is in doubt. A claimed file is in the outbox still (the rename
is done now), or in `queued/`, or gone (a person took it). Files that are not yet where their row says are
moved there. What stands in `queued/` without a row is never sent by itself: it is held. Staging folders
that no row knows are removed. Safe to run any number of times.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import structlog

from syncd.core import events as ev
from syncd.core import status_file
from syncd.core.looking import Search
from syncd.core.machine import STAGED, SUBMITTING, TAKEN_OVER
from syncd.core.model import Direction, Folder, Message, MessageId, Phase, Progress, State
from syncd.errors import FolderError
from syncd.flows.bridge import Bridge, Step
from syncd.flows.claiming import TOGETHER, take
from syncd.flows.drafting import complain
from syncd.flows.placing import settle
from syncd.flows.resending import taken_by
from syncd.flows.splitting import finish_splits
from syncd.ports import Draft
from syncd.ports.folders import Stranger

log = structlog.get_logger(__name__)

MOST_HELD = 100_000
MOST_LOOKED_AT = 100
"""Failed messages whose file is looked for in one pass, the newest first."""


def recover(bridge: Bridge) -> None:
    """Heal what a crash left behind, both ways. Raises: FolderError, StateError."""
    recover_outbound(bridge)
    recover_inbound(bridge)


def recover_outbound(bridge: Bridge) -> None:
    """Heal what was on its way out; nothing may be sending at the same time.

    Strangers are judged by the first send pass that knows the partners: their types are not known before.
    """
    mend_outbound(bridge)
    moving = bridge.records.moving(bridge.account.name)
    bridge.outbox.clear_copies(frozenset(row.moving_from for row in moving if row.moving_from))
    bridge.addresses.strangers_judged = False


def mend_outbound(bridge: Bridge) -> frozenset[MessageId]:
    """Finish what an earlier pass could not: claims, renames, and sends whose outcome nobody noted.

    At the start of each send pass, when nothing is being sent. Returns the messages whose file cannot be
    renamed even now.
    """
    name, way = bridge.account.name, Direction.OUTBOUND
    _doubt(bridge, bridge.records.unfinished(name, way, at=[SUBMITTING]))
    moving = bridge.records.moving(name)
    stuck = _claim_again(bridge, [row for row in moving if row.phase is Phase.CLAIMED])
    settle(bridge, [row for row in moving if row.phase not in (Phase.CLAIMED, Phase.SUBMITTING)])
    _note_cleared(bridge)
    return stuck


def _note_cleared(bridge: Bridge) -> None:
    """A failed file that is not in `failed/` has been seen, or is sent again: it needs nobody any more."""
    gone = [
        row
        for row in bridge.records.failed_with_file(bridge.account.name, limit=MOST_LOOKED_AT)
        if row.place and row.moving_from is None and bridge.outbox.identity(row.place) is None
    ]
    if gone:
        bridge.tree.check()
        bridge.record([(row, ev.TakenAway(resent_as=taken_by(bridge, row))) for row in gone])


def recover_inbound(bridge: Bridge) -> None:
    """Heal what was on its way in, as far as a pull does not do it by itself; none may run meanwhile."""
    name, way = bridge.account.name, Direction.INBOUND
    held = Search(account=name, direction=way, states=(State.HELD,), limit=MOST_HELD)
    for row in bridge.records.search(held):
        bridge.inbox.write_alone(row.pair, row.id, status_file.render(row))
    _clear_staging(bridge, bridge.records.unfinished(name, way, at=[STAGED]))


def _doubt(bridge: Bridge, rows: Sequence[Message]) -> None:
    reason = "it may have been accepted: syncd stopped while it was being sent"
    bridge.record([(row, ev.Doubted(reason=reason, next_at=_look_soon(row))) for row in rows])


def _look_soon(row: Message) -> datetime:
    """At once: the gateway's time is not known yet, and the machine's may be wrong by years."""
    return row.progress.submitted_at or row.updated


def _claim_again(bridge: Bridge, rows: Sequence[Message]) -> frozenset[MessageId]:
    """Finish claims: only the very file that was claimed is taken, not another of the same name."""
    stuck = finish_splits(bridge, [row for row in rows if row.batch is not None])
    alone = [row for row in rows if row.batch is None]
    for start in range(0, len(alone), TOGETHER):
        stuck |= _finish_portion(bridge, alone[start : start + TOGETHER])
    return stuck


def _finish_portion(bridge: Bridge, rows: Sequence[Message]) -> frozenset[MessageId]:
    """Synced together, and noted then; returns those that cannot be renamed even now."""
    try:
        with bridge.outbox.together():
            steps = _finish_claims(bridge, rows)
    except FolderError as error:
        complain(bridge, rows[0], error)
        steps = []
    bridge.record(steps)
    return frozenset(row.id for row in rows) - {row.id for row, _ in steps}


def _finish_claims(bridge: Bridge, rows: Sequence[Message]) -> list[Step]:
    """A step for each whose file could be renamed."""
    steps: list[Step] = []
    for row in rows:
        try:
            steps.append(_finish_claim(bridge, row))
        except FolderError as error:
            complain(bridge, row, error)
    return steps


def _finish_claim(bridge: Bridge, row: Message) -> Step:
    if row.place is None or row.moving_from is None:
        return (row, ev.Moved())
    if bridge.outbox.identity(row.place) is not None:
        bridge.outbox.make_durable(row.moving_from, row.place)
        return (row, ev.Moved())
    there = bridge.outbox.identity(row.moving_from)
    if there is not None and there.is_as(row.progress.identity):
        moved = take(bridge, row)
        return (row, moved) if isinstance(moved, ev.Withdrawn) else (moved, ev.Moved())
    bridge.tree.check()
    return (row, ev.Withdrawn(reason="taken out of the outbox as it was being claimed"))


def hold_strangers(bridge: Bridge) -> None:
    """Hold what stands in `queued/` without a row. Raises: FolderError, StateError."""
    rows = [
        *bridge.records.unfinished(bridge.account.name, Direction.OUTBOUND, at=TAKEN_OVER),
        *bridge.records.moving(bridge.account.name),
    ]
    known = {row.place for row in rows if row.place} | {row.moving_from for row in rows if row.moving_from}
    strangers = bridge.outbox.strangers(frozenset(known))
    settle(bridge, bridge.open([_stranger(bridge, stranger) for stranger in strangers]))


def _stranger(bridge: Bridge, found: Stranger) -> Draft:
    """A file without a row is held from its first moment: nothing may send it by itself."""
    now = bridge.clock.now()
    place = bridge.outbox.free_place(
        Folder.HELD, found.pair, found.name, now=bridge.local_now(), batch=found.batch
    )
    reason = "it stands in queued/ but syncd does not know it: it may have been sent by an earlier set-up"
    row = Message(
        id=MessageId(""),
        account=bridge.account.name,
        gateway=bridge.account.gateway,
        direction=Direction.OUTBOUND,
        state=State.HELD,
        pair=found.pair,
        name=found.name,
        is_folder=found.is_folder,
        batch=found.batch,
        files=found.files,
        place=place,
        moving_from=found.place,
        reason=reason,
        created=now,
        updated=now,
        progress=Progress(identity=bridge.outbox.identity(found.place)),
    )
    return Draft(event=ev.Held(reason=reason, place=row.place), message=row)


def _clear_staging(bridge: Bridge, rows: Sequence[Message]) -> None:
    """Remove staging folders of messages that are not staged: they are fetched again, or done."""
    staged = {row.id for row in rows}
    for message_id in bridge.inbox.staging() - staged:
        bridge.inbox.discard(message_id)
