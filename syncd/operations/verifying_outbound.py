"""Compares outbound messages with the disk: the file stands at its place, its status file beside it.

A file that is not there was taken by a person, which is no fault: it is noted once, and its status file,
which has done its work, goes with it. A held message keeps its status file, since it still waits for a
decision; and what syncd wrote when the file was gone already stays, since it tells something new. One thing
is left behind by those who clear failed/: the status file of what they took, which is worth a note.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from syncd.core import events as ev
from syncd.core import status_file
from syncd.core.layout import name_of
from syncd.core.model import Direction, Message, MessageId, Phase, Place, State
from syncd.core.naming import STATUS_SUFFIX, status_name
from syncd.operations.verifying_desk import Desk, Heal, Step, of_message, of_place
from syncd.operations.verifying_report import Finding, Kind

DESCRIBED = frozenset({State.SENT, State.FAILED, State.HELD})
"""States with a status file."""
WITH_FILE = DESCRIBED | {State.QUEUED}
NOT_SENT = frozenset({Phase.CLAIMED, Phase.WAITING})
"""Phases in which a file that was taken away is not sent."""
NOTE = "found by verify"
BEFORE_IT_WAS_SENT = "taken out of queued/ before it was sent"


def judge(desk: Desk, row: Message) -> Finding | None:
    """What is wrong with an outbound message on disk. Raises: FolderError."""
    if row.state not in WITH_FILE or row.place is None or row.progress.file_gone:
        return None
    stands = desk.outbox.identity(row.place) is not None
    if row.moving_from is not None and (stands or desk.outbox.identity(row.moving_from) is not None):
        what = f"its move from {row.moving_from} to {row.place} is not finished"
        remedy = "The next pass finishes it, and --repair does so now."
        return of_message(desk, Kind.MOVE_UNFINISHED, row, what, remedy, place=row.place)
    if not stands:
        return _gone(desk, row, row.place)
    if row.state in DESCRIBED:
        return _described(desk, row, row.place)
    return None


def _gone(desk: Desk, row: Message, place: Place) -> Finding:
    what = f"{name_of(place)} is {row.state}, but its file is not there: somebody took it away"
    remedy = "--repair notes that, once. If nobody did, look for it in a backup."
    if row.phase in NOT_SENT:
        remedy = "It was not sent, and is not going to be: --repair withdraws it."
    return of_message(desk, Kind.FILE_GONE, row, what, remedy, place=place)


def _described(desk: Desk, row: Message, place: Place) -> Finding | None:
    beside = Place(status_name(place))
    told = desk.outbox.read_status(beside)
    if told is not None and (told.get("id"), told.get("state")) == (row.id, row.state):
        return None
    what = f"the status file of {name_of(place)} is missing, or cannot be read"
    if told is not None:
        what = f"the status file of {name_of(place)} tells of {told.get('id')} as {told.get('state')}"
        what = f"{what}, but it is {row.id}, and {row.state}"
    return of_message(desk, Kind.STATUS_FILE, row, what, "--repair writes it anew.", place=beside)


@dataclass(frozen=True, slots=True)
class OutboundRow:
    """An outbound message that does not agree with the disk."""

    id: MessageId

    @property
    def heal(self) -> Heal:
        """Claims and renames come first."""
        return Heal.OUTBOUND

    def look(self, desk: Desk) -> Finding | None:
        """Look once more."""
        row = desk.records.get(self.id)
        return judge(desk, row) if row else None

    def repair(self, desk: Desk) -> Sequence[Step]:
        """Note what was taken, write the status file anew."""
        row, found = desk.records.get(self.id), self.look(desk)
        if row is None or row.place is None:
            return ()
        if found is not None and found.kind is Kind.STATUS_FILE:
            desk.outbox.write_status(row.place, status_file.render(row))
        is_gone = found is not None and found.kind is Kind.FILE_GONE
        if is_gone and row.phase in NOT_SENT:
            return ((row, ev.Withdrawn(reason=BEFORE_IT_WAS_SENT, note=NOTE, by=desk.by)),)
        if is_gone or row.progress.file_gone:  # the flows may have noted it a moment ago
            _forget_status(desk, row, row.place)
        return ((row, ev.TakenAway(note=NOTE, by=desk.by)),) if is_gone else ()


def _forget_status(desk: Desk, row: Message, place: Place) -> None:
    """A held message still waits for a decision: its status file stays."""
    if row.state in DESCRIBED and row.state is not State.HELD:
        desk.outbox.write_status(place, None)


# Status files that stand alone -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LoneStatus:
    """A status file without the file that it describes; `place` is its own."""

    place: Place

    @property
    def heal(self) -> None:
        """Nothing that the flows do."""
        return

    @property
    def described(self) -> Place:
        """Where the file would stand."""
        return Place(self.place[: -len(STATUS_SUFFIX)])

    def look(self, desk: Desk) -> Finding | None:
        """Look once more."""
        if desk.outbox.identity(self.place) is None or desk.outbox.identity(self.described) is not None:
            return None
        told = desk.outbox.read_status(self.place)
        row = desk.records.get(MessageId(str(told.get("id")))) if told else None
        if told is None or row is None or row.account != desk.account.name:
            what = "it has the name of a status file, but tells of no message that syncd knows"
            return of_place(
                desk, Kind.STATUS_ALONE, self.place, what, "Remove it, if nobody needs it.", is_note=True
            )
        if self._has_a_reason(desk, row):
            return None if told.get("state") == row.state else self._is_stale(desk, row)
        what = f"this status file is left over: message {row.id} is {row.state}, and has no file here"
        remedy = f"--repair removes it; `syncd show {row.id}` tells the same."
        found = of_message(desk, Kind.STATUS_ALONE, row, what, remedy, place=self.place)
        return replace(found, is_note=row.place == self.described)

    def _has_a_reason(self, desk: Desk, row: Message) -> bool:
        """Whether it is to stand here though its file does not."""
        if row.direction is Direction.INBOUND:
            return row.state is State.HELD and name_of(self.described) == row.id
        if row.moving_from == self.described:
            return True  # the move takes it along
        if row.state not in DESCRIBED or row.place != self.described:
            return False
        return not (row.state is State.FAILED and row.progress.file_gone) or _has_news(desk, row)

    def _is_stale(self, desk: Desk, row: Message) -> Finding:
        what = f"this status file is of an earlier state: message {row.id} is {row.state}"
        return of_message(desk, Kind.STATUS_FILE, row, what, "--repair writes it anew.", place=self.place)

    def repair(self, desk: Desk) -> Sequence[Step]:
        """Remove it, or write it anew."""
        found = self.look(desk)
        row = desk.records.get(MessageId(found.id)) if found and found.id else None
        if found is None or row is None:
            return ()
        content = status_file.render(row) if found.kind is Kind.STATUS_FILE else None
        desk.outbox.write_status(self.described, content)
        return ()


def _has_news(desk: Desk, row: Message) -> bool:
    """Whether anything became of the message after its file was taken away."""
    lines = desk.records.history(row.id)
    return bool(lines) and lines[-1].kind != "takenaway"
