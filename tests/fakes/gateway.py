"""A gateway in memory: one account, small and honest, with the promises of the port and hands to move it.

gateway = FakeGateway(now=clock.now)
gateway.deliver("m1", files={"a.edi": b"UNA"})      # a message arrives, unread
gateway.fail_next(Unreachable("no network"))        # the next call raises, and nothing happens
gateway.fail_next(Unanswered("lost"), after=True)   # the next call happens, and raises
gateway.moved("g1", Box.SENT, mdn=MdnStatus.OK)     # the partner has it
"""

from __future__ import annotations

import io
import itertools
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from syncd.core.model import File, GatewayId, Mdn, MdnStatus, Pair, PartnerType, bare
from syncd.core.shown import Box, Capabilities, Listing, Partner, Record, Station
from syncd.errors import NotThere, Rejected, SyncdError
from syncd.ports.gateway import Fetched, Outgoing, Receipt, Wanted

_PAGE = 100
_START = datetime(2026, 11, 21, 12, tzinfo=UTC)
PAIR = Pair(station="RJ_Station", partner="RJ_Partner")


class FakeContent:
    """Bytes in memory."""

    def __init__(self, name: str, content: bytes) -> None:
        self.name = name
        self.size = len(content)
        self._stream = io.BytesIO(content)

    def read(self, size: int = -1, /) -> bytes:
        return self._stream.read(size)


@dataclass(slots=True, kw_only=True)
class Held:
    """One message at the gateway."""

    record: Record
    contents: tuple[tuple[str, bytes], ...]
    is_read: bool = False
    mdn_payload: bytes | None = None
    downloads: int = 0
    box: str = ""

    def __post_init__(self) -> None:
        self.box = self.box or self.record.box


@dataclass(slots=True)
class _Failure:
    error: SyncdError
    after: bool
    call: str


@dataclass(slots=True)
class FakeGateway:
    """Implements the port `Gateway`. `calls` has the name of every call, in order."""

    now: Callable[[], datetime] = field(default=lambda: _START)
    capabilities: Capabilities = field(
        default_factory=lambda: Capabilities(
            kind="as2gateway",
            files_per_message=10,
            bytes_per_message=10 * 1_048_576,
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
    )
    known_stations: list[Station] = field(default_factory=lambda: [Station(as2_id="RJ_Station")])
    known_partners: list[Partner] = field(
        default_factory=lambda: [
            Partner(as2_id="RJ_Partner", partner_type=PartnerType.PRODUCTION),
            Partner(as2_id="RJ_Test", partner_type=PartnerType.TEST),
        ]
    )
    offset: timedelta = timedelta(0)
    messages: list[Held] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    accepted: list[Outgoing] = field(default_factory=list)
    is_closed: bool = False
    _failures: deque[_Failure] = field(default_factory=deque)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _lock: threading.RLock = field(default_factory=threading.RLock)

    # Hands.

    def deliver(
        self,
        message_id: str,
        *,
        files: Mapping[str, bytes] | Sequence[tuple[str, bytes]] = (),
        pair: Pair = PAIR,
        persisted_at: datetime | None = None,
        subject: str | None = None,
    ) -> GatewayId:
        """Let a message arrive: the partner is the sender."""
        contents = tuple(files.items() if isinstance(files, Mapping) else files)
        record = self._record(GatewayId(message_id), Box.RECEIVED, pair, contents, persisted_at)
        self.messages.append(Held(record=replace(record, subject=subject), contents=contents))
        return record.message_id

    def fail_next(self, error: SyncdError, *, after: bool = False, call: str = "") -> None:
        """Let the next call (of that name) raise; `after`: once it has happened."""
        self._failures.append(_Failure(error, after, call))

    def mark(self, message_id: GatewayId, *, is_read: bool) -> None:
        """Mark an inbound message, as a person does there."""
        self._find(message_id, Box.RECEIVED).is_read = is_read

    def calm(self) -> None:
        """Let no further call fail."""
        self._failures.clear()

    def moved(
        self,
        message_id: GatewayId,
        box: Box,
        *,
        mdn: MdnStatus | None = None,
        delivered: bool | None = None,
        content: str | None = None,
    ) -> None:
        """Move an outbound message to another list."""
        held = self._find(message_id, *Box, "stopped")
        receipt = None if mdn is None else Mdn(status=mdn, content=content, at=self.now())
        held.record = replace(held.record, box=box, mdn=receipt, delivered=delivered, persisted_at=self.now())
        held.box = box
        held.mdn_payload = content.encode() if content is not None else None

    def marked(self, message_id: str) -> bool:
        """Whether an inbound message is marked read."""
        return self._find(GatewayId(message_id), Box.RECEIVED).is_read

    # The port.

    def clock_offset(self) -> timedelta:
        return self.offset

    def stations(self) -> Sequence[Station]:
        with self._call("stations"):
            return tuple(self.known_stations)

    def partners(self) -> Sequence[Partner]:
        with self._call("partners"):
            return tuple(self.known_partners)

    def unread(self, partner_type: PartnerType, *, page: int, newest_first: bool = False) -> Listing:
        with self._call("unread"):
            unread = [one for one in self.messages if one.box == Box.RECEIVED and not one.is_read]
            return _page(unread, partner_type, page, newest_first=newest_first)

    def page(
        self,
        box: Box,
        partner_type: PartnerType,
        *,
        page: int,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Listing:
        with self._call("page"):
            return _page([one for one in self.messages if one.box == box], partner_type, page)

    def entry(self, box: Box, message_id: GatewayId) -> Record:
        with self._call("entry"):
            return self._find(message_id, box).record

    @contextmanager
    def fetch(self, wanted: Sequence[Wanted], *, scratch: Path) -> Iterator[Iterator[Fetched]]:
        with self._call("fetch"):
            fetched = [self._fetched(one) for one in wanted]
        yield iter(fetched)

    @contextmanager
    def fetch_by_index(self, wanted: Wanted, *, scratch: Path, box: Box = Box.RECEIVED) -> Iterator[Fetched]:
        with self._call("fetch_by_index"):
            held = self._find(wanted.message_id, box)
            held.downloads += 1
            contents = tuple(FakeContent(name, content) for name, content in held.contents)
        if contents:
            yield Fetched(message_id=wanted.message_id, contents=contents)
        else:
            yield Fetched(message_id=wanted.message_id, error="the message has no attachments")

    def confirm(self, message_id: GatewayId) -> str:
        with self._call("confirm"):
            self._find(message_id, Box.RECEIVED).is_read = True
        return ""

    def confirm_batch(self, wanted: Sequence[Wanted]) -> frozenset[GatewayId]:
        with self._call("confirm_batch"):
            whole = [one for one in wanted if self._fetched(one).contents]
            for one in whole:
                self._find(one.message_id, Box.RECEIVED).is_read = True
            return frozenset(one.message_id for one in whole)

    def mark_unread(self, message_id: GatewayId) -> None:
        with self._call("mark_unread"):
            self._find(message_id, Box.RECEIVED).is_read = False

    def send(self, outgoing: Outgoing) -> Receipt:
        with self._call("send"):
            self._check(outgoing)
            message_id = GatewayId(f"<{next(self._numbers)}.sent@fake>")
            record = self._record(message_id, Box.QUEUED, outgoing.pair, outgoing.files, None)
            held = Held(record=replace(record, subject=outgoing.subject), contents=outgoing.files)
            self.messages.append(held)
            self.accepted.append(outgoing)
            return Receipt(message_id=message_id, at=self.now())

    def mdn(self, box: Box, message_id: GatewayId) -> bytes:
        with self._call("mdn"):
            payload = self._find(message_id, box).mdn_payload
            if payload is None:
                raise NotThere("the message has no MDN", status=404)
            return payload

    def stop(self, message_id: GatewayId) -> None:
        with self._call("stop"):
            self._find(message_id, Box.QUEUED).box = "stopped"

    def retry(self, message_id: GatewayId) -> None:
        with self._call("retry"):
            self._find(message_id, "stopped").box = Box.QUEUED

    def delete(self, box: str, message_ids: Sequence[GatewayId]) -> int | None:
        with self._call("delete"):
            if len(message_ids) == 1:
                self._find(message_ids[0], box)
            gone = {bare(one) for one in message_ids}
            kept = [one for one in self.messages if one.box != box or bare(one.record.message_id) not in gone]
            count = len(self.messages) - len(kept)
            self.messages = kept
            return count

    def close(self) -> None:
        self.is_closed = True

    # Inside.

    @contextmanager
    def _call(self, name: str) -> Iterator[None]:
        with self._lock:
            self.calls.append(name)
            failure = next((one for one in self._failures if one.call in {"", name}), None)
            if failure is not None:
                self._failures.remove(failure)
                if not failure.after:
                    raise failure.error
            yield
            if failure is not None:
                raise failure.error

    def _find(self, message_id: GatewayId, *boxes: str) -> Held:
        for held in reversed(self.messages):
            if bare(held.record.message_id) == bare(message_id) and held.box in boxes:
                return held
        raise NotThere(f"the gateway does not know {message_id}", status=404, detail="not found")

    def _fetched(self, wanted: Wanted) -> Fetched:
        try:
            held = self._find(wanted.message_id, Box.RECEIVED)
        except NotThere as mishap:
            return Fetched(message_id=wanted.message_id, error=mishap.what)
        held.downloads += 1
        listed = [(file.name, file.size) for file in wanted.files]
        if not listed or listed != [(name, len(content)) for name, content in held.contents]:
            return Fetched(
                message_id=wanted.message_id, unfit="names or sizes that disagree with the listing"
            )
        contents = tuple(FakeContent(name, content) for name, content in held.contents)
        return Fetched(message_id=wanted.message_id, contents=contents)

    def _check(self, outgoing: Outgoing) -> None:
        pair = outgoing.pair
        partners = {(one.as2_id, one.partner_type) for one in self.known_partners}
        if pair.station not in {one.as2_id for one in self.known_stations}:
            raise NotThere(f"no station {pair.station}", status=404, detail="no such station")
        if (pair.partner, pair.partner_type) not in partners:
            raise NotThere(f"no partner {pair.partner}", status=404, detail="no such partner")
        if len({name for name, _ in outgoing.files}) < max(len(outgoing.files), 1):
            raise Rejected("two files of a message have one name, or there is none", status=400)

    def _record(
        self,
        message_id: GatewayId,
        box: Box,
        pair: Pair,
        contents: Sequence[tuple[str, bytes]],
        persisted_at: datetime | None,
    ) -> Record:
        at = persisted_at or self.now()
        is_inbound = box is Box.RECEIVED
        return Record(
            message_id=message_id,
            box=box,
            persisted=int(at.timestamp() * 1000),
            persisted_at=at,
            sender=pair.partner if is_inbound else pair.station,
            receiver=pair.station if is_inbound else pair.partner,
            partner_type=pair.partner_type,
            files=tuple(File(name=name, size=len(content)) for name, content in contents),
        )


def _page(
    messages: list[Held], partner_type: PartnerType, page: int, *, newest_first: bool = True
) -> Listing:
    records = [one.record for one in messages if one.record.partner_type is partner_type]
    records.sort(key=lambda record: record.persisted or 0, reverse=newest_first)
    shown = tuple(records[page * _PAGE : (page + 1) * _PAGE])
    return Listing(records=shown, total=len(records), is_last=len(shown) < _PAGE)
