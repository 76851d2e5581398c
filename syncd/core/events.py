"""What can happen to a message: past participles, each with what became known by it.

An event is the only way to change a message; `machine.advance` applies it. `says` is its line in the
history, in plain words. Events that open a message (`Listed`, `Claimed`) are written with the new row.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from syncd.core.filed import Mark, Readings
from syncd.core.model import Answer, File, GatewayId, Identity, Mdn, MessageId, Place, Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened. `note` adds words to the history line; `by` names the person who acted."""

    note: str = ""
    by: str = ""

    @property
    def kind(self) -> str:
        """The name in the history, in lower case."""
        return type(self).__name__.lower()


# Inbound ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed(Event):
    """The gateway listed a message that we did not know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Postponed(Event):
    """Fetching did not come to an end; it is tried again at `next_at`."""

    reason: str
    next_at: datetime
    by_index: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged(Event):
    """All files are durable in staging, and their final places are chosen."""

    files: tuple[File, ...]
    place: Place | None = None
    is_folder: bool = False
    readings: Readings = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Relocated(Event):
    """A final place was taken by somebody; others are chosen, before the rename."""

    files: tuple[File, ...]
    place: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unstaged(Event):
    """What was staged turned out to be damaged, and was thrown away before it was published."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Published(Event):
    """All files are visible in the inbox, or were taken from it already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed(Event):
    """The gateway answered that it has noted that the message is safe here."""

    answered_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised(Event):
    """The partner's retransmission of `original`, byte for byte the same: not delivered again."""

    original: MessageId
    files: tuple[File, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned(Event):
    """A person marked the message unread at the gateway: it is delivered again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Requested(Event):
    """A person asked for the message once more: it is fetched by its id, and delivered again.

    `files`: what the gateway has of it, for a message that had none here.
    """

    files: tuple[File, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Vanished(Event):
    """The gateway does not have the message any more, and it was never fetched."""

    reason: str


# Outbound ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed(Event):
    """A dropped file is taken over: the row comes first, then the rename into `queued/`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsettled(Event):
    """The file changed after it was claimed; it is looked at again at `next_at`."""

    reason: str
    next_at: datetime
    files: tuple[File, ...] = ()
    identity: Identity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deferred(Event):
    """Not sent now, for certain; another try at `next_at` (None: as soon as its turn comes)."""

    reason: str
    next_at: datetime | None = None
    attempted: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitting(Event):
    """The very bytes with these hashes are about to leave."""

    files: tuple[File, ...]
    subject: str | None = None
    resend_of: MessageId | None = None
    readings: Readings = ()
    acknowledged_within: timedelta | None = None
    """How soon after it was sent the partner has to acknowledge what is in it; None: nobody waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted(Event):
    """The gateway took the message over under this id."""

    message_id: GatewayId
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubted(Event):
    """The request left, and nobody can tell whether the gateway took it."""

    reason: str
    next_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedUp(Event):
    """A look-up at the gateway that settled nothing.

    `absent`: True, complete and no candidate is left; False, a candidate keeps the question open; None,
    the lists could not be read whole, which proves nothing.
    """

    absent: bool | None
    reason: str
    next_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopted(Event):
    """A look-up found the message at the gateway: the send in doubt had been accepted."""

    message_id: GatewayId
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent(Event):
    """Enough complete look-ups: the send in doubt never reached the gateway; it is sent again."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused(Event):
    """Refused for good, by the gateway's verdict or by a limit that is certain here."""

    reason: str
    place: Place | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Transmitted(Event):
    """The gateway has sent the message to the partner; the MDN is still to come."""

    mdn: Mdn | None
    place: Place | None
    done: bool = False
    """With `sent_when = "transmitted"`: the message is sent by that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered(Event):
    """The partner has it: its MDN is good, or none was asked for."""

    mdn: Mdn | None
    place: Place | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounced(Event):
    """The gateway could not deliver it, or the partner's MDN says no."""

    reason: str
    mdn: Mdn | None
    place: Place | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Revived(Event):
    """A failed message is on its way again: somebody retried it at the gateway."""

    place: Place | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped(Event):
    """The gateway's own tries are stopped, at our word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restarted(Event):
    """The gateway tries again, at our word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledged(Event):
    """The message `answered_by` says what became of documents in this one, at the partner's.

    `answer` is what is known of all of them by that; `is_worse`: something was rejected that was not before.
    Only this is stored: the row may be in other hands.
    """

    answered_by: MessageId
    answer: Answer | None
    is_worse: bool = False
    marks: tuple[Mark, ...]
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Excused(Event):
    """A person has seen to documents that were rejected, or not acknowledged. Only this is stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn(Event):
    """A person took the file out of `queued/` before it was sent."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenAway(Event):
    """The file is not where its row put it: a person took it, or `resent_as` sends it again. Noted once."""

    resent_as: MessageId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned(Event):
    """Retention lets go of the file, `after` so long: committed before the file is removed."""

    after: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed(Event):
    """Nothing of the message stands at its place any more. Writes no history line."""


# Either way -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Deleted(Event):
    """The gateway's entry of the message is deleted, at our word; the files here stay.

    `ends`: it was stopped there or held here, and nothing is to be waited for any more.
    """

    ends: bool = False
    place: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Held(Event):
    """Stopped for a person's decision. `next_at`: when it is tried once more all the same."""

    reason: str
    place: Place | None = None
    next_at: datetime | None = None
    is_judged: bool = False
    """The gate held it: it is not asked again when a person lets the message go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved(Event):
    """A person decided about a held message: sent, resend, fail or done."""

    verdict: str
    place: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehoused(Event):
    """The place was taken by somebody else's file: another is chosen, before the rename."""

    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved(Event):
    """The file stands where the row says: the rename is done. Writes no history line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered(Event):
    """Only the protocol's memory changed. Writes no history line unless it has a note."""

    progress: Progress
    next_at: datetime | None = None
    mdn: Mdn | None = None
