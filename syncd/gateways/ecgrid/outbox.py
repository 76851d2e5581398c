"""What became of a parcel that was sent (the vendor's reference pages, Get Parcel, Manifest, Interchanges).

ECGrid takes a parcel apart: its own life ends at "processed", its interchanges go on, each to its receiver.
So the parcel is settled when all of them are closed, and failed as soon as one of them is.
"""

from __future__ import annotations

from collections.abc import Sequence

from syncd.core.model import GatewayId
from syncd.core.shown import Box, Record
from syncd.errors import AccountRefused, NotThere, Rejected
from syncd.gateways.ecgrid import replies, requests, statuses
from syncd.gateways.ecgrid.envelope import Told, told
from syncd.gateways.ecgrid.replies import Interchange, Parcel
from syncd.gateways.ecgrid.statuses import FAILED, SETTLED, End
from syncd.gateways.session import Session
from syncd.gateways.wire import Request

_MOST_ASKED = 100
"""Interchanges of one parcel that are asked about; one alone is what the vendor advises."""


class Outbox:
    """Looks at parcels and their interchanges, over one session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def parcel(self, message_id: GatewayId) -> tuple[Parcel, str]:
        """GET /parcels/{id}: the parcel, and the answer's trace. Raises: NotThere."""
        answer = self._ask(requests.parcel(message_id))
        return replies.one_parcel(answer, message_id), answer.trace

    def followed(self, parcel: Parcel) -> Record:
        """The parcel as its status has it; where that does not tell how it ends, as its interchanges do."""
        record = replies.outbound(parcel)
        is_open = record.asks_more or (record.box is Box.SENT and not record.settled)
        if not is_open:
            return record
        ends = [(one, statuses.end(one.status.word)) for one in self._interchanges(parcel)]
        failed = next((one for one, end in ends if end is End.FAILED), None)
        if failed is not None:
            words = f"interchange {failed.interchange_id}: {failed.status.text}"
            return replies.outbound(parcel, FAILED, words)
        if ends and all(end is End.CLOSED for _, end in ends):
            return replies.outbound(parcel, SETTLED, f"{record.status}, all interchanges closed")
        return record

    def _interchanges(self, parcel: Parcel) -> Sequence[Interchange]:
        """All of them with their status; none when they cannot be had."""
        try:
            listed = parcel.interchanges or self._manifest(parcel)
            if len(listed) > _MOST_ASKED:
                return ()
            return tuple(one if one.status.word else self._interchange(one.interchange_id) for one in listed)
        except (NotThere, Rejected):
            return ()
        except AccountRefused as refusal:
            if refusal.status == 401:
                raise
            return ()  # this login may not look at them; the parcel's own status is what there is

    def _manifest(self, parcel: Parcel) -> Sequence[Interchange]:
        return replies.interchanges(self._ask(requests.manifest(GatewayId(str(parcel.parcel_id)))))

    def _interchange(self, interchange_id: int) -> Interchange:
        answer = self._ask(requests.interchange(interchange_id))
        return replies.one_interchange(answer, interchange_id)

    def _ask(self, request: Request) -> Told:
        return self._session.read(request, lambda reply: told(reply, request))
