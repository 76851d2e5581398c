"""Take dropped files over: a row first, then the rename into `queued/`."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
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

TOGETHER = 50
"""Files whose rows are written in one transaction, and whose renames are synced together."""


class Claiming:
    """Claims everything that is ready, oldest first, in portions.

    The first portion is small, so that something can be sent soon. With `parallel_sends = 1` nothing is sent
    before all is claimed: a folder is as old as its newest file, and may hold one that is to be sent first.
    What is refused here, because it is local and certain, ends in `failed/` with its reason, last of all.
    What is not claimed to the end yet is passed over, a folder also for the sake of a single file.
    """

    def __init__(self, bridge: Bridge, outlook: Outlook) -> None:
        self._bridge = bridge
        ready = _not_moving(bridge, outlook.ready)
        self._splits = bridge.gateway.capabilities.files_per_message == 1
        self._keeps_order = bridge.account.parallel_sends == 1
        taken = [drop for drop in ready if drop.refusal is None]
        refused = [drop for drop in ready if drop.refusal is not None]
        portions = _portions(taken, first=bridge.account.parallel_sends, alone=self._is_split)
        self._portions = deque([*portions, *_portions(refused, first=TOGETHER, alone=lambda _: False)])
        self._kept = places_in_use(bridge) if ready else set()

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to be claimed."""
        return not self._portions

    @property
    def may_start(self) -> bool:
        """Whether what is claimed may be sent now, as nothing that is left has to go before it."""
        return self.is_done or not self._keeps_order

    def leave(self) -> None:
        """What is not claimed yet stays in the outbox."""
        self._portions.clear()

    def claim_some(self) -> Claims:
        """Claim the next portion. Raises: RootUnusable, DiskFull: nothing else could be claimed either."""
        portion = self._portions.popleft()
        self._bridge.outbox.keep_free(self._kept)
        if portion[0].refusal is not None:
            _refuse(self._bridge, portion)
            return Claims()
        is_split = self._is_split(portion[0])
        claims = split(self._bridge, portion[0]) if is_split else _claim(self._bridge, portion)
        self._kept |= _places((row.place, row.batch) for row in claims.taken)
        return claims

    def _is_split(self, drop: Dropped) -> bool:
        return self._splits and drop.is_folder


def _portions(
    drops: Sequence[Dropped], *, first: int, alone: Callable[[Dropped], bool]
) -> Iterator[list[Dropped]]:
    """In their order; some are a portion by themselves."""
    portion: list[Dropped] = []
    most = first
    for drop in drops:
        if portion and (len(portion) == most or alone(drop) or alone(portion[0])):
            yield portion
            portion, most = [], TOGETHER
        portion.append(drop)
    if portion:
        yield portion


def _not_moving(bridge: Bridge, ready: Sequence[Dropped]) -> list[Dropped]:
    if not ready:
        return []
    moving = [row.moving_from for row in bridge.records.moving(bridge.account.name) if row.moving_from]
    under_way = {*moving, *map(parent, moving)}
    return [drop for drop in ready if drop.place not in under_way]


def places_in_use(bridge: Bridge) -> set[Place]:
    """A message in doubt counts on its place, also when a person took its file away.

    Another file there would be taken for its own, and sent a second time under its name.
    """
    return _places(bridge.records.places(bridge.account.name))


def _places(known: Iterable[tuple[Place | None, str | None]]) -> set[Place]:
    """Each with the folder that it was dropped in, if there is one."""
    places: set[Place] = set()
    for place, batch in known:
        if place is not None:
            places |= {place, parent(place)} if batch else {place}
    return places


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
    with bridge.outbox.together():
        drafts = [
            draft(bridge, drop, told_by(bridge, drop.status_place), _free(bridge, drop, Folder.QUEUED))
            for drop in dropped
        ]
    rows = bridge.open(drafts)
    try:
        with bridge.outbox.together():
            return _take_together(bridge, rows, dropped)
    except FolderError as error:
        complain(bridge, rows[0], error)
        return Claims(stuck=frozenset(row.id for row in rows))


def _take_together(bridge: Bridge, rows: Sequence[Message], dropped: Sequence[Dropped]) -> Claims:
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
        bridge.outbox.make_durable(row.moving_from, row.place)
    except NameTaken:
        place = bridge.outbox.free_place(Folder.QUEUED, row.pair, row.name, now=bridge.local_now())
        return take(bridge, bridge.record_one(row, ev.Rehoused(place=place)))
    return replace(row, moving_from=None)
