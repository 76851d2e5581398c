"""One authorized request, with all that an operation needs to answer it."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count

from syncd.sandbox.clock import Clock
from syncd.sandbox.ecgrid.credentials import Credentials
from syncd.sandbox.ecgrid.edi import interchanges
from syncd.sandbox.ecgrid.fields import Fields
from syncd.sandbox.ecgrid.mailbox import Interchange, Mailbox
from syncd.sandbox.ecgrid.rendering import Renderer
from syncd.sandbox.ecgrid.switches import ECGridSwitches
from syncd.sandbox.ecgrid.world import ECGridWorld
from syncd.sandbox.wire.exchange import Request


@dataclass(slots=True)
class Numbers:
    """Gives ids that no 32 bits hold."""

    _parcels: count[int] = field(default_factory=lambda: count(5_000_000_001))
    _interchanges: count[int] = field(default_factory=lambda: count(7_000_000_001))

    def parcel(self) -> int:
        """Give the next parcel id."""
        return next(self._parcels)

    def interchanges(self, content: bytes, at: float) -> list[Interchange]:
        """Find the interchanges in a content, and number them."""
        return [
            Interchange(id=next(self._interchanges), header=header, state="received", changed=at)
            for header in interchanges(content)
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One authorized request."""

    request: Request
    operation: str
    number: int
    """The id that stands in the path."""
    fields: Fields
    mailbox: Mailbox
    switches: ECGridSwitches
    clock: Clock
    world: ECGridWorld
    credentials: Credentials
    numbers: Numbers

    @property
    def renderer(self) -> Renderer:
        """Write in the shapes that are in force."""
        return Renderer(login=self.mailbox.login, switches=self.switches)
