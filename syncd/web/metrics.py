"""`/metrics`, for Prometheus, from a registry of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

from flask import Blueprint, Response
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import Metric

from syncd.operations.gauges import Gauged, Gauges
from syncd.web.counting import Counts
from syncd.web.gauging import families

KEPT_S = 1.0
"""So long an answer of the database is good for: many may ask at once."""


def metrics(gauged: Gauged, counts: Counts, *, now_s: Callable[[], float]) -> Blueprint:
    """The page; `now_s` is a clock's monotonic seconds."""
    registry = CollectorRegistry()
    registry.register(counts)
    registry.register(_Now(gauged, now_s))
    ProcessCollector(registry=registry)
    part = Blueprint("metrics", __name__)

    @part.get("/metrics")
    def scrape() -> Response:
        return Response(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4)

    return part


class _Now:
    """Asks for the numbers of this moment, and keeps them for a moment. Safe for threads."""

    def __init__(self, gauged: Gauged, now_s: Callable[[], float]) -> None:
        self._gauged = gauged
        self._now_s = now_s
        self._lock = threading.Lock()
        self._kept: tuple[float, Gauges] | None = None

    def collect(self) -> Iterator[Metric]:
        """For the registry of prometheus-client."""
        return families(self._gauges())

    def _gauges(self) -> Gauges:
        with self._lock:
            if self._kept is None or self._now_s() - self._kept[0] > KEPT_S:
                self._kept = (self._now_s(), self._gauged.gauges())
            return self._kept[1]
