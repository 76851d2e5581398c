"""What one walk of a pull has under way: downloads in listing order, and confirmations behind them.

What is there together is taken together, so that messages that come one by one share transactions.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field

from syncd.errors import GatewayError
from syncd.flows.fetching import Outcome
from syncd.flows.publishing import Noted

TOGETHER = 100
"""Messages that share a transaction; more in one only when one request brought them."""


@dataclass(slots=True)
class Pipeline:
    """The two queues, and how many messages have moved on."""

    downloads: deque[Future[tuple[Outcome, ...]]] = field(default_factory=deque)
    confirmations: list[Future[list[Noted]]] = field(default_factory=list)
    moved: int = 0

    def next_outcomes(self) -> list[Outcome]:
        """Of the oldest download, waited for, and of those behind it that are there as well.

        Raises: what the oldest one raised; another's trouble waits until it is the oldest.
        """
        outcomes = list(self.downloads.popleft().result())
        while self.downloads and _has_come(self.downloads[0]):
            more = self.downloads[0].result()
            if len(outcomes) + len(more) > TOGETHER:
                break
            outcomes.extend(more)
            self.downloads.popleft()
        return outcomes

    def confirmed(self) -> Iterator[list[Noted]]:
        """What the gateway confirmed, many at a time; one group that failed holds up no other.

        Raises: GatewayError, the first of them, at the end.
        """
        first: GatewayError | None = None
        noted: list[Noted] = []
        for future in self.confirmations:
            if future.cancelled():
                continue
            try:
                noted.extend(future.result())
            except GatewayError as error:
                first = first or error
            if len(noted) >= TOGETHER:
                yield noted
                noted = []
        yield noted
        if first is not None:
            raise first


def _has_come(download: Future[tuple[Outcome, ...]]) -> bool:
    return download.done() and not download.cancelled() and download.exception() is None
