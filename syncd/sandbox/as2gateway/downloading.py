"""Attachments and MDNs: one, the archive of a message, the archive of many (§7)."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from syncd.sandbox.archive import write_zip
from syncd.sandbox.as2gateway.listing import flag
from syncd.sandbox.as2gateway.mailbox import File, Inbound, Mailbox, Message, bare
from syncd.sandbox.as2gateway.rendering import shown_id
from syncd.sandbox.as2gateway.switches import Switches
from syncd.sandbox.wire.exchange import Headers, Refusal, Reply, Request

MOST_IDS = 100
_BINARY = (("Content-Type", "application/octet-stream"),)


def one_file(message: Message, index: str, switches: Switches) -> Reply:
    """Give one attachment by its zero-based index.

    Raises: Refusal.
    """
    number = int(index) if index.isascii() and index.isdecimal() else -1
    if not 0 <= number < len(message.files):
        raise Refusal(404, f"Failed to find attachment {index} of the AS2 message")
    file = message.files[number]
    _count(message, number)
    return _binary(200, file.content, file.name, switches)


def all_files(message: Message, switches: Switches) -> Reply:
    """Give all attachments of one message as an archive.

    Raises: Refusal.
    """
    if not message.files:
        raise Refusal(404, "The AS2 message has no attachments")
    folder = f"{shown_id(message.id, switches.zip_folder)}/" if switches.single_zip == "folder" else ""
    pile = Pile(switches=switches, is_limited=switches.single_zip_limit == "both")
    pile.add(message, folder)
    return pile.reply("attachments.zip")


def _count(message: Message, number: int) -> None:
    if isinstance(message, Inbound):
        message.downloads[number] += 1


@dataclass(slots=True, kw_only=True)
class Pile:
    """An archive in the making; it ends where the limit is reached."""

    switches: Switches
    is_limited: bool
    entries: list[tuple[str, bytes]] = field(default_factory=list)
    size_bytes: int = 0
    last: tuple[int, int] = (0, -1)
    is_full: bool = False

    def add(self, message: Message, folder: str, *, place: int = 0) -> bool:
        """Add a message's attachments, and say whether all of them found room."""
        for number, (name, file) in enumerate(zip(self._names(message.files), message.files, strict=True)):
            if self._is_too_much(file):
                self.is_full = True
                return False
            self.entries.append((folder + name, file.content))
            self.size_bytes += len(file.content)
            self.last = (place, number)
            _count(message, number)
        return True

    def add_error(self, folder: str, text: str, *, place: int) -> None:
        """Say in a message's folder why its attachments are not there."""
        self.entries.append((f"{folder}.error", text.encode()))
        self.last = (place, 0)

    def reply(self, name: str) -> Reply:
        """Write the archive: 200 when it is whole, 206 when the limit was reached."""
        body = write_zip(self.entries, is_streamed=self.switches.zip_layout == "streamed")
        if not self.is_full:
            return _binary(200, body, name, self.switches)
        index = f"({self.last[0]},{self.last[1]})"
        return _binary(206, body, name, self.switches, (("X-Batch-Truncation-Index", index),))

    def _is_too_much(self, file: File) -> bool:
        if not self.is_limited or self.size_bytes + len(file.content) <= self.switches.limit_bytes:
            return False
        is_first = self.last == (0, -1)
        return not (is_first and self.switches.batch_first_oversize == "whole")

    def _names(self, files: Sequence[File]) -> list[str]:
        names: list[str] = []
        for file in files:
            stem, dot, ending = file.name.rpartition(".")
            twins = sum(other.name == file.name for other in files[: len(names)])
            is_kept = not twins or self.switches.zip_twins == "kept"
            names.append(file.name if is_kept else f"{stem or ending} ({twins}){dot}{ending if dot else ''}")
        return names


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchDownload:
    """The archive of up to a hundred received messages."""

    mailbox: Mailbox
    switches: Switches
    mark: Callable[[str], None]

    def answer(self, request: Request) -> Reply:
        """Aggregate the attachments; with markAsRead, mark what is in the archive as a whole.

        Raises: Refusal.
        """
        pile = Pile(switches=self.switches, is_limited=True)
        is_marking = flag(request.parameters(), "markAsRead")
        whole = self._fill(pile, read_ids(request))
        for message_id in whole if is_marking else ():
            self.mark(message_id)
        return pile.reply("attachments.zip")

    def _fill(self, pile: Pile, ids: list[str]) -> list[str]:
        whole = []
        for place, message_id in enumerate(ids):
            if self._add(pile, message_id, place):
                whole.append(message_id)
            if pile.is_full:
                break
        return whole

    def _add(self, pile: Pile, message_id: str, place: int) -> bool:
        try:
            message = self.mailbox.find_received(message_id)
        except Refusal as refusal:
            if self.switches.batch_unknown_id == "404":
                raise
            pile.add_error(self._folder(message_id), refusal.message, place=place)
            return False
        if message.files:
            return pile.add(message, self._folder(message_id), place=place)
        pile.add_error(self._folder(message_id), "The AS2 message has no attachments", place=place)
        return False

    def _folder(self, message_id: str) -> str:
        return f"{shown_id(bare(message_id), self.switches.zip_folder)}/"


def read_ids(request: Request) -> list[str]:
    """Read a JSON array of at most a hundred ids.

    Raises: Refusal.
    """
    try:
        ids = json.loads(request.body)
    except ValueError:
        raise Refusal(400, "The body is not JSON") from None
    if not isinstance(ids, list) or not all(isinstance(one, str) for one in ids):
        raise Refusal(400, "The body is not an array of message IDs")
    if len(ids) > MOST_IDS:
        raise Refusal(400, f"At most {MOST_IDS} message IDs are accepted, not {len(ids)}")
    return ids


def mdn_file(content: str, index: str, switches: Switches) -> Reply:
    """Give an MDN's payload; there is one, so its index is 0.

    Raises: Refusal.
    """
    if index != "0":
        raise Refusal(404, f"Failed to find MDN {index} of the AS2 message")
    return _binary(200, content.encode(), "mdn.txt", switches)


def _binary(status: int, body: bytes, name: str, switches: Switches, headers: Headers = ()) -> Reply:
    disposition = ("Content-Disposition", _disposition(name, switches.content_disposition))
    return Reply(status=status, headers=(*_BINARY, disposition, *headers), body=body)


def _disposition(name: str, reading: str) -> str:
    safe = "".join(" " if ord(letter) < 32 else letter for letter in name)
    match reading:
        case "quoted":
            escaped = safe.replace("\\", "\\\\").replace('"', '\\"')
            return f'attachment; filename="{escaped}"'
        case "unquoted":
            return f"attachment; filename={safe}"
        case _:
            return f"attachment; filename*=UTF-8''{quote(name, safe='')}"
