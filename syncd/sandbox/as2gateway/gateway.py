"""AS2 Gateway REST v1 as one object: it answers requests, and can be told what partners do."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from email.utils import formatdate
from fnmatch import fnmatchcase
from math import ceil

from syncd.sandbox.as2gateway.calls import Call
from syncd.sandbox.as2gateway.lifecycle import Lifecycle
from syncd.sandbox.as2gateway.logins import Logins
from syncd.sandbox.as2gateway.mailbox import File, Inbound, Mailbox, Outbound, bare
from syncd.sandbox.as2gateway.routes import route
from syncd.sandbox.as2gateway.sending import Sender
from syncd.sandbox.as2gateway.switches import Switches
from syncd.sandbox.as2gateway.world import Account, Behaviour, Partner, PartnerType, World
from syncd.sandbox.clock import Clock
from syncd.sandbox.wire.exchange import Headers, Refusal, Reply, Request, Upset


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """How a partner was told to behave with some files."""

    partner: str
    partner_type: PartnerType
    files: str
    behaviour: Behaviour

    def is_about(self, entry: Outbound) -> bool:
        is_partner = (self.partner, self.partner_type) == (entry.partner, entry.partner_type)
        return is_partner and any(fnmatchcase(file.name, self.files) for file in entry.files)


class As2Gateway:
    """The gateway's whole state; all calls come under the service's lock."""

    def __init__(self, world: World, *, switches: Switches, clock: Clock) -> None:
        dice = random.Random(world.seed)  # noqa: S311  # repeatable, and no secret depends on it
        self.switches = switches
        self.base = ""
        self.mailboxes = {one.username: Mailbox(one, clock=clock, dice=dice) for one in world.accounts}
        self._world = world
        self._clock = clock
        self._told: list[_Told] = []
        self._logins = Logins(self.mailboxes, clock=clock, life_s=world.timing.token_life_s, dice=dice)
        self._sender = Sender(clock=clock, queue_s=world.timing.queue_s, switches=lambda: self.switches)

    # The wire.

    def operation(self, request: Request) -> str:
        """Name what is asked for."""
        return route(request, self.switches).operation

    def login(self, request: Request) -> str:
        """Say who asks."""
        return self._logins.username(request)

    def act(self, request: Request) -> Reply:
        """Do what is asked and answer.

        Raises: Refusal.
        """
        asked = route(request, self.switches)
        if self.switches.https_redirect == "307":
            return self._to_https(request)
        if asked.operation == "authorize":
            return self._logins.authorize(request, self.switches)
        if asked.operation == "unknown":
            raise Refusal(404, "The requested resource does not exist")
        call = Call(
            request=request,
            route=asked,
            mailbox=self._logins.mailbox(request),
            switches=self.switches,
            clock=self._clock,
            sender=self._sender,
            base=self.base,
        )
        return call.answer()

    def _to_https(self, request: Request) -> Reply:
        target = f"{request.path}?{request.query}" if request.query else request.path
        host = request.header("Host") or "localhost"
        return Reply(status=307, headers=(("Location", f"https://{host}{target}"),))

    def refuse(self, refusal: Refusal) -> Reply:
        """Write a refusal as the generic response (§3.1)."""
        if self.switches.error_body == "empty":
            return Reply(status=refusal.status, headers=refusal.headers)
        return Reply.of_json(refusal.status, {"message": refusal.message}, refusal.headers)

    def say(self, status: int, message: str, headers: Headers) -> Reply:
        """Write what trouble puts into the gateway's mouth."""
        return Reply.of_json(status, {"message": message}, headers)

    def over_limit(self, wait_s: float) -> Reply:
        """Answer a request that came too soon (§1)."""
        waits = {
            "seconds": (("Retry-After", str(ceil(wait_s))),),
            "date": (("Retry-After", formatdate(ceil(self._clock.now() + wait_s), usegmt=True)),),
        }
        headers: Headers = waits.get(self.switches.over_limit, ())
        return self.refuse(Refusal(429, "Too many requests", headers))

    def settle(self) -> None:
        """Take every step that is due by now."""
        now = self._clock.now()
        for mailbox in self.mailboxes.values():
            lifecycle = self._lifecycle(mailbox)
            for entry in mailbox.moving:
                lifecycle.settle(entry, now)
            mailbox.moving = [entry for entry in mailbox.moving if entry.is_moving]

    def _lifecycle(self, mailbox: Mailbox) -> Lifecycle:
        return Lifecycle(
            timing=self._world.timing,
            conduct=lambda entry: self._conduct(mailbox, entry),
            partner=lambda entry: mailbox.partner(entry.partner, entry.partner_type),
            on_sent=lambda entry: self._echo(mailbox, entry),
        )

    # What partners do.

    def behave(self, partner: str, partner_type: PartnerType, files: str, behaviour: Behaviour) -> None:
        """Let a partner behave so with messages that have a file of that pattern; the last word counts."""
        told = _Told(partner=partner, partner_type=partner_type, files=files, behaviour=behaviour)
        self._told.append(told)

    def _conduct(self, mailbox: Mailbox, entry: Outbound) -> Behaviour:
        partner = mailbox.partner(entry.partner, entry.partner_type)
        usual = partner.behaviour if partner else Behaviour()
        told = next((one.behaviour for one in reversed(self._told) if one.is_about(entry)), usual)
        return replace(told, is_paused=told.is_paused or usual.is_paused)

    def pause(self, partner: str, partner_type: PartnerType, *, is_paused: bool) -> None:
        """Pause or resume what goes to a partner, and show it in the partner list."""
        for mailbox in self.mailboxes.values():
            mailbox.account = replace(
                mailbox.account, partners=_paused(mailbox.account, partner, partner_type, is_paused=is_paused)
            )

    def deliver(
        self,
        *,
        station: str,
        partner: str,
        files: Sequence[File],
        partner_type: PartnerType,
        message_id: str | None,
        persisted: float | None,
        subject: str | None,
        login: str | None,
        delay_s: float = 0.0,
    ) -> str:
        """Let a message arrive; an id that is already there makes a second message of that id.

        Raises: LookupError when no account has the station.
        """
        mailbox = self._owner(station, login)
        message = Inbound(
            id=bare(message_id or mailbox.new_id()),
            station=station,
            partner=partner,
            partner_type=partner_type,
            files=tuple(files),
            persisted=self._clock.now() + delay_s if persisted is None else persisted,
            arrives=self._clock.now() + delay_s,
            subject=subject,
        )
        mailbox.add_received(message)
        return message.id

    def _owner(self, station: str, login: str | None) -> Mailbox:
        for username, mailbox in self.mailboxes.items():
            if login in {None, username} and mailbox.has_station(station):
                return mailbox
        raise LookupError(f"No account {login or ''} has the station {station}.")

    def _echo(self, mailbox: Mailbox, entry: Outbound) -> None:
        partner = mailbox.partner(entry.partner, entry.partner_type)
        if partner is None or not partner.has_echo or entry.mdn is None:
            return
        self.deliver(
            station=entry.station,
            partner=entry.partner,
            files=entry.files,
            partner_type=entry.partner_type,
            message_id=None,
            persisted=None,
            subject=entry.subject,
            login=mailbox.account.username,
            delay_s=entry.mdn.sent_at + self._world.timing.echo_delay_s - self._clock.now(),
        )

    # Trouble.

    def upset(self, trouble: Upset, request: Request) -> None:
        """End the tokens of the login, let a message arrive, or lose one before it is fetched."""
        login = self.login(request)
        mailbox = self.mailboxes.get(login)
        if trouble.do == "expire_tokens":
            self._logins.expire(login)
        elif mailbox and trouble.do == "shift":
            self._surprise(mailbox.account, trouble.age_s)
        elif mailbox and self.operation(request) != "send":
            self._lose_unread(mailbox)

    def _surprise(self, account: Account, age_s: float) -> None:
        production = next(one for one in account.partners if one.partner_type == "production")
        self.deliver(
            station=account.stations[0].as2_id,
            partner=production.as2_id,
            files=(File(name="shifted.edi", content=b"UNA:+.? 'UNB"),),
            partner_type="production",
            message_id=None,
            persisted=self._clock.now() - age_s,
            subject=None,
            login=account.username,
        )

    def spoil(self, trouble: Upset, request: Request, reply: Reply) -> Reply:
        """Cut a list short, drop what was just accepted, or forget what was read."""
        mailbox = self.mailboxes.get(self.login(request))
        if trouble.do == "list_short":
            return _shortened(reply, trouble.fraction)
        if mailbox and trouble.do == "forget_marks":
            self._forget(mailbox)
        elif mailbox and (self.operation(request), reply.status) == ("send", 202):
            mailbox.outbound[-1].is_lost = mailbox.outbound[-1].is_deleted = True
        return reply

    def _lose_unread(self, mailbox: Mailbox) -> None:
        unread = (message for message in mailbox.inbound_messages() if not message.is_read)
        lost = min(unread, key=lambda message: message.persisted, default=None)
        if lost:
            lost.is_lost = True
            lost.mark(is_read=True, at=self._clock.monotonic(), by="lose")

    def _forget(self, mailbox: Mailbox) -> None:
        for message in mailbox.received:
            if message.is_read:
                message.mark(is_read=False, at=self._clock.monotonic(), by="forget_marks")


def _paused(account: Account, as2_id: str, partner_type: str, *, is_paused: bool) -> tuple[Partner, ...]:
    partners = []
    for one in account.partners:
        is_meant = (one.as2_id, one.partner_type) == (as2_id, partner_type)
        behaviour = replace(one.behaviour, is_paused=is_paused)
        partners.append(replace(one, behaviour=behaviour) if is_meant else one)
    return tuple(partners)


def _shortened(reply: Reply, fraction: float) -> Reply:
    try:
        fields = json.loads(reply.body)
        records = fields["records"]
    except (ValueError, KeyError, TypeError):
        return reply
    kept = records[: int(len(records) * fraction)]
    return reply.with_body(json.dumps({**fields, "records": kept}).encode())
