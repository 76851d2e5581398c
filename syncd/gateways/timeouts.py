"""How long a request may take."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import httpx

from syncd.gateways.wire import Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """How long each phase may take, and the whole: `total`, or `transfer` when it carries files."""

    connect: timedelta = timedelta(seconds=10)
    read: timedelta = timedelta(seconds=30)
    write: timedelta = timedelta(seconds=30)
    pool: timedelta = timedelta(seconds=10)
    total: timedelta = timedelta(seconds=60)
    transfer: timedelta = timedelta(seconds=300)

    def of(self, request: Request) -> float:
        """The seconds that a request may take as a whole."""
        return (self.transfer if request.is_transfer else self.total).total_seconds()

    def of_phases(self) -> httpx.Timeout:
        """The limits of each wait."""
        return httpx.Timeout(
            connect=self.connect.total_seconds(),
            read=self.read.total_seconds(),
            write=self.write.total_seconds(),
            pool=self.pool.total_seconds(),
        )
