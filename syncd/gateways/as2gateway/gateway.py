"""AS2 Gateway behind the port: which request for which wish, and what the answer means."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from syncd.core.model import GatewayId, PartnerType
from syncd.core.shown import Box, Capabilities, Listing, Partner, Record, Station
from syncd.errors import AccountRefused, NotThere, Rejected
from syncd.gateways.as2gateway import replies, requests
from syncd.gateways.as2gateway.downloads import Downloads
from syncd.gateways.as2gateway.paging import Offsets
from syncd.gateways.as2gateway.rest import Rest
from syncd.gateways.as2gateway.shapes import PartnerShape, StationShape
from syncd.gateways.session import Session
from syncd.gateways.wire import MEGABYTE, Reply, Request
from syncd.ports.gateway import Fetched, Outgoing, Receipt, Wanted

_CAPABILITIES = Capabilities(
    kind="as2gateway",
    files_per_message=10,
    bytes_per_message=10 * MEGABYTE,
    batch_messages=100,
    batch_bytes=10_000_000,
    has_mdn=True,
    has_batch_confirm=True,
    can_mark_unread=True,
    can_retry=True,
    can_delete=True,
    can_read_sent=True,
    has_numbered_pairs=False,
    has_one_outbox=False,
    has_ordered_lists=True,
    names_sender=False,
    failed_is_final=False,
)
_ROOTS = ("", "/message")
_BOXES = frozenset({"received", "sent", "queued", "stopped", "failed"})


class AS2Gateway:
    """One login at AS2 Gateway. Safe for threads."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.rest = Rest(session)
        """The documented operations that the bridge itself has no use for."""
        self._offsets = Offsets()
        self._downloads = Downloads(session, telling_apart=self._telling_apart)
        self._delete_roots: tuple[str, ...] = _ROOTS

    @property
    def capabilities(self) -> Capabilities:
        """The limits of §4.4, §7.3."""
        return _CAPABILITIES

    def clock_offset(self) -> timedelta:
        """The gateway's clock minus ours."""
        return self._session.clock_offset()

    def stations(self) -> Sequence[Station]:
        """GET /station (§11)."""
        return tuple(replies.station(shape) for shape in self.stations_full())

    def partners(self) -> Sequence[Partner]:
        """GET /partner (§10)."""
        return tuple(replies.partner(shape) for shape in self.partners_full())

    def stations_full(self, *, query: str | None = None) -> tuple[StationShape, ...]:
        """All that the gateway keeps of stations (§3.6, §11), those that match `query`."""
        request = requests.stations(query=query)
        return replies.stations(self._session.call(request), request)

    def partners_full(self, *, query: str | None = None) -> tuple[PartnerShape, ...]:
        """All that the gateway keeps of partners (§3.5, §10), those that match `query`."""
        request = requests.partners(query=query)
        return replies.partners(self._session.call(request), request)

    def unread(self, partner_type: PartnerType, *, page: int, newest_first: bool = False) -> Listing:
        """GET /message/received?unreadOnly=true (§5.1)."""
        return self._page(Box.RECEIVED, partner_type, page, newest_first=newest_first, unread_only=True)

    def page(
        self,
        box: Box,
        partner_type: PartnerType,
        *,
        page: int,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Listing:
        """GET /message/:box (§5); lists know no times, so nothing is left out."""
        del since, until
        return self._page(box, partner_type, page, newest_first=True, unread_only=False)

    def entry(self, box: Box, message_id: GatewayId) -> Record:
        """GET /message/:box/:id (§6)."""
        request = requests.entry(box, message_id)
        return replies.entry(self._about_one(request), request, box=box, wanted=message_id)

    def fetch(self, wanted: Sequence[Wanted], *, scratch: Path) -> AbstractContextManager[Iterator[Fetched]]:
        """POST /message/received/batch/attachments (§7.3)."""
        return self._downloads.batch(wanted, scratch=scratch)

    def fetch_by_index(
        self, wanted: Wanted, *, scratch: Path, box: Box = Box.RECEIVED
    ) -> AbstractContextManager[Fetched]:
        """GET …/attachments/:index (§7.1, §7.2)."""
        return self._downloads.by_index(wanted, box=box, scratch=scratch)

    def confirm(self, message_id: GatewayId) -> str:
        """GET /message/received/:id?markAsRead=true (§6.1); a page of a proxy confirms nothing."""
        request = requests.entry(Box.RECEIVED, message_id, mark_as_read=True)
        replies.entry(self._about_one(request), request, box=Box.RECEIVED, wanted=message_id)
        return ""

    def confirm_batch(self, wanted: Sequence[Wanted]) -> frozenset[GatewayId]:
        """POST /message/received/batch/attachments?markAsRead=true (§7.3)."""
        return self._downloads.confirm(wanted)

    def mark_unread(self, message_id: GatewayId) -> None:
        """POST /message/received/:id/markUnread (§6)."""
        self._do(requests.mark_unread(message_id))

    def send(self, outgoing: Outgoing) -> Receipt:
        """POST /message/:station/:partner (§4)."""
        request = requests.send(outgoing, boundary=f"syncd-{secrets.token_hex(16)}")
        return replies.receipt(self._session.call(request), request)

    def mdn(self, box: Box, message_id: GatewayId) -> bytes:
        """GET …/mdn (§7.4)."""
        return self._about_one(requests.mdn(box, message_id)).body

    def stop(self, message_id: GatewayId) -> None:
        """POST /message/queued/:id/stop (§8.1)."""
        self._do(requests.stop(message_id))

    def retry(self, message_id: GatewayId) -> None:
        """POST /message/queued/:id/retry (§8.2)."""
        self._do(requests.retry(message_id))

    def delete(self, box: str, message_ids: Sequence[GatewayId]) -> int | None:
        """DELETE (§9), at the documented path or, where that does not exist, below /message like the others.

        Which one answers is remembered.
        """
        if box not in _BOXES or not 1 <= len(message_ids) <= 100:
            raise Rejected(f"{len(message_ids)} messages of {box!r} cannot be deleted in one request")
        refusals: list[NotThere | AccountRefused] = []
        for root in self._delete_roots:
            request = requests.delete(root, box, message_ids)
            try:
                count = replies.deleted(self._session.call(request), request)
            except (NotThere, AccountRefused) as refusal:
                if refusal.status not in {404, 405}:
                    raise
                refusals.append(refusal)
            else:
                self._delete_roots = (root, *(other for other in _ROOTS if other != root))
                return count
        with self._telling_apart():
            raise next((one for one in refusals if isinstance(one, NotThere)), refusals[0])

    def close(self) -> None:
        """Let go of connections."""
        self._session.close()

    def _page(
        self, box: Box, partner_type: PartnerType, page: int, *, newest_first: bool, unread_only: bool
    ) -> Listing:
        def ask() -> Listing:
            request = requests.page(
                box,
                partner_type,
                offset=self._offsets.of(page),
                newest_first=newest_first,
                unread_only=unread_only,
            )
            return replies.listing(self._session.call(request), request, box=box, partner_type=partner_type)

        listing = ask()
        is_shifted = self._offsets.is_shifted((box, partner_type, newest_first, unread_only), page, listing)
        return ask() if is_shifted else listing

    def _do(self, request: Request) -> None:
        replies.check_done(self._about_one(request), request)

    def _about_one(self, request: Request) -> Reply:
        with self._telling_apart():
            return self._session.call(request)

    @contextmanager
    def _telling_apart(self) -> Iterator[None]:
        """Tell who speaks in a 404 without a word, when a request is about one message.

        It may be the gateway, or something in between, which would be the account's trouble. When the list
        of stations is there, it is the message that is not.
        """
        try:
            yield
        except AccountRefused as refusal:
            if refusal.status != 404 or refusal.detail:
                raise
            self.stations_full()
            raise NotThere(refusal.what, request=refusal.request, status=refusal.status) from refusal
