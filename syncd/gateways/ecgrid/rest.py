"""What the API has beyond what the bridge itself needs (the vendor's reference pages)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from syncd.core.model import GatewayId
from syncd.gateways.ecgrid import names, replies, requests, rest_shapes
from syncd.gateways.ecgrid.envelope import Told, told
from syncd.gateways.ecgrid.fields import written
from syncd.gateways.ecgrid.replies import Interchange, Me, Parcel
from syncd.gateways.ecgrid.requests import PAGE_LENGTH, ask, number, post
from syncd.gateways.ecgrid.rest_shapes import EdiId, Group, Mailbox, SessionState, StatusMeaning
from syncd.gateways.session import Session
from syncd.gateways.wire import Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What to look for in a list; None leaves it to the gateway. The first page is 0."""

    mailbox: int | None = None
    sender: int | None = None
    receiver: int | None = None
    status: str | None = None
    begin: datetime | None = None
    end: datetime | None = None
    page: int = 0
    length: int = PAGE_LENGTH

    def fields(self) -> dict[str, object]:
        """The fields of the request."""
        return {
            names.MAILBOX: self.mailbox,
            names.SENDER: self.sender,
            names.RECEIVER: self.receiver,
            names.STATUS: self.status,
            names.BEGIN: None if self.begin is None else written(self.begin),
            names.END: None if self.end is None else written(self.end),
            names.PAGE: self.page + 1,
            names.PAGE_LENGTH: self.length,
        }


ALL = Search()


class Rest:
    """The rest of the API over a session. Each call may raise the GatewayErrors of `syncd.errors`."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._meanings: tuple[StatusMeaning, ...] | None = None

    # Who and where.

    def version(self) -> str:
        """GET /auth/version: that it is there; needs no log-in, and proves none."""
        return rest_shapes.version(self._ask(replace(ask("/auth/version"), is_anonymous=True)))

    def session(self) -> SessionState:
        """POST /auth/session."""
        return rest_shapes.session(self._ask(post("/auth/session")))

    def me(self) -> Me:
        """GET /users/me."""
        return replies.me(self._ask(requests.me()))

    def mailbox(self, mailbox_id: int) -> Mailbox:
        """GET /mailboxes/{id}."""
        return rest_shapes.mailbox(self._ask(ask(f"/mailboxes/{mailbox_id}")))

    def own_ids(self, search: Search = ALL, *, network: int | None = None) -> tuple[EdiId, ...]:
        """POST /ids/list."""
        return rest_shapes.edi_ids(self._ask(post("/ids/list", {**search.fields(), names.NETWORK: network})))

    def find_ids(self, qualifier: str, edi_id: str) -> tuple[EdiId, ...]:
        """POST /ids/find: the ECGrid IDs of a qualifier and an EDI id."""
        fields: dict[str, object] = {names.QUALIFIERS[0]: qualifier, names.IDS[0]: edi_id}
        return rest_shapes.edi_ids(self._ask(post("/ids/find", fields)))

    def status_meanings(self) -> tuple[StatusMeaning, ...]:
        """GET /status-lists; asked once."""
        if self._meanings is None:
            self._meanings = rest_shapes.status_meanings(self._ask(ask("/status-lists")))
        return self._meanings

    # Parcels.

    def inbox(self, search: Search = ALL) -> tuple[Parcel, ...]:
        """POST /parcels/inbox-list."""
        return replies.parcels(self._ask(post("/parcels/inbox-list", search.fields())))

    def outbox(self, search: Search = ALL) -> tuple[Parcel, ...]:
        """POST /parcels/outbox-list."""
        return replies.parcels(self._ask(post("/parcels/outbox-list", search.fields())))

    def parcel(self, message_id: GatewayId) -> Parcel:
        """GET /parcels/{id}."""
        return replies.one_parcel(self._ask(requests.parcel(message_id)), message_id)

    def manifest(self, message_id: GatewayId) -> tuple[Interchange, ...]:
        """GET /parcels/manifest/{id}."""
        return replies.interchanges(self._ask(requests.manifest(message_id)))

    def update_status(self, message_id: GatewayId, status: str) -> Parcel:
        """POST /parcels/update."""
        fields: dict[str, object] = {names.PARCEL: number(message_id), names.STATUS: status}
        return replies.one_parcel(self._ask(post("/parcels/update", fields)), message_id)

    def set_mailbag_control_id(self, message_id: GatewayId, control_id: str) -> None:
        """POST /parcels/set-mailbagcontrolid: a tag of one's own."""
        fields: dict[str, object] = {names.PARCEL: number(message_id), names.MAILBAG: control_id}
        self._do(post("/parcels/set-mailbagcontrolid", fields))

    def find_mailbag_control_id(self, control_id: str, *, mailbox: int | None = None) -> tuple[Parcel, ...]:
        """POST /parcels/find-mailbagcontrolid."""
        fields: dict[str, object] = {names.MAILBAG: control_id, names.MAILBOX: mailbox}
        return replies.parcels(self._ask(post("/parcels/find-mailbagcontrolid", fields)))

    def note(self, message_id: GatewayId, note: str) -> None:
        """POST /parcels/acknowledgment-note: a text for the record, not a confirmation."""
        fields: dict[str, object] = {names.PARCEL: number(message_id), "note": note}
        self._do(post("/parcels/acknowledgment-note", fields))

    def send_test_file(self, sender: int, receiver: int, document_type: str | None = None) -> GatewayId:
        """POST /parcels/send-test-file: a made-up document from one ECGrid ID to another."""
        fields: dict[str, object] = {
            names.SENDER: sender,
            names.RECEIVER: receiver,
            names.DOCUMENT_TYPES[0]: document_type,
        }
        return replies.receipt(self._ask(post("/parcels/send-test-file", fields))).message_id

    # Interchanges.

    def interchange(self, interchange_id: int) -> Interchange:
        """GET /interchanges/{id}."""
        return replies.one_interchange(self._ask(requests.interchange(interchange_id)), interchange_id)

    def interchange_manifest(self, interchange_id: int) -> tuple[Group, ...]:
        """GET /interchanges/get-manifest/{id}."""
        return rest_shapes.groups(self._ask(ask(f"/interchanges/get-manifest/{interchange_id}")))

    def interchanges_inbox(self, search: Search = ALL) -> tuple[Interchange, ...]:
        """POST /interchanges/inbox-list."""
        return replies.interchanges(self._ask(post("/interchanges/inbox-list", search.fields())))

    def interchanges_outbox(self, search: Search = ALL) -> tuple[Interchange, ...]:
        """POST /interchanges/outbox-list."""
        return replies.interchanges(self._ask(post("/interchanges/outbox-list", search.fields())))

    def cancel_interchange(self, interchange_id: int) -> None:
        """POST /interchanges/cancel/{id}: one that was not delivered yet."""
        self._do(post(f"/interchanges/cancel/{interchange_id}"))

    def resend_interchange(self, interchange_id: int) -> None:
        """POST /interchanges/resend/{id}."""
        self._do(post(f"/interchanges/resend/{interchange_id}"))

    def _ask(self, request: Request) -> Told:
        return self._session.read(request, lambda reply: told(reply, request))

    def _do(self, request: Request) -> None:
        replies.check_done(self._ask(request))
