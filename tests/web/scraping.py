"""A bridge in numbers, and what Prometheus reads of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from syncd.core.freshness import JobHealth
from syncd.core.model import Direction, Phase, State
from syncd.operations.gauges import AccountGauges, Gauges
from syncd.ports import Outstanding
from syncd.ports.traffic import Exchange
from syncd.web.app import Part
from syncd.web.counting import Counts
from syncd.web.metrics import metrics
from tests.contracts.stores import outbound
from tests.web.parts import Site, Ticks

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
QUEUED = Outstanding(
    direction=Direction.OUTBOUND, state=State.QUEUED, phase=Phase.IN_DOUBT, messages=3, oldest=NOON
)
HELD = Outstanding(direction=Direction.INBOUND, state=State.HELD, phase=None, messages=1, oldest=NOON)
ACCOUNT = AccountGauges(
    account="acme",
    messages={(Direction.OUTBOUND, State.QUEUED): 3, (Direction.INBOUND, State.RECEIVED): 40},
    outstanding=(QUEUED, HELD),
    attention=2,
    not_taken={True: 1},
    troubles={False: 1},
    root_free_bytes=1_000_000_000,
    min_free_bytes=200_000_000,
)
JOBS = (
    JobHealth(account="acme", job="pull", last_success=NOON, running_for=timedelta(seconds=5)),
    JobHealth(account="acme", job="send", is_paused=True, is_fresh=False),
    JobHealth(account="acme", job="track", is_fresh=False, is_refused=True),
)


@dataclass
class Bridge:
    """In numbers; counts how often it was asked."""

    now: Gauges = field(
        default_factory=lambda: Gauges(
            is_alive=True, accounts=(ACCOUNT,), jobs=JOBS, state_free_bytes=5_000_000_000
        )
    )
    times: int = 0

    def gauges(self) -> Gauges:
        self.times += 1
        return self.now

    def lose_root(self) -> None:
        self.now = replace(self.now, accounts=(replace(ACCOUNT, root_free_bytes=None),))


def busy() -> Counts:
    """What was counted of a few events."""
    counts = Counts(["acme"])
    ear = counts.traffic("acme")
    for took_s, outcome in ((0.02, "200"), (0.3, "200"), (100.0, "unanswered")):
        took = timedelta(seconds=took_s)
        ear.exchanged(
            Exchange(operation="list", outcome=outcome, took=took, sent_bytes=10, received_bytes=100)
        )
    ear.waited(timedelta(seconds=1.5))
    counts.entered(outbound(state=State.SENT, phase=None))
    return counts


def prometheus(
    bridge: Bridge | None = None, counts: Counts | None = None, *, site: Site | None = None
) -> FlaskClient:
    """What asks."""
    site, ticks = site or Site(), Ticks()
    site.ticks = ticks
    site.more = [Part(blueprint=metrics(bridge or Bridge(), counts or busy(), now_s=ticks))]
    return site.browser()


def samples(text: str) -> Iterator[Sample]:
    """Every value of a scrape."""
    for family in text_string_to_metric_families(text):
        yield from family.samples


def values(text: str, name: str) -> dict[tuple[str, ...], float]:
    """The values of one metric by their labels, in the order of the labels' names."""
    return {
        tuple(value for _, value in sorted(sample.labels.items())): sample.value
        for sample in samples(text)
        if sample.name == name
    }
