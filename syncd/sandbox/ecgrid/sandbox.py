"""The ECGrid sandbox: the server, the gateway, and the hands that a test or a person has on them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from types import TracebackType
from typing import Any, Self

from syncd.sandbox.clock import Clock
from syncd.sandbox.control import Control
from syncd.sandbox.ecgrid import finding, lifecycle
from syncd.sandbox.ecgrid.commands import commands
from syncd.sandbox.ecgrid.gateway import ECGridGateway
from syncd.sandbox.ecgrid.quota import Quota
from syncd.sandbox.ecgrid.switches import ECGridSwitches
from syncd.sandbox.ecgrid.world import ECGridBehaviour, ECGridWorld
from syncd.sandbox.ledger import Ledger
from syncd.sandbox.trouble.rules import Trouble, trouble_from
from syncd.sandbox.wire.server import LoopbackServer
from syncd.sandbox.wire.service import Service

Files = Mapping[str, bytes] | Iterable[tuple[str, bytes]]
WINDOW_S = 60.0


class ECGridSandbox:
    """A local ECGrid on loopback, from entering to leaving the context."""

    def __init__(
        self,
        *,
        world: ECGridWorld | None = None,
        switches: ECGridSwitches | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        self.world = world or ECGridWorld.default()
        self.clock = Clock()
        self._first_switches = switches or ECGridSwitches()
        self._gateway = self._new_gateway()
        self._service = Service(gateway=self._gateway, clock=self.clock, limit=self._new_limit())
        self._server = LoopbackServer(
            answer=self._service.answer,
            clock=self.clock,
            host=host,
            port=port,
            body_silence_s=self.world.timing.body_silence_s,
        )
        self._service.base = self._server.address
        self._service.control = Control(ledger=self._ledger_json, commands=commands(self)).answer

    def _new_gateway(self) -> ECGridGateway:
        return ECGridGateway(self.world, switches=self._first_switches, clock=self.clock)

    def _new_limit(self) -> Quota:
        return Quota(
            self.world.timing,
            clock=self.clock,
            window=self._gateway.window,
            switches=lambda: self._gateway.switches,
        )

    @property
    def address(self) -> str:
        """Give `http://127.0.0.1:PORT`, where `/_sandbox/` is."""
        return self._server.address

    @property
    def url(self) -> str:
        """Give the base path of the API, `http://127.0.0.1:PORT/v2`."""
        return f"{self.address}/v2"

    def __enter__(self) -> Self:
        """Begin to serve."""
        self._server.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End every connection, and wait for the threads."""
        self._server.close()

    def reset(self) -> None:
        """Go back to the first world and switches, without parcels, tokens, trouble and ledger."""
        with self._service.lock:
            self._gateway = self._new_gateway()
            self._service.reset(gateway=self._gateway, limit=self._new_limit())

    # What others do.

    def deliver(
        self,
        *,
        station: str | None = "112233",
        partner: str | None = "445566",
        files: Files = (),
        created: float | None = None,
        login: str | None = None,
        message_id: str | None = None,
    ) -> str:
        """Let a parcel arrive and give its id.

        Station and partner are ECGrid ids; without a station the login says whose it is, by default the
        first. created: seconds since 1970, by default now.

        Raises: ValueError unless it is exactly one file, or for an id that is taken or no number;
            LookupError when no login has the station.
        """
        pairs = list(files.items() if isinstance(files, Mapping) else files)
        if len(pairs) != 1:
            raise ValueError(f"A parcel has exactly one file, not {len(pairs)}.")
        number = int(station) if station is not None else None
        with self._service.lock:
            mailbox = finding.owner(self._gateway.mailboxes, number, login)
            parcel_id = None if message_id is None else int(message_id)
            if parcel_id is not None:
                finding.demand_free(self._gateway.mailboxes, parcel_id)
            parcel = self._gateway.deliver(
                mailbox,
                station=number,
                partner=None if partner is None else int(partner),
                name=pairs[0][0],
                content=pairs[0][1],
                created=created,
                parcel_id=parcel_id,
            )
            return str(parcel.id)

    def mark_read(self, message_id: str) -> None:
        """Confirm a parcel, as another channel of the mailbox that took it would."""
        self._mark(message_id, is_confirmed=True)

    def mark_unread(self, message_id: str) -> None:
        """Reset a parcel to the inbox, as a person at the gateway would."""
        self._mark(message_id, is_confirmed=False)

    def _mark(self, message_id: str, *, is_confirmed: bool) -> None:
        with self._service.lock:
            mailbox, parcel = finding.inbound(self._gateway.mailboxes, message_id)
            mailbox.mark(parcel, is_confirmed=is_confirmed, by="sandbox")

    def restore(self) -> None:
        """Restore the gateway from an old backup: every inbound parcel is pending again."""
        with self._service.lock:
            for mailbox in self._gateway.mailboxes.values():
                for parcel in mailbox.inbound:
                    mailbox.mark(parcel, is_confirmed=False, by="sandbox")

    def revive(self, message_id: str) -> None:
        """Send a parcel again from the beginning, as the gateway's staff would.

        Raises: LookupError.
        """
        with self._service.lock:
            self._service.settle()
            mailbox, parcel = finding.outbound(self._gateway.mailboxes, message_id)
            lifecycle.resume(parcel, self.clock.now())
            mailbox.moving.append(parcel)

    def regenerate_key(self, login: str | None = None) -> str:
        """Give a login (by default the first) a new API key; the old one is dead at once."""
        with self._service.lock:
            return self._gateway.credentials.regenerate_key(self._login(login))

    def revoke_refresh(self, login: str | None = None) -> None:
        """End the sessions of a login with their refresh tokens; its key stays good."""
        with self._service.lock:
            self._gateway.credentials.revoke(self._login(login))

    def expire_tokens(self, login: str | None = None) -> None:
        """Let the access tokens of a login expire; its refresh tokens stay good."""
        with self._service.lock:
            self._gateway.credentials.expire(self._login(login))

    def _login(self, login: str | None) -> str:
        name = login or self.world.logins[0].username
        if name not in self._gateway.mailboxes:
            raise LookupError(f"There is no login {name}.")
        return name

    # Trouble, time and readings.

    def trouble(self, do: str | Trouble, **rule: object) -> None:
        """Put a rule in force; its fields are those of Trouble.

        Raises: ValueError or TypeError for a rule that could never act.
        """
        made = do if isinstance(do, Trouble) else trouble_from({"do": do, **rule})
        with self._service.lock:
            self._service.troubles.add(made)

    def calm(self) -> None:
        """Take all rules back."""
        with self._service.lock:
            self._service.troubles.clear()

    def advance(self, seconds: float) -> None:
        """Move the sandbox's clock on; the rate window and the life of tokens go with it."""
        self.clock.advance(seconds)

    def switch(self, **readings: str) -> None:
        """Turn switches; what is already stored is shown in the new way.

        Raises: ValueError for a switch or a reading that does not exist.
        """
        with self._service.lock:
            self._gateway.switches = self._gateway.switches.changed(**readings)

    @property
    def switches(self) -> ECGridSwitches:
        """Give the readings in force."""
        return self._gateway.switches

    @property
    def ledger(self) -> Ledger:
        """Give a snapshot of all that happened up to now."""
        with self._service.lock:
            self._service.settle()
            boxes = self._gateway.mailboxes.items()
            return Ledger(
                requests=tuple(self._service.requests),
                sent=tuple(parcel.record(login) for login, box in boxes for parcel in box.outbound),
                received=tuple(parcel.record(login) for login, box in boxes for parcel in box.inbound),
            )

    def _ledger_json(self) -> object:
        ledger = self.ledger
        peak = ledger.peak_requests(window_s=WINDOW_S)
        return {**asdict(ledger), "peak_requests": peak, "over_limit": ledger.over_limit}

    def partner(self, ecgrid_id: str) -> ECGridPartnerHand:
        """Take a partner in hand, to tell it how to behave.

        Raises: LookupError when the world does not have it.
        """
        if not ecgrid_id.isdecimal() or self.world.by_number(int(ecgrid_id)) is None:
            raise LookupError(f"There is no ECGrid ID {ecgrid_id}.")
        return ECGridPartnerHand(box=self, ecgrid_id=int(ecgrid_id))

    def behave(self, partner: ECGridPartnerHand, files: str, behaviour: ECGridBehaviour) -> None:
        """Let a partner behave so; what was due before happened in the old way."""
        with self._service.lock:
            self._service.settle()
            self._gateway.behave(partner.ecgrid_id, files, behaviour)

    def pause(self, partner: ECGridPartnerHand, *, is_paused: bool) -> None:
        """Hold what goes to a partner, or let it go."""
        with self._service.lock:
            self._service.settle()
            self._gateway.pause(partner.ecgrid_id, is_paused=is_paused)


@dataclass(frozen=True, slots=True, kw_only=True)
class ECGridPartnerHand:
    """A partner that can be told how to behave."""

    box: ECGridSandbox
    ecgrid_id: int

    def behave(self, *, files: str = "*", **conduct: Any) -> None:  # noqa: ANN401 - whatever the behaviour has
        """Behave so with parcels whose file fits this pattern; the fields are those of ECGridBehaviour."""
        self.box.behave(self, files, ECGridBehaviour(**conduct))

    def pause(self) -> None:
        """Let parcels to this partner wait."""
        self.box.pause(self, is_paused=True)

    def resume(self) -> None:
        """Let them go."""
        self.box.pause(self, is_paused=False)
