"""The world that a sandbox starts with: accounts, stations, partners, and how partners behave."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

PartnerType = Literal["production", "test"]
Delivery = Literal["ok", "temporary", "permanent", "exhausted"]
MdnKind = Literal["ok", "error", "never", "not_requested"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """How long things take at this gateway, in seconds of the sandbox's clock."""

    token_life_s: float = 24 * 3600.0
    queue_s: float = 0.0
    """From accepted to the first attempt."""
    processing_s: float = 0.0
    """An attempt; the entry is hidden from the queued list meanwhile (§5.4)."""
    first_gap_s: float = 5.0
    last_gap_s: float = 3600.0
    retries: int = 10
    mdn_delay_s: float = 0.0
    echo_delay_s: float = 0.0
    body_silence_s: float = 5.0
    """Real seconds: how long a body may pause before it counts as short."""
    rate_requests: int = 50
    rate_window_s: float = 10.0

    def gap_s(self, failures: int) -> float:
        """Give the wait after so many failed attempts: growing from the first gap to the last one."""
        if self.retries < 2:
            return self.first_gap_s
        growth = math.pow(self.last_gap_s / self.first_gap_s, 1 / (self.retries - 1))
        return min(self.first_gap_s * math.pow(growth, failures - 1), self.last_gap_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """What a partner does with a message that is sent to it.

    delivery  `ok`; `temporary`: the first `failures` attempts fail, then ok; `permanent`: the partner answers
              400; `exhausted`: every attempt fails
    mdn       `ok`; `error`, with `mdn_content`; `never`: Pending, and No MDN after `no_mdn_after_s` when
              given; `not_requested`

    None leaves a duration to the world's timing.
    """

    delivery: Delivery = "ok"
    failures: int = 1
    http_status: int = 503
    mdn: MdnKind = "ok"
    mdn_delay_s: float | None = None
    mdn_content: str | None = None
    no_mdn_after_s: float | None = None
    processing_s: float | None = None
    is_paused: bool = False

    def status_of(self, attempt: int) -> int:
        """Give the HTTP status that the partner answers to the nth attempt, counted from 1."""
        match self.delivery:
            case "permanent":
                return 400
            case "exhausted":
                return self.http_status
            case "temporary" if attempt <= self.failures:
                return self.http_status
            case _:
                return 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """A trading station (§3.6)."""

    as2_id: str
    name: str = ""
    comments: str | None = None
    email: str = "email@domain.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner:
    """A trading partner (§3.5); one AS2 ID may exist once as production and once as test."""

    as2_id: str
    name: str = ""
    partner_type: PartnerType = "production"
    description: str | None = None
    subject: str | None = None
    send_timeout_s: int = 60
    requests_mdn: bool = True
    requests_async_mdn: bool = False
    custom_headers: tuple[tuple[str, str], ...] = ()
    flows: tuple[str, ...] = ()
    has_echo: bool = False
    """Answers each delivered message with the same files."""
    behaviour: Behaviour = field(default_factory=Behaviour)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One login with its stations, partners and message submission profiles (§4.3)."""

    username: str = "email@domain.com"
    password: str = "pazzword"
    stations: tuple[Station, ...] = ()
    partners: tuple[Partner, ...] = ()
    profiles: tuple[str, ...] = ("fast-lane",)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Everything that is there before the first request."""

    accounts: tuple[Account, ...]
    timing: Timing = field(default_factory=Timing)
    seed: int = 1

    @classmethod
    def default(cls) -> World:
        """Give the document's own examples, so that its curl lines work."""
        return cls(accounts=(_published_account(),))

    @classmethod
    def varied(cls) -> World:
        """Give two accounts, and partner IDs that exist as production, as test and as both."""
        both = (
            Partner(as2_id="BOTH", partner_type="production"),
            Partner(as2_id="BOTH", partner_type="test"),
        )
        published = _published_account()
        first = replace(published, partners=(*published.partners, *both))
        second = Account(
            username="second@domain.com",
            password="another-pazzword",
            stations=(Station(as2_id="SECOND_Station", name="Second"),),
            partners=(Partner(as2_id="RJ_Partner", name="The same partner elsewhere"),),
        )
        return cls(accounts=(first, second))

    def paced(self) -> World:
        """Give the same world at the pace of the real service."""
        return replace(self, timing=Timing(queue_s=2.0, processing_s=3.0, mdn_delay_s=1.0, echo_delay_s=2.0))

    def timed(self, **seconds: float) -> World:
        """Give the same world with some durations changed."""
        return replace(self, timing=replace(self.timing, **seconds))  # type: ignore[arg-type]  # retries is whole

    def partners(self) -> Iterator[Partner]:
        """Give every partner of every account."""
        for account in self.accounts:
            yield from account.partners


def _published_account() -> Account:
    return Account(
        stations=(Station(as2_id="RJ_Station", name="RJ Station"),),
        partners=(
            Partner(as2_id="RJ_Partner", name="RJ Partner", subject="From RJ_Station"),
            Partner(as2_id="ECHO", name="Echo", has_echo=True, description="Sends back what it gets"),
            Partner(as2_id="RJ_Test", name="RJ Test", partner_type="test"),
        ),
    )
