"""Accepting a message to send (§4): one file in the body, or several as multipart/form-data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from urllib.parse import quote, unquote_to_bytes

from syncd.sandbox.as2gateway.listing import choice
from syncd.sandbox.as2gateway.mailbox import File, Mailbox, Outbound
from syncd.sandbox.as2gateway.multipart import read_parts
from syncd.sandbox.as2gateway.switches import Switches
from syncd.sandbox.as2gateway.world import Partner
from syncd.sandbox.clock import Clock
from syncd.sandbox.wire.exchange import Refusal, Reply, Request

MOST_FILES = 10
_TYPES = {"xml": "application/xml", "txt": "text/plain", "x12": "application/edi-x12"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Takes sends for one gateway."""

    clock: Clock
    queue_s: float
    switches: Callable[[], Switches]

    def accept(self, mailbox: Mailbox, request: Request, base: str) -> Reply:
        """Check a send as the document demands, and enqueue it.

        Raises: Refusal.
        """
        station, partner_id = request.segments()[-2:]
        given = request.parameters()
        partner = _pair(mailbox, station, partner_id, choice(given, "partnerType", ("production", "test")))
        profile = self._profile(mailbox, given.get("profile"))
        files = self._files(request)
        entry = self._entry(
            message_id=mailbox.new_id(),
            station=station,
            partner=partner,
            files=files,
            subject=given.get("subject"),
            profile=profile,
        )
        mailbox.add_outbound(entry)
        link = f"{base}/message/sent/{self._link_id(entry.id)}"
        return Reply.of_json(202, {"message": "Successfully added a new outbound entry"}, (("Link", link),))

    def _entry(
        self,
        *,
        message_id: str,
        station: str,
        partner: Partner,
        files: tuple[File, ...],
        subject: str | None,
        profile: str | None,
    ) -> Outbound:
        now = self.clock.now()
        return Outbound(
            id=message_id,
            station=station,
            partner=partner.as2_id,
            partner_type=partner.partner_type,
            files=files,
            subject=partner.subject if subject is None else subject,
            profile=profile,
            accepted=now,
            accepted_monotonic=self.clock.monotonic(),
            next_at=now + self.queue_s,
        )

    def _link_id(self, message_id: str) -> str:
        shown = f"<{message_id}>"
        return quote(shown, safe="") if self.switches().link_id == "encoded" else shown

    def _profile(self, mailbox: Mailbox, profile: str | None) -> str | None:
        if profile is None or profile in mailbox.account.profiles:
            return profile
        if self.switches().unknown_profile == "400":
            raise Refusal(400, f"Message submission profile not found: {profile}")
        return None

    def _files(self, request: Request) -> tuple[File, ...]:
        content_type = request.header("Content-Type") or ""
        if content_type.lower().startswith("multipart/form-data"):
            files = read_parts(request.body, content_type)
        else:
            files = (self._single(request, content_type),)
        self._check(files)
        return tuple(_typed(file) for file in files)

    def _single(self, request: Request, content_type: str) -> File:
        raw = request.header("Name")
        if not raw:
            raise Refusal(400, "The Name header is missing")
        name = _read_name(raw, self.switches().name_header)
        return File(name=name, content=request.body, content_type=content_type)

    def _check(self, files: tuple[File, ...]) -> None:
        switches = self.switches()
        names = [file.name for file in files]
        if not 1 <= len(files) <= MOST_FILES:
            raise Refusal(400, f"A message has 1 to {MOST_FILES} files, not {len(files)}")
        if len(set(names)) < len(names):
            raise Refusal(400, "Each attachment must have a unique filename")
        if sum(len(file.content) for file in files) > switches.limit_bytes:
            raise Refusal(int(switches.oversize), "A message can be up to 10 MB in size")
        if switches.empty_file == "400" and not all(file.content for file in files):
            raise Refusal(400, "A file is empty")


def _pair(mailbox: Mailbox, station: str, partner_id: str, partner_type: str) -> Partner:
    if not mailbox.has_station(station):
        raise Refusal(404, f"Failed to find AS2 station by the given ID: {station}")
    partner = mailbox.partner(partner_id, partner_type)
    if partner is None:
        raise Refusal(404, f"Failed to find {partner_type} AS2 partner by the given ID: {partner_id}")
    return partner


def _read_name(raw: str, reading: str) -> str:
    """Read a Name header; raw is the bytes of the wire as Latin-1."""
    wire = raw.encode("latin-1")
    if reading == "percent":
        wire = unquote_to_bytes(wire)
    text = wire.decode("utf-8", "replace")
    if reading == "rfc2047" and "=?" in text:
        return _decoded_words(text)
    return text


def _decoded_words(text: str) -> str:
    try:
        return str(make_header(decode_header(text)))
    except (HeaderParseError, LookupError, UnicodeError):
        raise Refusal(400, "The Name header cannot be decoded") from None


def _typed(file: File) -> File:
    """Find a type by the name's ending, and for .edi by content (§4.4.1)."""
    if file.content_type:
        return file
    ending = file.name.rpartition(".")[2].lower()
    found = _edi_type(file.content) if ending == "edi" else _TYPES.get(ending)
    return replace(file, content_type=found or "application/octet-stream")


def _edi_type(content: bytes) -> str:
    if content.startswith(b"ISA"):
        return "application/edi-x12"
    return "application/edifact" if content.startswith((b"UNA", b"UNB")) else "application/edi-consent"
