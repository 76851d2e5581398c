"""The program, run in this process over a wiring of its own: records from a list, a gateway from two."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from syncd.cli.app import run
from syncd.config import Settings
from syncd.core.model import (
    Direction,
    File,
    GatewayId,
    Message,
    MessageId,
    Pair,
    PartnerType,
    Phase,
    Place,
    State,
)
from syncd.core.shown import Partner, Station
from syncd.errors import NotFound
from syncd.operations.checks import CheckLine
from syncd.operations.reports import OnceReport
from syncd.ports import Gateway, Line, Records, Search

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)

SENT = Message(
    id=MessageId("aaaa1111"),
    account="acme",
    gateway="as2gateway",
    direction=Direction.OUTBOUND,
    state=State.SENT,
    pair=Pair(station="ACME", partner="WALMART"),
    name="invoice.edi",
    message_id=GatewayId("<one@gateway>"),
    files=(File(name="invoice.edi", size=4, sha256="ab"),),
    place=Place("sent/ACME/WALMART/2026-01-31/invoice.edi"),
    created=NOON,
    updated=NOON,
)
HELD = replace(
    SENT,
    id=MessageId("bbbb2222"),
    state=State.HELD,
    message_id=None,
    name="order.edi",
    files=(File(name="order.edi", size=5),),
    place=Place("held/ACME/WALMART/order.edi"),
    reason="nobody knows whether it was sent",
)
ARRIVING = replace(
    SENT,
    id=MessageId("cccc3333"),
    direction=Direction.INBOUND,
    state=State.ARRIVING,
    phase=Phase.STAGED,
    message_id=GatewayId("<two@gateway>"),
    name="",
    files=(File(name="\x1b[31mred\u202e.edi", size=6, place=Place("inbox/ACME/WALMART/red.edi")),),
    place=None,
)


@dataclass
class FewRecords:
    """As much of the records as the looking commands ask."""

    messages: Sequence[Message]
    asked: list[Search] = field(default_factory=list)

    def search(self, wanted: Search) -> Sequence[Message]:
        """All of them, but for another account's."""
        self.asked.append(wanted)
        found = [each for each in self.messages if wanted.account in {None, each.account}]
        return found[: wanted.limit]

    def find(self, text: str, *, account: str | None = None, limit: int = 100) -> Sequence[Message]:
        """By our id, or a part of a file's name."""
        by_id = [each for each in self.messages if each.id == text]
        by_name = [each for each in self.messages if any(text in file.name for file in each.files)]
        return (by_id or by_name)[:limit]

    def history(self, message_id: MessageId) -> Sequence[Line]:
        """One line."""
        return (Line(at=NOON, kind="claimed", state=State.QUEUED, phase=Phase.CLAIMED, text="taken over"),)


class SmallGateway:
    """A gateway that knows one station and one partner."""

    def stations(self) -> Sequence[Station]:
        """Ours."""
        return (Station(as2_id="ACME", name="Acme Ltd"),)

    def partners(self) -> Sequence[Partner]:
        """Theirs."""
        return (Partner(as2_id="WALMART", name="[bold]Walmart[/]", partner_type=PartnerType.PRODUCTION),)


@dataclass
class World:
    """A wiring of lists, and the program over it."""

    folder: Path
    messages: Sequence[Message] = (HELD, SENT, ARRIVING)
    report: OnceReport = field(default_factory=lambda: OnceReport(dry_run=False, accounts=()))
    checks: tuple[CheckLine, ...] = ()
    asked: list[Search] = field(default_factory=list)
    once_asked: dict[str, Any] = field(default_factory=dict)
    resolved: list[tuple[str, str]] = field(default_factory=list)
    adopted: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Write a configuration with two accounts."""
        self.configuration = self.folder / "syncd.toml"
        text = "".join(
            f"[accounts.{name}]\n"
            f'gateway = "as2gateway"\nusername = "u"\npassword = "hush"\nroot = "/srv/{name}"\n'
            for name in ("acme", "other")
        )
        self.configuration.write_text('timezone = "Europe/Berlin"\n' + text, encoding="utf-8")

    def run(self, *words: str) -> int:
        """The program's exit code."""
        return run(["--config", str(self.configuration), *words], reach=lambda: self)

    @contextmanager
    def records(self, settings: Settings) -> Iterator[Records]:
        """The list."""
        yield cast("Records", FewRecords(self.messages, self.asked))

    @contextmanager
    def gateway(self, settings: Settings, account: str) -> Iterator[Gateway]:
        """The same for each account."""
        yield cast("Gateway", SmallGateway())

    def run_once(
        self,
        settings: Settings,
        *,
        accounts: Sequence[str],
        only: str | None,
        wait: timedelta | None,
        dry_run: bool,
        progress: Callable[[str], None],
    ) -> OnceReport:
        """The report that was laid out."""
        self.once_asked = {"accounts": tuple(accounts), "only": only, "wait": wait, "dry_run": dry_run}
        progress("acme: pulling")
        return self.report

    def run_check(self, settings: Settings, accounts: Sequence[str]) -> tuple[CheckLine, ...]:
        """The lines that were laid out."""
        return self.checks

    def resolve(self, settings: Settings, message_id: MessageId, verdict: str, by: str) -> Message:
        """As if it were done."""
        self.resolved.append((message_id, verdict))
        for message in self.messages:
            if message.id == message_id:
                return replace(message, state=State.QUEUED, phase=Phase.WAITING)
        raise NotFound(f"there is no message {message_id}")

    def adopt(self, settings: Settings, account_name: str) -> None:
        """Note it."""
        self.adopted.append(account_name)


def parsed(text: str) -> Any:  # noqa: ANN401 - whatever was printed
    """JSON that was printed."""
    return json.loads(text)
