"""The AS2 Gateway sandbox: the server, the gateway, and the hands that a test or a person has on them."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from types import TracebackType
from typing import Any, Self

from syncd.sandbox.as2gateway import lifecycle
from syncd.sandbox.as2gateway.gateway import As2Gateway
from syncd.sandbox.as2gateway.mailbox import File, Mailbox, Outbound, bare
from syncd.sandbox.as2gateway.switches import Switches
from syncd.sandbox.as2gateway.world import Behaviour, PartnerType, World
from syncd.sandbox.clock import Clock
from syncd.sandbox.control import Control
from syncd.sandbox.ledger import Ledger
from syncd.sandbox.trouble.rules import Trouble, trouble_from
from syncd.sandbox.wire.server import LoopbackServer
from syncd.sandbox.wire.service import Service
from syncd.sandbox.wire.throttle import PerLogin, Throttle

Files = Mapping[str, bytes] | Iterable[tuple[str, bytes]]


class Sandbox:
    """A local AS2 Gateway on loopback, from entering to leaving the context."""

    def __init__(
        self,
        *,
        world: World | None = None,
        switches: Switches | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        self.world = world or World.default()
        self.clock = Clock()
        self._first_switches = switches or Switches()
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
        self._service.control = Control(ledger=self._ledger_json, commands=_commands(self)).answer
        self._gateway.base = self.url

    def _new_gateway(self) -> As2Gateway:
        return As2Gateway(self.world, switches=self._first_switches, clock=self.clock)

    def _new_limit(self) -> PerLogin:
        timing = self.world.timing
        return PerLogin(Throttle(requests=timing.rate_requests, window_s=timing.rate_window_s))

    @property
    def address(self) -> str:
        """Give `http://127.0.0.1:PORT`, where `/_sandbox/` is."""
        return self._server.address

    @property
    def url(self) -> str:
        """Give the base path of the API, `http://127.0.0.1:PORT/v1`."""
        return f"{self.address}/v1"

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
        """Go back to the first world and switches, without messages, tokens, trouble and ledger."""
        with self._service.lock:
            self._gateway = self._new_gateway()
            self._gateway.base = self.url
            self._service.reset(gateway=self._gateway, limit=self._new_limit())

    def deliver(
        self,
        *,
        station: str = "RJ_Station",
        partner: str = "RJ_Partner",
        files: Files = (),
        partner_type: PartnerType = "production",
        message_id: str | None = None,
        persisted: float | None = None,
        subject: str | None = None,
        login: str | None = None,
    ) -> str:
        """Let a message arrive and give its id, without brackets.

        A list of files may have one name twice; no files at all is a message that could not be decrypted.
        persisted: seconds since 1970, by default now. An id that is there already makes a second message: a
        retransmission.

        Raises: LookupError when no account has the station.
        """
        pairs = files.items() if isinstance(files, Mapping) else files
        with self._service.lock:
            return self._gateway.deliver(
                station=station,
                partner=partner,
                files=[File(name=name, content=content) for name, content in pairs],
                partner_type=partner_type,
                message_id=message_id,
                persisted=persisted,
                subject=subject,
                login=login,
            )

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

    def partner(self, as2_id: str, partner_type: PartnerType = "production") -> PartnerHand:
        """Take a partner in hand, to tell it how to behave.

        Raises: LookupError when no account has it.
        """
        known = {(one.as2_id, one.partner_type) for one in self.world.partners()}
        if (as2_id, partner_type) not in known:
            raise LookupError(f"There is no {partner_type} partner {as2_id}.")
        return PartnerHand(box=self, as2_id=as2_id, partner_type=partner_type)

    @property
    def switches(self) -> Switches:
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
                sent=tuple(entry.record(login) for login, box in boxes for entry in box.outbound),
                received=tuple(message.record(login) for login, box in boxes for message in box.received),
            )

    def _ledger_json(self) -> object:
        ledger = self.ledger
        summary = {"peak_requests": ledger.peak_requests(), "over_limit": ledger.over_limit}
        return {**asdict(ledger), **summary}

    def mark_read(self, message_id: str) -> None:
        """Mark a message as read, as another consumer of the account would."""
        self._mark(message_id, is_read=True)

    def mark_unread(self, message_id: str) -> None:
        """Mark a message as unread, as a person at the gateway would."""
        self._mark(message_id, is_read=False)

    def _mark(self, message_id: str, *, is_read: bool) -> None:
        with self._service.lock:
            for mailbox in self._gateway.mailboxes.values():
                mailbox.mark(message_id, is_read=is_read, by="sandbox")

    def restore(self) -> None:
        """Restore the gateway from an old backup: every received message is there again, and unread."""
        with self._service.lock:
            for mailbox in self._gateway.mailboxes.values():
                for message in mailbox.received:
                    message.is_deleted = False
                    message.mark(is_read=False, at=self.clock.monotonic(), by="sandbox")

    def revive(self, message_id: str) -> None:
        """Try a failed or stopped message again, as a person in the gateway's console would.

        Raises: LookupError.
        """
        with self._service.lock:
            self._service.settle()
            mailbox, entry = self._outbound(message_id)
            lifecycle.resume(entry, self.clock.now())
            mailbox.moving.append(entry)

    def _outbound(self, message_id: str) -> tuple[Mailbox, Outbound]:
        for mailbox in self._gateway.mailboxes.values():
            for entry in mailbox.outbound:
                if entry.id == bare(message_id):
                    return mailbox, entry
        raise LookupError(f"Nothing was sent with the ID {message_id}.")

    def behave(self, partner: PartnerHand, files: str, behaviour: Behaviour) -> None:
        """Let a partner behave so; what was due before happened in the old way."""
        with self._service.lock:
            self._service.settle()
            self._gateway.behave(partner.as2_id, partner.partner_type, files, behaviour)

    def pause(self, partner: PartnerHand, *, is_paused: bool) -> None:
        """Pause or resume what goes to a partner."""
        with self._service.lock:
            self._service.settle()
            self._gateway.pause(partner.as2_id, partner.partner_type, is_paused=is_paused)


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerHand:
    """A partner that can be told how to behave."""

    box: Sandbox
    as2_id: str
    partner_type: PartnerType

    def behave(self, *, files: str = "*", **conduct: Any) -> None:  # noqa: ANN401 - whatever Behaviour has
        """Behave so with messages that have a file of this pattern; the fields are those of Behaviour."""
        self.box.behave(self, files, Behaviour(**conduct))

    def pause(self) -> None:
        """Let messages to this partner wait (pauseOutgoing, §3.5)."""
        self.box.pause(self, is_paused=True)

    def resume(self) -> None:
        """Let them go."""
        self.box.pause(self, is_paused=False)


def _commands(box: Sandbox) -> dict[str, Any]:
    """Give what other processes may do: each takes the fields of a JSON object."""
    return {
        "deliver": lambda fields: {"id": box.deliver(**{**fields, "files": _files(fields.get("files", []))})},
        "trouble": lambda fields: box.trouble(**fields),
        "calm": lambda _: box.calm(),
        "behave": lambda fields: _behave(box, fields),
        "pause": lambda fields: box.partner(**fields).pause(),
        "resume": lambda fields: box.partner(**fields).resume(),
        "advance": lambda fields: box.advance(float(fields["seconds"])),
        "switch": lambda fields: box.switch(**fields),
        "mark_read": lambda fields: box.mark_read(fields["id"]),
        "mark_unread": lambda fields: box.mark_unread(fields["id"]),
        "restore": lambda _: box.restore(),
        "revive": lambda fields: box.revive(fields["id"]),
        "reset": lambda _: box.reset(),
    }


def _files(shapes: list[dict[str, str]]) -> list[tuple[str, bytes]]:
    return [(one["name"], _content(one)) for one in shapes]


def _content(shape: dict[str, str]) -> bytes:
    return base64.b64decode(shape["base64"]) if "base64" in shape else shape["text"].encode()


def _behave(box: Sandbox, fields: dict[str, Any]) -> None:
    hand = box.partner(fields.pop("partner"), fields.pop("partner_type", "production"))
    hand.behave(**fields)
