"""Download a batch into staging, and say of each message what became of it.

A batch that the gateway cannot give whole is halved until the message that is to blame stands alone; that
one is fetched attachment by attachment. So one poisoned message holds up nobody. A network that does not
answer is nobody's fault: it ends the pass.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from syncd.core.filed import Readings
from syncd.core.model import File, GatewayId, Message
from syncd.core.planning.batches import Batch
from syncd.core.shown import Box, Record, traced
from syncd.errors import BadReply, GatewayError, NotThere, Rejected, Unanswered
from syncd.flows.bridge import Bridge
from syncd.flows.reading import Kept, read_arrived, read_staged
from syncd.ports import Content, Fetched, Stage, Wanted

MOST_HALVINGS = 10
"""Failed batches in one pass, after which each message is fetched by itself: halving finds nothing."""
MOST_LOST = 20
"""Messages in a row that could not be had by themselves, after which the rest waits for the next pass."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """The message's files are staged. `note` tells by what request, and when they are not as listed."""

    row: Message
    files: tuple[File, ...]
    readings: Readings = ()
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotArrived:
    """The message could not be fetched now.

    `gone`: the gateway does not have it any more. `again`: nothing is wrong, it did not fit into the answer.
    """

    row: Message
    reason: str
    gone: bool = False
    again: bool = False


Outcome = Arrived | NotArrived


class Fetcher:
    """Downloads for one pass of one account. `fetch` may be called from several threads."""

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge
        self._halvings = 0
        self._lost = 0

    def fetch(self, batch: Batch) -> tuple[Outcome, ...]:
        """Stage every message of the batch that can be had; one outcome for each, in order.

        Raises: Unreachable, TryLater, AccountRefused, Unanswered (the network's); DiskFull, FolderError.
        """
        if batch.by_index:
            return tuple(self._by_index(row) for row in batch.rows)
        try:
            return tuple(self._together(batch.rows))
        except (Rejected, NotThere, Unanswered) as error:
            self._blame(error)
            self._halvings += 1
            return self._apart(batch.rows)

    def _blame(self, error: GatewayError) -> None:
        """Raise the error when it is not the messages that are to blame but the network.

        Nobody answered: then a question that was always answered tells which of the two it is.
        """
        if not is_silence(error):
            return
        try:
            self._bridge.gateway.stations()
        except GatewayError:
            raise error from None

    def _apart(self, rows: Sequence[Message]) -> tuple[Outcome, ...]:
        if len(rows) == 1 or self._halvings > MOST_HALVINGS:
            return tuple(self._by_index(row) for row in rows)
        middle = len(rows) // 2
        first = self.fetch(Batch(rows=tuple(rows[:middle])))
        return first + self.fetch(Batch(rows=tuple(rows[middle:])))

    def _together(self, rows: Sequence[Message]) -> Iterator[Outcome]:
        alone: list[int] = []
        outcomes: list[Outcome] = []
        wanted = [wanted_of(row) for row in rows]
        inbox = self._bridge.inbox
        with (
            self._bridge.gateway.fetch(wanted, scratch=inbox.scratch) as items,
            inbox.stage_together() as stage,
        ):
            for at, (row, item) in enumerate(zip(rows, items, strict=True)):
                outcome = self._from_batch(row, item, stage, is_first=at == 0)
                if outcome is None:
                    alone.append(at)
                outcomes.append(outcome or NotArrived(row=row, reason=""))
        if len(alone) == 1 < len(rows) and all(isinstance(o, NotArrived) for o in outcomes):
            yield from self._apart(rows)  # nothing at all came of so many together
            return
        for at in alone:
            outcomes[at] = self._by_index(rows[at])
        yield from outcomes

    def _from_batch(self, row: Message, item: Fetched, stage: Stage, *, is_first: bool) -> Outcome | None:
        """What the batch has of one message; None: it has to be fetched by itself."""
        if item.truncated:
            again = NotArrived(row=row, reason="it did not fit into the answer", again=True)
            return None if is_first else again
        if item.error is not None or item.unfit is not None:
            return None
        try:
            kept = [Kept(content) for content in item.contents]
            files = stage(row.id, kept)
            return Arrived(row=row, files=files, readings=read_arrived(self._bridge, row, files, kept))
        except BadReply as error:
            self._blame(error)
            return None

    def _by_index(self, row: Message) -> Outcome:
        if self._lost >= MOST_LOST:
            return NotArrived(row=row, reason="the gateway gives nothing at the moment")
        try:
            return self._whole_or_missing(row)
        except (Rejected, Unanswered) as error:
            self._blame(error)
            self._lost += 1
            return NotArrived(row=row, reason=error.what)

    def _whole_or_missing(self, row: Message) -> Outcome:
        try:
            outcome = self._whole(row)
        except NotThere as error:
            return self._missing(row, error)
        self._lost = 0
        return outcome

    def _whole(self, row: Message) -> Outcome:
        """By index; what disagrees with the listing has to come twice the same to be believed."""
        files, reference = self._stage_by_index(row)
        named = _named_as_listed(files, row)
        if _sizes(files) == _sizes(row.files):
            return self._arrived(row, named, note=traced(reference))
        again, _ = self._stage_by_index(row)
        if [f.sha256 for f in files] != [f.sha256 for f in again]:
            return NotArrived(row=row, reason="two downloads of it differ")
        note = f"the listing said sizes {_sizes(row.files)}, both downloads have {_sizes(again)}"
        return self._arrived(row, named, note=traced(reference, note))

    def _arrived(self, row: Message, files: tuple[File, ...], *, note: str = "") -> Arrived:
        return Arrived(row=row, files=files, readings=read_staged(self._bridge, row, files), note=note)

    def _stage_by_index(self, row: Message) -> tuple[tuple[File, ...], str]:
        """The staged files, and the gateway's reference for the download."""
        bridge = self._bridge
        with bridge.gateway.fetch_by_index(
            wanted_of(row), scratch=bridge.inbox.scratch, box=Box.RECEIVED
        ) as item:
            if item.error is not None:
                raise BadReply(item.error)
            return bridge.inbox.stage(row.id, item.contents), item.reference

    def _missing(self, row: Message, error: NotThere) -> Outcome:
        """An attachment is not there: is the message? Another reader of the mailbox may have been first."""
        record = _at_gateway(self._bridge, row)
        if record is not None and record.taken and not row.progress.wanted:
            reason = f"taken from the gateway before it was fetched: {record.status or 'somebody read it'}"
            return NotArrived(row=row, reason=reason, gone=True)
        if record is not None:
            return NotArrived(row=row, reason=f"the gateway lists it but cannot give it: {error.what}")
        before = "fetched before" if any(file.sha256 for file in row.files) else "never fetched"
        return NotArrived(row=row, reason=f"no longer at the gateway, and it was {before}", gone=True)


def is_silence(error: GatewayError) -> bool:
    """Whether nobody answered: then no message is to blame."""
    return isinstance(error, Unanswered) and error.status is None and not isinstance(error, BadReply)


def wanted_of(row: Message) -> Wanted:
    """The row as a download asks for it. Raises: ValueError for a row without a gateway id."""
    if row.message_id is None:
        raise ValueError(f"message {row.id} has no id at the gateway")
    return Wanted(message_id=row.message_id, files=row.files)


def is_at_gateway(bridge: Bridge, row: Message) -> bool:
    """Whether the gateway still has an inbound message, read by somebody or not. One request.

    An answer that does not tell is no proof that it has not.
    """
    try:
        return _at_gateway(bridge, row) is not None
    except (Rejected, Unanswered) as error:
        if is_silence(error):
            raise
        return True


def is_untouched(bridge: Bridge, message_id: GatewayId) -> bool:
    """Whether nobody has taken an inbound message, as its own entry says. One request."""
    try:
        return not bridge.gateway.entry(Box.RECEIVED, message_id).taken
    except NotThere:
        return False


def _at_gateway(bridge: Bridge, row: Message) -> Record | None:
    try:
        return bridge.gateway.entry(Box.RECEIVED, wanted_of(row).message_id)
    except NotThere:
        return None


def _sizes(files: Sequence[File | Content]) -> list[int]:
    return [file.size for file in files]


def _named_as_listed(files: tuple[File, ...], row: Message) -> tuple[File, ...]:
    if len(files) != len(row.files):
        return files
    return tuple(replace(f, name=listed.name or f.name) for f, listed in zip(files, row.files, strict=True))
