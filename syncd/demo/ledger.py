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

from syncd.demo.documents import Arrival
from syncd.errors import CannotAct

PATIENCE = timedelta(seconds=10)
SENDS = frozenset({"send", "upload"})
"""How the two sandboxes name the request that carries a message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerFile:
    """A file as the sandbox has it."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerSent:
    """A send that the sandbox accepted; `pair` is empty when the sandbox knows no receiver."""

    id: str
    pair: str
    files: tuple[LedgerFile, ...]
    outcome: str
    mdn: str | None
    attempts: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerReceived:
    """A message that arrived at the sandbox, for us; `pair` is empty when it names nobody."""

    id: str
    pair: str
    files: tuple[LedgerFile, ...]
    is_read: bool
    is_lost: bool
    downloads: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRequest:
    """A request; `at` in seconds of the sandbox's clock, `status` None when nothing was answered."""

    at: float
    operation: str
    status: int | None
    troubles: tuple[str, ...] = ()
    """What went wrong with it because the sandbox was told so."""

    @property
    def is_unanswered_send(self) -> bool:
        """Whether a send was taken without an answer."""
        return self.operation in SENDS and self.status is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """Everything that happened at the sandbox."""

    sent: tuple[LedgerSent, ...] = ()
    received: tuple[LedgerReceived, ...] = ()
    requests: tuple[LedgerRequest, ...] = ()

    def count(self, operation: str, status: int) -> int:
        """How often an operation was answered so."""
        return sum((each.operation, each.status) == (operation, status) for each in self.requests)

    @property
    def over_limit(self) -> int:
        """How many answers said that there were too many requests."""
        return sum(each.status == 429 for each in self.requests)

    @property
    def unanswered(self) -> int:
        """How many sends were taken without an answer."""
        return sum(each.is_unanswered_send for each in self.requests)

    @property
    def troubled(self) -> int:
        """How many requests something went wrong with."""
        return sum(bool(each.troubles) for each in self.requests)


class SandboxHand:
    """Tells a sandbox what to do, and reads its ledger."""

    def __init__(self, url: str) -> None:
        self._address = urlsplit(url).netloc

    def deliver(self, arrival: Arrival) -> str:
        """Let a message arrive; returns its id."""
        station, partner = arrival.pair.split("/") if arrival.pair else (None, None)
        files = [
            {"name": document.name, "base64": base64.b64encode(document.content).decode()}
            for document in arrival.documents
        ]
        return str(self._ask("deliver", {"station": station, "partner": partner, "files": files})["id"])

    def tell(self, command: str, fields: Mapping[str, object]) -> None:
        """Say one of the sandbox's commands."""
        self._ask(command, fields)

    def hold_back_reply(self, rule: Mapping[str, object], held: timedelta) -> None:
        """Take the next send that the rule is about, and let its reply not come."""
        self._ask("trouble", {**rule, "do": "silence", "when": "after", "seconds": held.total_seconds()})

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
        requests=tuple(_request(each) for each in words["requests"]),
    )


def _request(words: Mapping[str, Any]) -> LedgerRequest:
    return LedgerRequest(
        at=words["at"],
        operation=words["operation"],
        status=words["status"],
        troubles=tuple(words["troubles"]),
    )


def _sent(words: Mapping[str, Any]) -> LedgerSent:
    return LedgerSent(
        id=words["id"],
        pair=_pair(words),
        files=_files(words["files"]),
        outcome=words["outcome"],
        mdn=words["mdn"],
        attempts=words["attempts"],
    )


def _received(words: Mapping[str, Any]) -> LedgerReceived:
    return LedgerReceived(
        id=words["id"],
        pair=_pair(words),
        files=_files(words["files"]),
        is_read=words["is_read"],
        is_lost=words["is_lost"],
        downloads=tuple(words["downloads"]),
    )


def _pair(words: Mapping[str, Any]) -> str:
    return f"{words['station']}/{words['partner']}" if words["partner"] else ""


def _files(shapes: Sequence[Mapping[str, Any]]) -> tuple[LedgerFile, ...]:
    return tuple(LedgerFile(name=one["name"], size=one["size"], sha256=one["sha256"]) for one in shapes)
