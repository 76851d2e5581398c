"""The operations, one method each; what is asked for is already known, and who asks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, assert_never

from syncd.sandbox.as2gateway import downloading, lifecycle, rendering
from syncd.sandbox.as2gateway.listing import ListQuery, Row, flag, page
from syncd.sandbox.as2gateway.mailbox import Inbound, Mailbox, Mdn, Message, Outbound, State
from syncd.sandbox.as2gateway.routes import Route
from syncd.sandbox.as2gateway.sending import Sender
from syncd.sandbox.as2gateway.switches import Switches
from syncd.sandbox.clock import Clock
from syncd.sandbox.wire.exchange import Refusal, Reply, Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One authorized request."""

    request: Request
    route: Route
    mailbox: Mailbox
    switches: Switches
    clock: Clock
    sender: Sender
    base: str

    def answer(self) -> Reply:
        """Do it.

        Raises: Refusal.
        """
        verb = self.route.operation.removesuffix(f"_{self.route.place}")
        return _VERBS[verb](self)

    def stations(self) -> Reply:
        """§11: stations whose name or ID contains the query."""
        stations = self.mailbox.account.stations
        shown = [rendering.station(one, number) for number, one in enumerate(stations, 1)]
        return Reply.of_json(200, self._searched(shown))

    def partners(self) -> Reply:
        """§10: partners whose name or ID contains the query."""
        partners = self.mailbox.account.partners
        shown = [rendering.partner(one, number) for number, one in enumerate(partners, 1)]
        return Reply.of_json(200, self._searched(shown))

    def _searched(self, shown: list[dict[str, Any]]) -> list[dict[str, Any]]:
        wanted = self.request.parameters().get("query", "").lower()
        return [
            one for one in shown if wanted in one["name"].lower() or wanted in one["as2Identifier"].lower()
        ]

    def send(self) -> Reply:
        """§4: enqueue a message."""
        return self.sender.accept(self.mailbox, self.request, self.base)

    def one_page(self) -> Reply:
        """§5: one page of one of the four lists."""
        query = ListQuery.of(self.request, is_queue=self.route.place == "queued")
        is_unread_only = self.route.place == "received" and flag(self.request.parameters(), "unreadOnly")
        messages = _MESSAGES[self.route.place](self.mailbox)
        rows: list[Row] = []
        for message in messages:
            is_hidden = is_unread_only and isinstance(message, Inbound) and message.is_read
            if message.partner_type == query.partner_type and not is_hidden:
                rows += self._rows(message)
        return Reply.of_json(200, page(rows, query, self.switches))

    def _rows(self, message: Message) -> list[Row]:
        match message, self.route.place:
            case Inbound(), _:
                return [Row.of(message, message.persisted, rendering.received, message, self.switches)]
            case Outbound(mdn=Mdn() as mdn), "sent":
                now = self.clock.now()
                return [Row.of(message, mdn.sent_at, rendering.sent, message, mdn, self.switches, now)]
            case Outbound(), "failed":
                return [
                    Row.of(message, attempt.at, rendering.failed, message, attempt, self.switches)
                    for attempt in message.failed
                ]
            case Outbound(), _:
                return [Row.of(message, message.accepted, rendering.queued, message, self.switches)]
            case _:
                assert_never(message)

    def _record(self, message: Message) -> dict[str, Any]:
        return self._rows(message)[-1].render()

    def get(self) -> Reply:
        """§6: one message; of several failed attempts, the last."""
        message = self._found()
        reply = Reply.of_json(200, self._record(message))
        if self.route.place == "received" and flag(self.request.parameters(), "markAsRead"):
            self._mark_read(message.id)
        return reply

    def _found(self) -> Message:
        message_id = self.route.ids[0]
        match self.route.place:
            case "received":
                return self.mailbox.find_received(message_id)
            case "failed":
                return self.mailbox.find_failed(message_id)
            case "sent":
                return self.mailbox.find_outbound(message_id, "sent")
            case _:
                return self.mailbox.find_outbound(message_id, "queued")

    def _mark_read(self, message_id: str) -> None:
        self.mailbox.mark(message_id, is_read=True, by=self.route.operation)

    def mark_unread(self) -> Reply:
        """§6: show a message as unread again."""
        message_id = self.mailbox.find_received(self.route.ids[0]).id
        self.mailbox.mark(message_id, is_read=False, by="mark_unread")
        return self._done(f"Successfully marked message {message_id} as unread")

    def attachment(self) -> Reply:
        """§7: one attachment."""
        message = self._found()
        reply = downloading.one_file(message, self.route.index, self.switches)
        self._mark_downloaded(message, is_honoured=self.switches.single_mark == "honoured")
        return reply

    def all(self) -> Reply:
        """§7.3: all attachments of one message."""
        message = self._found()
        reply = downloading.all_files(message, self.switches)
        self._mark_downloaded(message, is_honoured=reply.status == 200)
        return reply

    def _mark_downloaded(self, message: Message, *, is_honoured: bool) -> None:
        is_asked = self.route.place == "received" and flag(self.request.parameters(), "markAsRead")
        if is_asked and is_honoured:
            self._mark_read(message.id)

    def batch(self) -> Reply:
        """§7.3: attachments of many messages."""
        batch = downloading.BatchDownload(mailbox=self.mailbox, switches=self.switches, mark=self._mark_read)
        return batch.answer(self.request)

    def mdn(self) -> Reply:
        """§7.4: the payload of an MDN."""
        message = self._found()
        record = self._record(message)
        if not record.get("mdnMessage"):
            raise Refusal(404, "The AS2 message has no MDN")
        return downloading.mdn_file(record["mdnMessage"]["content"], self.route.index, self.switches)

    def stop(self) -> Reply:
        """§8.1: end the retries of a queued message."""
        entry = self.mailbox.find_outbound(self.route.ids[0], "queued", "processing")
        lifecycle.stop(entry)
        return self._done(f"Successfully stopped retrying AS2 message with ID {entry.id}")

    def retry(self) -> Reply:
        """§8.2: begin the retries of a stopped message again."""
        entry = self.mailbox.find_outbound(self.route.ids[0], "stopped")
        lifecycle.resume(entry, self.clock.now())
        self.mailbox.moving.append(entry)
        return self._done(f"Successfully started retrying AS2 message with ID {entry.id}")

    def delete(self) -> Reply:
        """§9.1: remove one message from one place."""
        if not self._delete(self.route.ids[0]):
            raise Refusal(
                404, f"Failed to find {self.route.place} AS2 message by the given ID: {self.route.ids[0]}"
            )
        return self._done("Deleted 1 messages")

    def delete_many(self) -> Reply:
        """§9.2: remove up to a hundred messages; those that are not there do not count."""
        deleted = sum(self._delete(message_id) for message_id in downloading.read_ids(self.request))
        return self._done(f"Deleted {deleted} messages")

    def _delete(self, message_id: str) -> bool:
        try:
            _DELETES[self.route.place](self.mailbox, message_id)
        except Refusal:
            return False
        return True

    def _done(self, message: str) -> Reply:
        return Reply.of_json(200, {"message": message})


def _drop_received(mailbox: Mailbox, message_id: str) -> None:
    mailbox.find_received(message_id).is_deleted = True


def _drop_outbound(mailbox: Mailbox, message_id: str, *states: State) -> None:
    mailbox.find_outbound(message_id, *states).is_deleted = True


def _drop_failed(mailbox: Mailbox, message_id: str) -> None:
    mailbox.find_failed(message_id).failed.clear()


_VERBS: dict[str, Callable[[Call], Reply]] = {
    "stations": Call.stations,
    "partners": Call.partners,
    "send": Call.send,
    "list": Call.one_page,
    "get": Call.get,
    "mark_unread": Call.mark_unread,
    "attachment": Call.attachment,
    "all": Call.all,
    "batch": Call.batch,
    "mdn": Call.mdn,
    "stop": Call.stop,
    "retry": Call.retry,
    "delete": Call.delete,
    "delete_many": Call.delete_many,
}
_MESSAGES: dict[str, Callable[[Mailbox], list[Any]]] = {
    "received": Mailbox.inbound_messages,
    "sent": lambda mailbox: mailbox.outbound_in("sent"),
    "failed": Mailbox.failures,
    "queued": lambda mailbox: mailbox.outbound_in("queued"),
}

_DELETES: dict[str, Callable[[Mailbox, str], None]] = {
    "received": _drop_received,
    "failed": _drop_failed,
    "sent": lambda mailbox, one: _drop_outbound(mailbox, one, "sent"),
    "queued": lambda mailbox, one: _drop_outbound(mailbox, one, "queued", "processing"),
    "stopped": lambda mailbox, one: _drop_outbound(mailbox, one, "stopped"),
}
