"""The door to a gateway."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from syncd.core.shown import Box, Capabilities, Listing, Partner, Record, Station

if TYPE_CHECKING:
    from syncd.core.model import File, GatewayId, Pair, PartnerType


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A message to fetch, as the gateway listed it."""

    message_id: GatewayId
    files: tuple[File, ...]


class Content(Protocol):
    """The bytes of one attachment as they came, to be read once, front to back.

    Reading to the end proves them: a damaged one (CRC, length) raises BadReply from `read`.
    """

    @property
    def name(self) -> str:
        """The attachment's name as it came."""
        ...

    @property
    def size(self) -> int:
        """Bytes, as announced by the answer itself."""
        ...

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes, `b""` at the end.

        Raises: BadReply.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What a download has of one message.

    Exactly one of them says what became of it: `contents` (all of its attachments, in the listed
    order), `error` (the gateway could not give it), `unfit` (names or sizes that disagree with the
    listing, or a name that an archive cannot carry: fetch it by index), or `truncated` (the answer
    ended before it: ask again, in a smaller company). `reference` is by what the gateway's support finds the
    request, empty where there is none.
    """

    message_id: GatewayId
    contents: tuple[Content, ...] = ()
    error: str | None = None
    unfit: str | None = None
    truncated: bool = False
    reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A message to send. `files` are (name for the partner, bytes); one, or several."""

    pair: Pair
    files: tuple[tuple[str, bytes], ...]
    subject: str | None = None
    content_type: str | None = None
    profile: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What came back for a send: the gateway's id, its own time and its reference, if it told them."""

    message_id: GatewayId
    at: datetime | None = None
    reference: str = ""


class Gateway(Protocol):
    """One login at one gateway. Safe to call from several threads.

    Every call may raise the GatewayErrors of `syncd.errors`; a read that fails may be repeated, but is
    not repeated here (but for one new log-in after a 401).
    """

    @property
    def capabilities(self) -> Capabilities:
        """What this gateway can do."""
        ...

    def clock_offset(self) -> timedelta:
        """The gateway's clock minus ours, from the Date header of the last answer; zero before one."""
        ...

    def stations(self) -> Sequence[Station]:
        """Our identities there. One request."""
        ...

    def partners(self) -> Sequence[Partner]:
        """The trading partners there, of both types. One request, none where there is no such list."""
        ...

    def unread(self, partner_type: PartnerType, *, page: int, newest_first: bool = False) -> Listing:
        """One page (100) of unread inbound messages. One request.

        Oldest first unless told; in any order where lists are not in order.
        """
        ...

    def page(
        self,
        box: Box,
        partner_type: PartnerType,
        *,
        page: int,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Listing:
        """One page (100) of a list, newest first where lists are in order. One request.

        Entries from before `since` or from `until` on, by the gateway's clock, may be left out; with
        `longest_list` those from more than that before `until` are.
        """
        ...

    def entry(self, box: Box, message_id: GatewayId) -> Record:
        """One entry of a list, with all that can be learned of it. One request, a few where it asks more.

        Raises: NotThere, also when it stands in another list.
        """
        ...

    def fetch(self, wanted: Sequence[Wanted], *, scratch: Path) -> AbstractContextManager[Iterator[Fetched]]:
        """Download messages together, without confirming them. One request.

        Yields one Fetched for each wanted message, in order; contents must be read before the next is
        asked for, and inside the context. `scratch` is a folder for unnamed temporary files.
        """
        ...

    def fetch_by_index(
        self, wanted: Wanted, *, scratch: Path, box: Box = Box.RECEIVED
    ) -> AbstractContextManager[Fetched]:
        """Download one message attachment by attachment: one request for each, any size."""
        ...

    def confirm(self, message_id: GatewayId) -> str:
        """Tell the gateway that one inbound message is safe here. Safe to repeat; returns its reference.

        Raises: NotThere.
        """
        ...

    def confirm_batch(self, wanted: Sequence[Wanted]) -> frozenset[GatewayId]:
        """The same for many in one request; returns those that are confirmed for certain."""
        ...

    def mark_unread(self, message_id: GatewayId) -> None:
        """Undo a confirmation."""
        ...

    def send(self, outgoing: Outgoing) -> Receipt:
        """Hand a message over, in one request on a connection of its own, never repeated here.

        Raises: Unreachable, TryLater, AccountRefused (nothing happened); Rejected, NotThere (for good);
        Unanswered (in doubt).
        """
        ...

    def mdn(self, box: Box, message_id: GatewayId) -> bytes:
        """The MDN's payload of a received or sent message. Raises: NotThere."""
        ...

    def stop(self, message_id: GatewayId) -> None:
        """Stop the gateway's own tries of a queued message."""
        ...

    def retry(self, message_id: GatewayId) -> None:
        """Let the gateway try a stopped message again."""
        ...

    def delete(self, box: str, message_ids: Sequence[GatewayId]) -> int | None:
        """Delete entries of received, sent, queued, stopped or failed; at most 100.

        Returns how many the gateway says that it deleted; None where it does not say. Of one, NotThere says
        that it is not in that box; of many, nothing says which of them were not.
        Raises: NotThere, Rejected.
        """
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...
