"""ECGrid behind the port: which request for which wish, and what the answer means."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path

from syncd.core.model import GatewayId, PartnerType
from syncd.core.shown import Box, Capabilities, Listing, Partner, Record, Station
from syncd.errors import (
    AccountRefused,
    NotThere,
    Rejected,
    TryLater,
    Unanswered,
)
from syncd.gateways.ecgrid import replies, requests, statuses
from syncd.gateways.ecgrid.downloads import Downloads
from syncd.gateways.ecgrid.envelope import Told, told
from syncd.gateways.ecgrid.outbox import Outbox
from syncd.gateways.ecgrid.replies import Me
from syncd.gateways.ecgrid.rest import Rest
from syncd.gateways.session import Session
from syncd.gateways.wire import MEGABYTE, Request
from syncd.ports.gateway import Fetched, Outgoing, Receipt, Wanted

_CAPABILITIES = Capabilities(
    kind="ecgrid",
    files_per_message=1,
    bytes_per_message=64 * MEGABYTE,
    batch_messages=1,
    batch_bytes=64 * MEGABYTE,
    has_mdn=False,
    has_batch_confirm=False,
    can_mark_unread=True,
    can_retry=False,
    can_delete=False,
    can_read_sent=False,
    has_numbered_pairs=True,
    has_one_outbox=True,
    has_ordered_lists=False,
    names_sender=True,
    failed_is_final=True,
    longest_list=timedelta(days=30),
)
_NOTHING = Listing(records=(), total=0, is_last=True)
_MOST_PAGES = 1000
_LONGEST_SPAN = timedelta(days=30)
_AHEAD = timedelta(days=1)
_NO_WORD = {502, 503, 504}
"""Statuses that come from something in between, or with no opinion about the request."""


class ECGrid:
    """One login at ECGrid. Safe for threads."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._downloads = Downloads(session)
        self._outbox = Outbox(session)
        self.rest = Rest(session)
        """The documented operations that the bridge itself has no use for."""
        self._me: Me | None = None

    @property
    def capabilities(self) -> Capabilities:
        """One file a parcel; the sizes are ours, since the vendor's pages name none."""
        return _CAPABILITIES

    def clock_offset(self) -> timedelta:
        """The gateway's clock minus ours."""
        return self._session.clock_offset()

    def stations(self) -> Sequence[Station]:
        """GET /users/me, which proves the login (Getting Started, Quick start); then our ECGrid IDs.

        Pairs do not depend on the ids: a login that may not list them has none to show.
        """
        mailbox = self._ask_me().mailbox
        try:
            return self._own_ids(mailbox)
        except (NotThere, Rejected):
            return ()
        except AccountRefused as refusal:
            if refusal.status == 401:
                raise
            return ()

    def partners(self) -> Sequence[Partner]:
        """There is no such list."""
        return ()

    def unread(self, partner_type: PartnerType, *, page: int, newest_first: bool = False) -> Listing:
        """POST /parcels/pending-inbox-list: what nobody has confirmed; in no order, and of one type."""
        del newest_first
        if partner_type is not PartnerType.PRODUCTION:
            return _NOTHING
        mailbox = self._mailbox()
        answer = self._ask(requests.pending(mailbox, page=page))
        records = (replies.inbound(one, mailbox, is_pending=True) for one in replies.parcels(answer))
        return replies.listing(answer, tuple(records), page=page)

    def page(
        self,
        box: Box,
        partner_type: PartnerType,
        *,
        page: int,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Listing:
        """POST /parcels/outbox-list or inbox-list, over 30 days at most."""
        if partner_type is not PartnerType.PRODUCTION:
            return _NOTHING
        mailbox, now = self._mailbox(), self._session.now()
        end = min(until, now + _AHEAD) if until else now + _AHEAD
        first = min(end, now) - _LONGEST_SPAN
        begin = max(since or first, first)
        make = requests.inbox if box is Box.RECEIVED else requests.outbox
        answer = self._ask(make(mailbox, page=page, begin=begin, end=end))
        found = replies.parcels(answer)
        if box is Box.RECEIVED:
            records = tuple(replies.inbound(one, mailbox, is_pending=False) for one in found)
        else:
            records = tuple(map(replies.outbound, found))
            records = tuple(record for record in records if box in {Box.OUTBOX, record.box})
        return replies.listing(answer, records, page=page)

    def entry(self, box: Box, message_id: GatewayId) -> Record:
        """GET /parcels/{id}; where that does not tell how it ends, its interchanges may."""
        found, _ = self._outbox.parcel(message_id)
        if box is Box.RECEIVED:
            return replies.inbound(found, self._mailbox(), is_pending=False)
        record = self._outbox.followed(found)
        if box not in {Box.OUTBOX, record.box}:
            raise NotThere(f"parcel {message_id} is {record.box.value}, not {box.value}")
        return record

    @contextmanager
    def fetch(self, wanted: Sequence[Wanted], *, scratch: Path) -> Iterator[Iterator[Fetched]]:
        """One request for each: there is no download of several."""
        yield self._each(wanted, scratch)

    def fetch_by_index(
        self, wanted: Wanted, *, scratch: Path, box: Box = Box.RECEIVED
    ) -> AbstractContextManager[Fetched]:
        """POST /parcels/download."""
        del box
        return self._downloads.one(wanted, scratch=scratch)

    def confirm(self, message_id: GatewayId) -> str:
        """POST /parcels/confirm.

        Confirming once more may be refused, and another reader of the mailbox may have been first: after a
        refusal the parcel itself tells.
        """
        request = requests.confirm(message_id)
        refusal: NotThere | Rejected | Unanswered
        try:
            answer = self._ask(request)
        except (NotThere, Rejected, Unanswered) as mishap:
            if mishap.status is None or mishap.status in _NO_WORD:
                raise
            refusal = mishap
        else:
            if answer.payload is not False:
                return answer.trace
            refusal = answer.bad("the gateway did not confirm the parcel")
        return self._confirmed_before(message_id, refusal)

    def confirm_batch(self, wanted: Sequence[Wanted]) -> frozenset[GatewayId]:
        """There is no confirmation of several; each is asked for by itself."""
        confirmed: set[GatewayId] = set()
        for one in wanted:
            with suppress(NotThere):
                self.confirm(one.message_id)
                confirmed.add(one.message_id)
        return frozenset(confirmed)

    def mark_unread(self, message_id: GatewayId) -> None:
        """POST /parcels/reset-to-inbox/{id}."""
        self._do(requests.reset(message_id))

    def send(self, outgoing: Outgoing) -> Receipt:
        """POST /parcels/upload, with the mailbox that it goes out of."""
        request = requests.upload(outgoing, self._mailbox_before_sending())
        return self._session.read(request, lambda reply: replies.receipt(told(reply, request)))

    def mdn(self, box: Box, message_id: GatewayId) -> bytes:
        """ECGrid has no MDNs."""
        del box
        raise Rejected(f"parcel {message_id} has no MDN: ECGrid does not show them")

    def stop(self, message_id: GatewayId) -> None:
        """POST /parcels/cancel/{id}."""
        self._do(requests.cancel(message_id))

    def retry(self, message_id: GatewayId) -> None:
        """ECGrid has no such request."""
        raise Rejected(
            f"parcel {message_id} cannot be tried again: ECGrid does that by itself", remedy="Send it again"
        )

    def delete(self, box: str, message_ids: Sequence[GatewayId]) -> int | None:
        """ECGrid has no such request."""
        del box, message_ids
        raise Rejected("ECGrid keeps its parcels: none can be deleted")

    def close(self) -> None:
        """End the session, and let go of connections."""
        self._session.close()

    # Inside.

    def _ask(self, request: Request) -> Told:
        return self._session.read(request, lambda reply: told(reply, request))

    def _do(self, request: Request) -> None:
        replies.check_done(self._ask(request))

    def _ask_me(self) -> Me:
        request = requests.me()
        self._me = self._session.read(request, lambda reply: replies.me(told(reply, request)))
        return self._me

    def _mailbox(self) -> int | None:
        """Our mailbox; None where it is not told, and is then left out: never 0, which has many meanings."""
        return (self._me or self._ask_me()).mailbox

    def _mailbox_before_sending(self) -> int | None:
        """The same, before a message leaves: whatever goes wrong here, it was not sent."""
        try:
            return self._mailbox()
        except Unanswered as mishap:
            raise TryLater(mishap.what, request=mishap.request, status=mishap.status) from mishap
        except (NotThere, Rejected) as mishap:
            raise AccountRefused(
                mishap.what, request=mishap.request, status=mishap.status, detail=mishap.detail
            ) from mishap

    def _own_ids(self, mailbox: int | None) -> Sequence[Station]:
        found: dict[str, Station] = {}
        for page in range(_MOST_PAGES):
            rows = self._ask(requests.own_ids(mailbox, page=page)).rows
            before = len(found)
            found |= {one.as2_id: one for one in map(replies.station, rows) if one is not None}
            if len(found) == before or len(rows) < requests.PAGE_LENGTH:
                break
        return tuple(found.values())

    def _each(self, wanted: Sequence[Wanted], scratch: Path) -> Iterator[Fetched]:
        for one in wanted:
            try:
                with self.fetch_by_index(one, scratch=scratch) as fetched:
                    yield fetched
            except NotThere as gone:
                yield Fetched(message_id=one.message_id, error=gone.detail or gone.what)

    def _confirmed_before(self, message_id: GatewayId, refusal: NotThere | Rejected | Unanswered) -> str:
        """Whether the parcel is nobody's to confirm any more; else the refusal stands.

        Raises: NotThere when there is no such parcel; the refusal.
        """
        found, trace = self._outbox.parcel(message_id)
        if statuses.is_taken(found.status.word) or not self._is_pending(message_id):
            return trace
        raise refusal

    def _is_pending(self, message_id: GatewayId) -> bool:
        seen: set[GatewayId] = set()
        for page in range(_MOST_PAGES):
            listing = self.unread(PartnerType.PRODUCTION, page=page)
            ids = {record.message_id for record in listing.records}
            if message_id in ids:
                return True
            if listing.is_last or ids <= seen:
                break
            seen |= ids
        return False
