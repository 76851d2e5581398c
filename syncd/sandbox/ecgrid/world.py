"""The world that a sandbox starts with: logins, ECGrid ids, and how the parties behind them behave."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

Delivery = Literal["ok", "temporary", "failed", "rejected_interchange", "never", "transferred", "inbox"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ECGridTiming:
    """How long things take at this gateway, in seconds of the sandbox's clock."""

    access_life_s: float = 3600.0
    refresh_life_s: float = 24 * 3600.0
    queue_s: float = 0.0
    """From accepted to the first attempt."""
    ack_s: float = 0.0
    """From sent to acknowledged; an interchange closes then."""
    error_s: float = 1.0
    """How long a failed attempt shows outboxDeliveryError, before it shows outboxRetry."""
    retry_s: float = 5.0
    """From a failed attempt to the next one."""
    pickup_s: float = 0.0
    """How long a parcel lies in the mailbox of a partner that ECGrid hosts."""
    echo_delay_s: float = 0.0
    body_silence_s: float = 5.0
    """Real seconds: how long a body may pause before it counts as short."""
    rate_requests: int = 180
    """Per API key, or per user of a JWT."""
    anonymous_requests: int = 40
    """Per source IP, for what needs no credentials, and for whoever has none that are good."""
    rate_window_s: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ECGridBehaviour:
    """What becomes of a parcel on its way to a partner.

    ok                    outboxPending, outboxSent, then after `ack_s` outboxAcknowledged
    temporary             the first `failures` attempts fail (outboxDeliveryError, outboxRetry), then ok
    failed                outboxFailed; its interchanges are rejected
    rejected_interchange  stays at outboxSent; the first interchange is rejected, others are delivered
    never                 stays at outboxSent; its interchanges stay pending
    transferred           outboxTransferred: handed to another network
    inbox                 InBoxReady at the partner, then after `pickup_s` InBoxTransferred

    `ends_as` is another word, or number, for the last status of `ok`: `as2Sent`, `OutBoxDelivered`, anything.
    None leaves a duration to the world's timing.
    """

    delivery: Delivery = "ok"
    failures: int = 1
    ack_s: float | None = None
    pickup_s: float | None = None
    ends_as: str | None = None
    is_paused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ECGridId:
    """An ECGrid id: the number of a qualifier and an EDI id."""

    ecgrid_id: int
    qualifier: str = "ZZ"
    edi_id: str = ""
    description: str = ""
    mailbox_id: int = 0
    network_id: int = 0
    has_echo: bool = False
    """Answers each delivered parcel with the same file."""
    behaviour: ECGridBehaviour = field(default_factory=ECGridBehaviour)


@dataclass(frozen=True, slots=True, kw_only=True)
class ECGridLogin:
    """One user with an API key, a mailbox, and the ECGrid ids of that mailbox."""

    api_key: str = "YOUR_API_KEY"
    username: str = "your.user@example.com"
    password: str = "YOUR_PASSWORD"
    user_id: int = 1001
    mailbox_id: int = 4711
    network_id: int = 301
    auth_level: str = "MailboxUser"
    company: str = "Your Company"
    ids: tuple[ECGridId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ECGridWorld:
    """Everything that is there before the first request; partners are everybody's."""

    logins: tuple[ECGridLogin, ...]
    partners: tuple[ECGridId, ...] = ()
    timing: ECGridTiming = field(default_factory=ECGridTiming)
    seed: int = 1

    @classmethod
    def default(cls) -> ECGridWorld:
        """Give the page's own key, user and password, so that its curl line works but for the host."""
        return cls(logins=(_published_login(),), partners=_partners())

    @classmethod
    def varied(cls) -> ECGridWorld:
        """Give a second login beside the published one: another mailbox, the same partners."""
        own = ECGridId(ecgrid_id=223344, edi_id="SECONDID", mailbox_id=4712, network_id=301)
        second = ECGridLogin(
            api_key="SECOND_API_KEY",
            username="second.user@example.com",
            password="SECOND_PASSWORD",
            user_id=1002,
            mailbox_id=4712,
            company="Second Company",
            ids=(own,),
        )
        return cls(logins=(_published_login(), second), partners=_partners())

    def paced(self) -> ECGridWorld:
        """Give the same world at the pace of a real service."""
        return self.timed(queue_s=3.0, ack_s=4.0, pickup_s=10.0, echo_delay_s=2.0)

    def timed(self, **seconds: float) -> ECGridWorld:
        """Give the same world with some durations, or numbers of requests, changed."""
        return replace(self, timing=replace(self.timing, **seconds))  # type: ignore[arg-type]  # some are whole

    def known_ids(self) -> Iterator[ECGridId]:
        """Give every ECGrid id, own ones first."""
        for login in self.logins:
            yield from login.ids
        yield from self.partners

    def by_number(self, ecgrid_id: int | None) -> ECGridId | None:
        """Find an ECGrid id."""
        return next((one for one in self.known_ids() if one.ecgrid_id == ecgrid_id), None)

    def by_edi_id(self, qualifier: str, edi_id: str) -> ECGridId | None:
        """Find an ECGrid id by what stands in an ISA or UNB; padding does not count."""
        wanted = (qualifier.strip(), edi_id.strip())
        return next((one for one in self.known_ids() if (one.qualifier, one.edi_id) == wanted), None)


def _published_login() -> ECGridLogin:
    first = ECGridId(ecgrid_id=112233, edi_id="SENDERID", mailbox_id=4711, network_id=301)
    second = ECGridId(ecgrid_id=112244, qualifier="01", edi_id="112244000", mailbox_id=4711, network_id=301)
    return ECGridLogin(ids=(first, second))


def _partners() -> tuple[ECGridId, ...]:
    return (
        ECGridId(
            ecgrid_id=445566, edi_id="RECEIVERID", description="Partner", mailbox_id=9001, network_id=506
        ),
        ECGridId(
            ecgrid_id=445577,
            qualifier="14",
            edi_id="5412345000013",
            description="Other partner",
            mailbox_id=9002,
            network_id=507,
        ),
        ECGridId(
            ecgrid_id=445599,
            edi_id="ECHO",
            description="Sends back what it gets",
            mailbox_id=9003,
            network_id=508,
            has_echo=True,
        ),
    )
