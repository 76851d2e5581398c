"""Compares inbound messages with the disk: staging has its witness, the inbox has what was delivered."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from syncd.core import status_file
from syncd.core.layout import name_of
from syncd.core.model import Direction, Folder, Message, MessageId, PartnerType, Phase, Place, State
from syncd.core.naming import status_name
from syncd.errors import FolderError, RootUnusable
from syncd.operations.verifying_desk import Desk, Heal, Step, Suspect, of_message, refuse_to_hang_on
from syncd.operations.verifying_report import Finding, Kind

LONG = timedelta(hours=1)
"""A message that is in the inbox, and was not confirmed for so long, is told."""
MOST_NAMESAKES = 1000


def lone_names(desk: Desk) -> frozenset[str]:
    """The names of all that stands in held/: a held message's status file stands there alone.

    In the folder of its pair, wherever that is. Raises: FolderError.
    """
    stands = desk.survey.pair_folders(Folder.HELD).folders
    return frozenset([entry.name for stand in stands for entry in desk.survey.entries(stand.place)])


def judge(desk: Desk, row: Message, *, lone: Container[str]) -> Finding | None:
    """What is wrong with an inbound message; `lone` as above. Raises: FolderError."""
    if row.state is State.HELD:
        return None if status_name(row.id) in lone else _untold(desk, row)
    match row.phase:
        case Phase.STAGED:
            return None if desk.inbox.staged(row.id).folder_exists else _emptied(desk, row)
        case Phase.PUBLISHED:
            return _unconfirmed(desk, row) if desk.clock.now() - row.updated > LONG else None
        case _:
            return None


def _untold(desk: Desk, row: Message) -> Finding:
    what = f"{status_name(row.id)}, which says why the message is held, is not in held/"
    return of_message(desk, Kind.STATUS_FILE, row, what, "--repair writes it anew.", place=None)


def _emptied(desk: Desk, row: Message) -> Finding:
    what = "it was staged, but its staging folder is gone: nobody can tell whether it was delivered"
    remedy = "--repair holds it, for `syncd resolve`; the next pull does so too."
    return of_message(desk, Kind.STAGING_EMPTIED, row, what, remedy, place=None)


def _unconfirmed(desk: Desk, row: Message) -> Finding:
    what = f"it is in the inbox, but the gateway was not told so since {row.updated:%Y-%m-%d %H:%M} UTC"
    remedy = "The next pull confirms it; `syncd status` tells what keeps it from that."
    return of_message(desk, Kind.UNCONFIRMED, row, what, remedy, place=None, repair=False)


@dataclass(frozen=True, slots=True)
class InboundRow:
    """An inbound message that does not agree with the disk."""

    id: MessageId
    heal: Heal | None

    @classmethod
    def of(cls, row: Message) -> InboundRow:
        """The suspect of a row."""
        if row.phase is Phase.STAGED:
            return cls(row.id, Heal.EMPTIED)
        # Which folder a test partner has, only the lists tell.
        is_test = row.pair.partner_type is PartnerType.TEST
        return cls(row.id, Heal.ADDRESSES if is_test else None)

    def look(self, desk: Desk) -> Finding | None:
        """Look once more."""
        row = desk.records.get(self.id)
        if row is None:
            return None
        return judge(desk, row, lone=lone_names(desk) if row.state is State.HELD else ())

    def repair(self, desk: Desk) -> Sequence[Step]:
        """Write the status file of a held message."""
        row = desk.records.get(self.id)
        if row is not None and row.state is State.HELD:
            desk.inbox.write_alone(row.pair, row.id, status_file.render(row))
        return ()


# What stands in the inbox ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Delivered:
    """What was delivered last under one name."""

    at: datetime
    id: MessageId
    size: int
    sha256: str


@dataclass(slots=True)
class Standing:
    """What stands in the inbox still, by its place. A name that the ERP has freed may be used again."""

    latest: dict[Place, _Delivered] = field(default_factory=dict)

    def note(self, desk: Desk, row: Message) -> None:
        """Take the files of a received message in, as far as they stand there. Raises: FolderError."""
        for place, delivered in _delivered(row).items():
            known = self.latest.get(place)
            if known is not None and known.at > delivered.at:
                continue
            if known is not None or desk.outbox.identity(place) is not None:
                self.latest[place] = delivered

    def suspects(self, desk: Desk) -> Iterator[Suspect]:
        """Files that are not what was delivered, or cannot be read. Reads them all. Raises: RootUnusable."""
        for place, delivered in self.latest.items():
            refuse_to_hang_on(desk)
            if _seems_different(desk, place, delivered):
                yield InboxFile(place, delivered.id)


def _delivered(row: Message) -> Mapping[Place, _Delivered]:
    if row.direction is not Direction.INBOUND or row.state is not State.RECEIVED:
        return {}
    at = row.accepted_at or row.created
    return {
        file.place: _Delivered(at=at, id=row.id, size=file.size, sha256=file.sha256)
        for file in row.files
        if file.place and file.sha256
    }


def _differs(desk: Desk, place: Place, delivered: _Delivered) -> bool:
    identity = desk.outbox.identity(place)
    if identity is None:
        return False
    if identity.size != delivered.size:
        return True
    return desk.survey.digest(place) not in {None, delivered.sha256}


def _seems_different(desk: Desk, place: Place, delivered: _Delivered) -> bool:
    try:
        return _differs(desk, place, delivered)
    except RootUnusable:
        raise
    except FolderError:
        return True


@dataclass(frozen=True, slots=True)
class InboxFile:
    """A file in the inbox that is not what the message brought."""

    place: Place
    id: MessageId
    heal: None = None

    def look(self, desk: Desk) -> Finding | None:
        """Look once more: the ERP may have taken it, and another message may have its name now."""
        rows = desk.records.find(name_of(self.place), account=desk.account.name, limit=MOST_NAMESAKES)
        row = desk.records.get(self.id)
        found = [_delivered(each) for each in (*rows, *((row,) if row else ()))]
        here = [each[self.place] for each in found if self.place in each]
        if not here:
            return None
        latest = max(here, key=lambda each: each.at)
        owner = desk.records.get(latest.id)
        if owner is None or not _differs(desk, self.place, latest):
            return None
        what = f"{name_of(self.place)} in the inbox is not what was delivered: it is damaged, or was edited"
        remedy = (
            "Nothing is repaired by itself. Mark it unread at the gateway to have it delivered once more."
        )
        return of_message(desk, Kind.INBOX_CHANGED, owner, what, remedy, place=self.place, repair=False)

    def repair(self, desk: Desk) -> Sequence[Step]:
        """Nothing that would be safe."""
        del desk
        return ()
