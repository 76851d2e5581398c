"""The program, run in this process over a wiring of its own: a door to a list, a gateway of two."""

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
from syncd.core.shown import Box, Partner, Station
from syncd.errors import NotThere, SyncdError
from syncd.gateways.as2gateway.gateway import _CAPABILITIES as AS2GATEWAY
from syncd.gateways.ecgrid.gateway import _CAPABILITIES as ECGRID
from syncd.operations.checks import CheckLine
from syncd.operations.door import Door
from syncd.operations.reports import OnceReport
from syncd.ports import Gateway, Records
from tests.fakes.door import FakeDoor
from tests.fakes.store import FakeStore

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
MDN = b"Reporting-UA: them\r\n\tDisposition: processed \x1b[31m\xff"

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


class SmallGateway:
    """A gateway that knows one station, one partner, and the MDN of one message that was sent."""

    capabilities = AS2GATEWAY

    def stations(self) -> Sequence[Station]:
        """Ours."""
        return (Station(as2_id="ACME", name="Acme Ltd"),)

    def partners(self) -> Sequence[Partner]:
        """Theirs."""
        return (Partner(as2_id="WALMART", name="[bold]Walmart[/]", partner_type=PartnerType.PRODUCTION),)

    def mdn(self, box: Box, message_id: GatewayId) -> bytes:
        """That of `SENT`."""
        if (box, message_id) != (Box.SENT, SENT.message_id):
            raise NotThere("the gateway does not know it")
        return MDN


class SmallECGrid(SmallGateway):
    """A gateway without MDNs, and without a list of partners."""

    capabilities = ECGRID

    def partners(self) -> Sequence[Partner]:
        """None."""
        return ()


@dataclass
class World:
    """A wiring of lists, and the program over it."""

    folder: Path
    messages: Sequence[Message] = (HELD, SENT, ARRIVING)
    checks: tuple[CheckLine, ...] = ()
    rehearsed: dict[str, Any] = field(default_factory=dict)
    ran: list[Path | None] = field(default_factory=list)
    run_ends: int | SyncdError = 0
    adopted: list[str] = field(default_factory=list)
    gateways: dict[str, SmallGateway] = field(default_factory=dict)
    """By account, where it is not the usual one."""
    stored: FakeStore = field(default_factory=FakeStore)

    def __post_init__(self) -> None:
        """Write a configuration with two accounts, and open a door to the messages."""
        self.opened = FakeDoor(messages=self.messages, roots={"acme": Path("/srv/acme")})
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
    def door(self, settings: Settings, *, progress: Callable[[str], None] = lambda _: None) -> Iterator[Door]:
        """Always the same."""
        progress("acme: pulling")
        yield self.opened

    def run_daemon(self, settings: Settings, *, config: Path | None) -> int:
        """As it was laid out."""
        self.ran.append(config)
        if isinstance(self.run_ends, SyncdError):
            raise self.run_ends
        return self.run_ends

    @contextmanager
    def gateway(self, settings: Settings, account: str) -> Iterator[Gateway]:
        """The same for each account, unless told."""
        yield cast("Gateway", self.gateways.get(account, SmallGateway()))

    @contextmanager
    def records(self, settings: Settings) -> Iterator[Records]:
        """What was stored."""
        yield self.stored.records

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
        self.rehearsed = {"accounts": tuple(accounts), "only": only, "wait": wait, "dry_run": dry_run}
        progress("acme: pulling")
        return OnceReport(dry_run=True, accounts=())

    def run_check(self, settings: Settings, accounts: Sequence[str]) -> tuple[CheckLine, ...]:
        """The lines that were laid out."""
        return self.checks

    def run_check_notices(self, settings: Settings) -> tuple[CheckLine, ...]:
        return self.checks

    def run_check_unit(self, settings: Settings, accounts: Sequence[str]) -> tuple[CheckLine, ...]:
        """A line for each account."""
        return tuple(CheckLine(account=name, name="unit", ok=True, what="open") for name in accounts)

    def adopt(self, settings: Settings, account_name: str) -> None:
        """Note it."""
        self.adopted.append(account_name)


def parsed(text: str) -> Any:  # noqa: ANN401 - whatever was printed
    """JSON that was printed."""
    return json.loads(text)
