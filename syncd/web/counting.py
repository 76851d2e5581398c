"""Counts what the daemon does since its start, for `/metrics`.

Labels are of few values: accounts, directions, states, operations, and the status of an answer. No partner,
no id and no name of a file is ever one.
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import accumulate

from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric

from syncd.core.model import Direction, Message, State
from syncd.ports.traffic import Exchange, Traffic

BUCKETS_S = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
STATES = {
    Direction.INBOUND: (State.ARRIVING, State.RECEIVED, State.GONE, State.HELD),
    Direction.OUTBOUND: (State.QUEUED, State.SENT, State.FAILED, State.HELD, State.WITHDRAWN),
}
"""What a message can be; shown from the start, so that the first one is seen as a change."""

_Labels = tuple[str, ...]


@dataclass(slots=True)
class _Durations:
    """How many requests took how long: one count a bucket, the last for what took longer."""

    buckets: list[int] = field(default_factory=lambda: [0] * (len(BUCKETS_S) + 1))
    seconds: float = 0.0

    def add(self, took_s: float) -> None:
        self.buckets[bisect_left(BUCKETS_S, took_s)] += 1
        self.seconds += took_s


class Counts:
    """Everything that only grows. Safe for threads."""

    def __init__(self, accounts: Iterable[str]) -> None:
        self._lock = threading.Lock()
        self._accounts = tuple(accounts)
        self._entered: Counter[_Labels] = Counter()
        self._requests: Counter[_Labels] = Counter()
        self._durations: defaultdict[_Labels, _Durations] = defaultdict(_Durations)
        self._sent_bytes: Counter[_Labels] = Counter()
        self._received_bytes: Counter[_Labels] = Counter()
        self._waits: Counter[_Labels] = Counter()
        self._waited_s: defaultdict[_Labels, float] = defaultdict(float)
        self._begin()

    def _begin(self) -> None:
        """From nothing, and not from nowhere: an increase is seen from the first one on."""
        for account in self._accounts:
            for direction, states in STATES.items():
                self._entered.update({(account, direction.value, state.value): 0 for state in states})
            for each in (self._sent_bytes, self._received_bytes, self._waits, self._waited_s):
                each[account,] = 0

    def traffic(self, account: str) -> Traffic:
        """Who hears of the requests of that account."""
        return _AccountTraffic(self, account)

    def entered(self, message: Message) -> None:
        """A message came into another state."""
        with self._lock:
            self._entered[message.account, message.direction.value, message.state.value] += 1

    def exchanged(self, account: str, exchange: Exchange) -> None:
        """A request is over."""
        with self._lock:
            self._requests[account, exchange.operation, exchange.outcome] += 1
            self._durations[account, exchange.operation].add(exchange.took.total_seconds())
            self._sent_bytes[account,] += exchange.sent_bytes
            self._received_bytes[account,] += exchange.received_bytes

    def waited(self, account: str, span: timedelta) -> None:
        """A request had to wait so long for the rate limit."""
        with self._lock:
            self._waits[account,] += 1
            self._waited_s[account,] += span.total_seconds()

    def collect(self) -> Iterator[Metric]:
        """For the registry of prometheus-client."""
        with self._lock:
            return iter(tuple(self._families()))

    def _families(self) -> Iterator[Metric]:
        account = ("account",)
        yield _counter(
            "syncd_messages_entered",
            "Messages that came into a state since the start.",
            ("account", "direction", "state"),
            self._entered,
        )
        yield _counter(
            "syncd_requests",
            "Requests to the gateway by HTTP status, or by how they failed.",
            ("account", "operation", "status"),
            self._requests,
        )
        yield self._of_durations()
        yield _counter("syncd_sent_bytes", "Bytes of request bodies.", account, self._sent_bytes)
        yield _counter("syncd_received_bytes", "Bytes of answers' bodies.", account, self._received_bytes)
        yield _counter(
            "syncd_rate_limit_waits", "Requests that waited for the rate limit.", account, self._waits
        )
        yield _counter(
            "syncd_rate_limit_wait_seconds", "Time waited for the rate limit.", account, self._waited_s
        )

    def _of_durations(self) -> HistogramMetricFamily:
        family = HistogramMetricFamily(
            "syncd_request_duration_seconds",
            "Time until the answer to a request was read, without waits for the rate limit.",
            labels=("account", "operation"),
        )
        bounds = (*map(str, BUCKETS_S), "+Inf")
        for labels, durations in sorted(self._durations.items()):
            buckets = list(zip(bounds, accumulate(durations.buckets), strict=True))
            family.add_metric(labels, buckets=buckets, sum_value=durations.seconds)
        return family


class _AccountTraffic:
    """The ear of one account."""

    def __init__(self, counts: Counts, account: str) -> None:
        self._counts = counts
        self._account = account

    def exchanged(self, exchange: Exchange) -> None:
        """A request is over."""
        self._counts.exchanged(self._account, exchange)

    def waited(self, span: timedelta) -> None:
        """A request had to wait."""
        self._counts.waited(self._account, span)


def _counter(
    name: str, what: str, labels: Sequence[str], values: dict[_Labels, int] | dict[_Labels, float]
) -> CounterMetricFamily:
    family = CounterMetricFamily(name, what, labels=labels)
    for each, value in sorted(values.items()):
        family.add_metric(each, value)
    return family
