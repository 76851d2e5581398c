"""ECGrid REST v2 as one object: it answers requests, and can be told what partners do."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from math import ceil

from syncd.sandbox.clock import Clock
from syncd.sandbox.ecgrid.answers import Envelopes, Payload
from syncd.sandbox.ecgrid.calls import Call, Numbers
from syncd.sandbox.ecgrid.credentials import Credentials, Pair
from syncd.sandbox.ecgrid.fields import Fields
from syncd.sandbox.ecgrid.lifecycle import Lifecycle
from syncd.sandbox.ecgrid.mailbox import Inbound, Mailbox, Outbound
from syncd.sandbox.ecgrid.misfortune import Misfortune
from syncd.sandbox.ecgrid.operations import OPERATIONS
from syncd.sandbox.ecgrid.rendering import Renderer
from syncd.sandbox.ecgrid.routes import ANONYMOUS, UNKNOWN, WRONG_METHOD, route
from syncd.sandbox.ecgrid.switches import ECGridSwitches
from syncd.sandbox.ecgrid.world import ECGridBehaviour, ECGridId, ECGridLogin, ECGridWorld
from syncd.sandbox.wire.exchange import Headers, Refusal, Reply, Request, Upset


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """How a partner was told to behave with some files."""

    partner: int
    files: str
    behaviour: ECGridBehaviour

    def is_about(self, parcel: Outbound) -> bool:
        return self.partner == parcel.partner and fnmatchcase(parcel.name, self.files)


class ECGridGateway:
    """The gateway's whole state; all calls come under the service's lock."""

    def __init__(self, world: ECGridWorld, *, switches: ECGridSwitches, clock: Clock) -> None:
        dice = random.Random(world.seed)  # noqa: S311  # repeatable, and no secret depends on it
        self.switches = switches
        self.mailboxes = {one.username: Mailbox(one, clock=clock) for one in world.logins}
        self.credentials = Credentials(world.logins, clock=clock, timing=world.timing, dice=dice)
        self._world = world
        self._clock = clock
        self._told: list[_Told] = []
        self._paused: set[int] = set()
        self._numbers = Numbers()
        self._envelopes = Envelopes(lambda: self.switches)
        self._misfortune = Misfortune(clock=clock, credentials=self.credentials, surprise=self._surprise)

    # The wire.

    def operation(self, request: Request) -> str:
        """Name what is asked for."""
        asked = route(request)
        return "unknown" if asked == WRONG_METHOD else asked.operation

    def login(self, request: Request) -> str:
        """Say who asks; logging in is anonymous, and counted by the source's address."""
        operation = self.operation(request)
        if operation in ANONYMOUS:
            return "anonymous"
        if operation == "refresh":
            return self._refresher(request) or "anonymous"
        return self.credentials.username(request) or "anonymous"

    def window(self, request: Request) -> str | None:
        """Name the window in which a request counts, None for that of its source's address."""
        operation = self.operation(request)
        if operation in ANONYMOUS:
            return None
        if operation == "refresh":
            user = self._refresher(request)
            return f"user {user}" if user else None
        return self.credentials.window(request)

    def _refresher(self, request: Request) -> str | None:
        try:
            return self.credentials.refresher(Fields.of(request))
        except Refusal:
            return None

    def act(self, request: Request) -> Reply:
        """Do what is asked and answer.

        Raises: Refusal.
        """
        asked = route(request)
        if asked == UNKNOWN:
            raise Refusal(404, "There is no such endpoint.")
        if asked == WRONG_METHOD:
            raise Refusal(405, f"The method {request.method} is not allowed here.")
        return self._envelopes.success(self._payload(request, asked.operation, asked.number))

    def _payload(self, request: Request, operation: str, number: int) -> Payload:
        match operation:
            case "version":
                return self._version()
            case "login":
                return self._tokens(*self.credentials.log_in(Fields.of(request), self.switches))
            case "refresh":
                return self._tokens(*self.credentials.refresh(Fields.of(request), self.switches))
            case _:
                mailbox = self.mailboxes[self.credentials.authorized(request)]
                return OPERATIONS[operation](self._call(request, operation, number, mailbox))

    def _call(self, request: Request, operation: str, number: int, mailbox: Mailbox) -> Call:
        return Call(
            request=request,
            operation=operation,
            number=number,
            fields=Fields.of(request),
            mailbox=mailbox,
            switches=self.switches,
            clock=self._clock,
            world=self._world,
            credentials=self.credentials,
            numbers=self._numbers,
        )

    def _version(self) -> Payload:
        is_text = self.switches.profile == "backend"
        return Payload(data="v2.6 (Build 1)" if is_text else {"version": "2.6"})

    def _tokens(self, login: ECGridLogin, pair: Pair) -> Payload:
        renderer = Renderer(login=login, switches=self.switches)
        refresh = {} if pair.refresh is None else {"refreshToken": pair.refresh}
        return Payload(
            data={
                self.switches.login_reply: pair.access,
                **refresh,
                "expiresAt": renderer.moment(pair.expires),
                "userId": login.user_id,
            }
        )

    def refuse(self, refusal: Refusal) -> Reply:
        """Write an error, in the form that is in force."""
        return self._envelopes.refusal(refusal)

    def say(self, status: int, message: str, headers: Headers) -> Reply:
        """Write what trouble puts into the gateway's mouth, with that very status."""
        refusal = Refusal(status, message, headers)
        return replace(self._envelopes.refusal(refusal), status=status)

    def over_limit(self, wait_s: float) -> Reply:
        """Answer a request that came too soon."""
        headers = (("Retry-After", str(ceil(wait_s))),)
        return self.refuse(Refusal(429, "Too many requests.", headers))

    def settle(self) -> None:
        """Take every step that is due by now."""
        now = self._clock.now()
        for mailbox in self.mailboxes.values():
            lifecycle = self._lifecycle(mailbox)
            for parcel in mailbox.moving:
                lifecycle.settle(parcel, now)
            mailbox.moving = [parcel for parcel in mailbox.moving if parcel.next_at is not None]

    def _lifecycle(self, mailbox: Mailbox) -> Lifecycle:
        return Lifecycle(
            timing=self._world.timing,
            conduct=self._conduct,
            on_delivered=lambda parcel, at: self._echo(mailbox, parcel, at),
        )

    # What partners do.

    def behave(self, partner: int, files: str, behaviour: ECGridBehaviour) -> None:
        """Let a partner behave so with parcels whose file fits the pattern; the last word counts."""
        self._told.append(_Told(partner=partner, files=files, behaviour=behaviour))

    def pause(self, partner: int, *, is_paused: bool) -> None:
        """Hold what goes to a partner, or let it go."""
        self._paused = self._paused | {partner} if is_paused else self._paused - {partner}

    def _conduct(self, parcel: Outbound) -> ECGridBehaviour:
        partner = self._world.by_number(parcel.partner)
        usual = partner.behaviour if partner else ECGridBehaviour()
        told = next((one.behaviour for one in reversed(self._told) if one.is_about(parcel)), usual)
        is_paused = told.is_paused or usual.is_paused or parcel.partner in self._paused
        return replace(told, is_paused=is_paused)

    def deliver(
        self,
        mailbox: Mailbox,
        *,
        station: int | None,
        partner: int | None,
        name: str,
        content: bytes,
        created: float | None = None,
        delay_s: float = 0.0,
        parcel_id: int | None = None,
    ) -> Inbound:
        """Let a parcel arrive."""
        arrives = self._clock.now() + delay_s
        at = arrives if created is None else created
        parcel = Inbound(
            id=parcel_id or self._numbers.parcel(),
            station=station,
            partner=partner,
            name=name,
            content=content,
            created=at,
            arrives=arrives,
            interchanges=self._numbers.interchanges(content, at),
        )
        mailbox.add(parcel)
        return parcel

    def _echo(self, mailbox: Mailbox, parcel: Outbound, at: float) -> None:
        partner = self._world.by_number(parcel.partner)
        if partner is None or not partner.has_echo:
            return
        self.deliver(
            mailbox,
            station=parcel.station,
            partner=parcel.partner,
            name=parcel.name,
            content=parcel.content,
            delay_s=at + self._world.timing.echo_delay_s - self._clock.now(),
        )

    # Trouble.

    def upset(self, trouble: Upset, request: Request) -> None:
        """Bring trouble into the state, before or after the request is answered."""
        login = self.login(request)
        self._misfortune.upset(trouble, self.operation(request), self.mailboxes.get(login))

    def spoil(self, trouble: Upset, request: Request, reply: Reply) -> Reply:
        """Bring trouble into a reply, and into what it did."""
        login = self.login(request)
        return self._misfortune.spoil(trouble, self.operation(request), self.mailboxes.get(login), reply)

    def _surprise(self, mailbox: Mailbox, created: float) -> None:
        """Let a parcel arrive between two pages."""
        first: ECGridId = mailbox.login.ids[0]
        self.deliver(
            mailbox,
            station=first.ecgrid_id,
            partner=self._world.partners[0].ecgrid_id,
            name="shifted.edi",
            content=b"UNA:+.? 'UNB",
            created=created,
        )
