"""The sandbox's control surface, from outside: what it is told, and the ledger that it keeps."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlsplit

from syncd.demo.documents import Arrival, Drop
from syncd.errors import CannotAct

PATIENCE = timedelta(seconds=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerFile:
    """A file as the sandbox has it."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerSent:
    """A send that the sandbox accepted."""

    id: str
    partner: str
    files: tuple[LedgerFile, ...]
    outcome: str
    mdn: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerReceived:
    """A message that arrived at the sandbox, for us."""

    id: str
    partner: str
    files: tuple[LedgerFile, ...]
    is_read: bool
    is_lost: bool
    downloads: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """Everything that happened at the sandbox; `requests` are the moments, in seconds of its clock."""

    sent: tuple[LedgerSent, ...] = ()
    received: tuple[LedgerReceived, ...] = ()
    requests: tuple[float, ...] = ()
    over_limit: int = 0
    """Answers with 429."""
    unanswered: tuple[str, ...] = ()
    """The partners to whom a send was taken without an answer, one for each such send."""


class SandboxHand:
    """Tells a sandbox what to do, and reads its ledger."""

    def __init__(self, url: str) -> None:
        self._address = urlsplit(url).netloc

    def deliver(self, arrival: Arrival) -> str:
        """Let a message arrive; returns its id."""
        files = [
            {"name": document.name, "base64": base64.b64encode(document.content).decode()}
            for document in arrival.documents
        ]
        return str(self._ask("deliver", {"partner": arrival.partner, "files": files})["id"])

    def reject(self, drop: Drop, because: str) -> None:
        """Let the partner answer a file with a bad MDN."""
        self._ask(
            "behave",
            {"partner": drop.partner, "files": drop.name, "mdn": "error", "mdn_content": because},
        )

    def hold_back_reply(self, drop: Drop, held: timedelta) -> None:
        """Take the next send to the drop's partner, and let its reply not come."""
        rule = {"do": "silence", "operation": "send", "when": "after", "path": f"/{drop.partner}\\b"}
        self._ask("trouble", {**rule, "seconds": held.total_seconds()})

    def ledger(self) -> Ledger:
        """What happened up to now. Raises: CannotAct."""
        return parse(self._exchange("GET", "ledger", None))

    def _ask(self, command: str, fields: Mapping[str, object]) -> Mapping[str, Any]:
        return self._exchange("POST", command, json.dumps(fields)) or {}

    def _exchange(self, method: str, command: str, body: str | None) -> Any:  # noqa: ANN401 - JSON
        link = HTTPConnection(self._address, timeout=PATIENCE.total_seconds())
        try:
            link.request(method, f"/_sandbox/{command}", body)
            reply = link.getresponse()
            words = json.loads(reply.read())
        except (OSError, HTTPException, ValueError) as error:
            raise CannotAct(f"the sandbox does not answer: {error}") from error
        finally:
            link.close()
        if reply.status != 200:
            raise CannotAct(f"the sandbox refuses {command}: {words}")
        return words


def parse(words: Mapping[str, Any]) -> Ledger:
    """The ledger from its JSON."""
    return Ledger(
        sent=tuple(_sent(each) for each in words["sent"]),
        received=tuple(_received(each) for each in words["received"]),
        requests=tuple(each["at"] for each in words["requests"]),
        over_limit=sum(each["status"] == 429 for each in words["requests"]),
        unanswered=tuple(
            each["path"].rpartition("/")[2]
            for each in words["requests"]
            if each["operation"] == "send" and each["status"] is None
        ),
    )


def _sent(words: Mapping[str, Any]) -> LedgerSent:
    return LedgerSent(
        id=words["id"],
        partner=words["partner"],
        files=_files(words["files"]),
        outcome=words["outcome"],
        mdn=words["mdn"],
    )


def _received(words: Mapping[str, Any]) -> LedgerReceived:
    return LedgerReceived(
        id=words["id"],
        partner=words["partner"],
        files=_files(words["files"]),
        is_read=words["is_read"],
        is_lost=words["is_lost"],
        downloads=tuple(words["downloads"]),
    )


def _files(shapes: Sequence[Mapping[str, Any]]) -> tuple[LedgerFile, ...]:
    return tuple(LedgerFile(name=one["name"], size=one["size"], sha256=one["sha256"]) for one in shapes)
