"""Take dropped files over: a row first, then the rename into `queued/`."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

from syncd.core import events as ev
from syncd.core.layout import parent
from syncd.core.model import Folder, Message, MessageId, Place, State
from syncd.core.shown import Dropped, Outlook
from syncd.errors import FileGone, FolderError, NameTaken
from syncd.flows.bridge import Bridge, Step
from syncd.flows.drafting import Claims, complain, draft, take_status_along, told_by
from syncd.flows.placing import settle
from syncd.flows.splitting import split
from syncd.ports import Draft

TOGETHER = 100
"""Files whose rows are written in one transaction."""


def claim_all(bridge: Bridge, outlook: Outlook) -> Claims:
    """Claim everything that is ready, oldest first.

    What is refused here, because it is local and certain, ends in `failed/` with its reason. What is not
    claimed to the end yet is passed over, a folder also for the sake of a single file.
    """
    ready = _not_moving(bridge, outlook.ready)
    if ready:
        keep_free(bridge)
    refused = [drop for drop in ready if drop.refusal is not None]
    for start in range(0, len(refused), TOGETHER):
        _refuse(bridge, refused[start : start + TOGETHER])
    splits = bridge.gateway.capabilities.files_per_message == 1
    folders = [drop for drop in ready if drop.refusal is None and drop.is_folder and splits]
    wanted = [drop for drop in ready if drop.refusal is None and not (drop.is_folder and splits)]
    claims = [_claim(bridge, wanted[at : at + TOGETHER]) for at in range(0, len(wanted), TOGETHER)]
    claims += [split(bridge, folder) for folder in folders]
    taken = itertools.chain.from_iterable(each.taken for each in claims)
    stuck = itertools.chain.from_iterable(each.stuck for each in claims)
    return Claims(taken=tuple(taken), stuck=frozenset(stuck))


def _not_moving(bridge: Bridge, ready: Sequence[Dropped]) -> list[Dropped]:
    if not ready:
        return []
    moving = [row.moving_from for row in bridge.records.moving(bridge.account.name) if row.moving_from]
    under_way = {*moving, *map(parent, moving)}
    return [drop for drop in ready if drop.place not in under_way]


def keep_free(bridge: Bridge) -> None:
    """A message in doubt counts on its place, also when a person took its file away.

    Another file there would be taken for its own, and sent a second time under its name.
    """
    known = bridge.records.places(bridge.account.name)
    batches = [parent(place) for place, batch in known if batch]
    bridge.outbox.keep_free([*(place for place, _ in known), *batches])


def _refuse(bridge: Bridge, dropped: Sequence[Dropped]) -> None:
    """Straight to `failed/`: the row says so before the file moves, so a crash sends nothing."""
    drafts = [_refused(bridge, drop) for drop in dropped]
    settle(bridge, bridge.open(drafts))
    for drop in dropped:
        take_status_along(bridge, drop.status_place)


def _refused(bridge: Bridge, drop: Dropped) -> Draft:
    claimed = draft(bridge, drop, None, _free(bridge, drop, Folder.FAILED)).message
    reason = drop.refusal or "refused"
    row = replace(claimed, state=State.FAILED, phase=None, reason=reason, settled_at=claimed.created)
    return Draft(event=ev.Refused(reason=reason, place=row.place), message=row)


def _claim(bridge: Bridge, dropped: Sequence[Dropped]) -> Claims:
    rows = bridge.open(
        [
            draft(bridge, drop, told_by(bridge, drop.status_place), _free(bridge, drop, Folder.QUEUED))
            for drop in dropped
        ]
    )
    steps: list[Step] = []
    taken: list[Message] = []
    stuck: list[MessageId] = []
    for row, drop in zip(rows, dropped, strict=True):
        try:
            moved = take(bridge, row)
        except FolderError as error:
            stuck.append(row.id)
            complain(bridge, row, error)
            continue
        if isinstance(moved, ev.Withdrawn):
            steps.append((row, moved))
            continue
        taken.append(moved)
        take_status_along(bridge, drop.status_place)
    bridge.record(steps)
    return Claims(taken=tuple(taken), stuck=frozenset(stuck))


def _free(bridge: Bridge, drop: Dropped, folder: Folder) -> Place:
    return bridge.outbox.free_place(folder, drop.pair, drop.name, now=bridge.local_now())


def take(bridge: Bridge, row: Message) -> Message | ev.Withdrawn:
    """Rename a claimed file into its place in `queued/`; safe to repeat. The row in hand then says so.

    Raises: FolderError.
    """
    if row.place is None or row.moving_from is None:
        return row
    try:
        bridge.outbox.move(row.moving_from, row.place)
    except FileGone:
        if bridge.outbox.identity(row.place) is None:
            bridge.tree.check()  # where the whole root is gone, nothing is concluded
            return ev.Withdrawn(reason="taken out of the outbox as it was being claimed")
    except NameTaken:
        place = bridge.outbox.free_place(Folder.QUEUED, row.pair, row.name, now=bridge.local_now())
        return take(bridge, bridge.record_one(row, ev.Rehoused(place=place)))
    return replace(row, moving_from=None)
