"""The way of an uploaded parcel; each step happens at the moment it was due, however late somebody looks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from syncd.sandbox.ecgrid.mailbox import Outbound
from syncd.sandbox.ecgrid.world import ECGridBehaviour, ECGridTiming


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifecycle:
    """Moves parcels along; `conduct` tells how a partner behaves, `on_delivered` hears of each good end."""

    timing: ECGridTiming
    conduct: Callable[[Outbound], ECGridBehaviour]
    on_delivered: Callable[[Outbound, float], None]

    def settle(self, parcel: Outbound, now: float) -> None:
        """Take every step that is due by now."""
        while parcel.next_at is not None and parcel.next_at <= now:
            behaviour = self.conduct(parcel)
            if behaviour.is_paused and parcel.status == "outboxPending":
                parcel.next_at = now
                return
            self._step(parcel, behaviour, parcel.next_at)

    def _step(self, parcel: Outbound, behaviour: ECGridBehaviour, at: float) -> None:
        match parcel.status:
            case "outboxDeliveryError":
                parcel.become("outboxRetry", at)
                parcel.next_at = at + self.timing.retry_s - self.timing.error_s
            case "outboxSent":
                self._acknowledge(parcel, behaviour, at)
            case "InBoxReady":
                self._end(parcel, "InBoxTransferred", at)
            case _:
                self._attempt(parcel, behaviour, at)

    def _attempt(self, parcel: Outbound, behaviour: ECGridBehaviour, at: float) -> None:
        parcel.attempts += 1
        if parcel.station is None or parcel.partner is None:
            self._stop(parcel, "unrouted", at)
        elif behaviour.delivery == "failed":
            self._stop(parcel, "outboxFailed", at)
        elif behaviour.delivery == "temporary" and parcel.failures < behaviour.failures:
            parcel.failures += 1
            parcel.become("outboxDeliveryError", at)
            parcel.next_at = at + self.timing.error_s
        elif behaviour.delivery == "inbox":
            pickup_s = self.timing.pickup_s if behaviour.pickup_s is None else behaviour.pickup_s
            parcel.become("InBoxReady", at)
            parcel.next_at = at + pickup_s
        else:
            ack_s = self.timing.ack_s if behaviour.ack_s is None else behaviour.ack_s
            parcel.become("outboxSent", at)
            parcel.next_at = at + ack_s

    def _acknowledge(self, parcel: Outbound, behaviour: ECGridBehaviour, at: float) -> None:
        match behaviour.delivery:
            case "never":
                parcel.next_at = None
            case "rejected_interchange":
                self._reject(parcel, at)
            case "transferred":
                self._end(parcel, "outboxTransferred", at)
            case _:
                self._end(parcel, behaviour.ends_as or "outboxAcknowledged", at)

    def _reject(self, parcel: Outbound, at: float) -> None:
        parcel.next_at = None
        for number, one in enumerate(parcel.interchanges):
            one.state = "delivered" if number else "rejected"
            one.changed = at

    def _stop(self, parcel: Outbound, status: str, at: float) -> None:
        parcel.become(status, at)
        parcel.next_at = None

    def _end(self, parcel: Outbound, status: str, at: float) -> None:
        self._stop(parcel, status, at)
        self.on_delivered(parcel, at)


def cancel(parcel: Outbound, now: float) -> None:
    """End what is still undelivered."""
    parcel.become("Cancelled", now)
    parcel.next_at = None


def resume(parcel: Outbound, now: float) -> None:
    """Try again from the beginning."""
    parcel.failures = 0
    for one in parcel.interchanges:
        one.state = "received"
    parcel.become("outboxPending", now)
    parcel.next_at = now
