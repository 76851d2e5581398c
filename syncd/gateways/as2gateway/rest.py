"""What the document has beyond what the bridge itself needs: every list parameter, single attachments."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from typing import Literal

from syncd.core.model import GatewayId, PartnerType
from syncd.core.shown import Box, Listing
from syncd.errors import BadReply
from syncd.gateways.as2gateway import replies, requests
from syncd.gateways.as2gateway.names import file_name
from syncd.gateways.session import Session
from syncd.gateways.wire import MEGABYTE

MOST_BYTES = 64 * MEGABYTE
SortBy = Literal["persistedTimestamp", "receiverId", "senderId", "subject"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Downloaded:
    """One attachment as it came; the name is None when the answer told none."""

    name: str | None
    content: bytes


class Rest:
    """The rest of the API over a session. Each call may raise the GatewayErrors of `syncd.errors`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def listing(
        self,
        box: Box,
        partner_type: PartnerType = PartnerType.PRODUCTION,
        *,
        page: int = 0,
        length: int = 10,
        sort_by: SortBy = "persistedTimestamp",
        newest_first: bool = True,
        unread_only: bool = False,
        **filters: str,
    ) -> Listing:
        """One page of a list, by any order and filter (§5).

        `filters`: partnerAS2Id, stationAS2Id, as2MessageId, subject; of the queued list one of any kind.
        """
        request = requests.page(
            box,
            partner_type,
            offset=page,
            length=length,
            sort_by=sort_by,
            newest_first=newest_first,
            unread_only=unread_only,
        )
        request = requests.filtered(request, box=box, **filters)
        return replies.listing(self._session.call(request), request, box=box, partner_type=partner_type)

    def attachment(
        self, box: Box, message_id: GatewayId, index: int | None = None, *, mark_as_read: bool = False
    ) -> Downloaded:
        """One attachment by its index from 0; without one the first (§7.1, §7.2)."""
        request = requests.attachment(
            box, message_id, index, most_bytes=MOST_BYTES, mark_as_read=mark_as_read
        )
        reply = self._session.call(request)
        return Downloaded(name=file_name(reply.headers.get("content-disposition")), content=reply.body)

    def all_attachments(
        self, box: Box, message_id: GatewayId, *, mark_as_read: bool = False
    ) -> tuple[Downloaded, ...]:
        """All attachments of one message, out of its archive (§7.3). Raises: BadReply, when it is damaged."""
        request = requests.all_attachments(box, message_id, most_bytes=MOST_BYTES, mark_as_read=mark_as_read)
        body = self._session.call(request).body
        try:
            with zipfile.ZipFile(io.BytesIO(body)) as archive:
                return tuple(
                    Downloaded(name=info.filename.rpartition("/")[2], content=archive.read(info))
                    for info in archive.infolist()
                    if not info.is_dir()
                )
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError) as mishap:
            raise BadReply(f"the archive cannot be read: {mishap}", request=request.name) from mishap
