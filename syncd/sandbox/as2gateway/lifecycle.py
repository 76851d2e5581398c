"""The way of an outbound message: queued, hidden while processed, then sent or tried again (§4.7, §5.3).

Each step happens at the moment it was due, however late somebody looks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from syncd.sandbox.as2gateway.mailbox import FailedAttempt, Mdn, Outbound
from syncd.sandbox.as2gateway.world import Behaviour, MdnKind, Partner, Timing

GOOD_MDN = "The AS2 message has been received and processed."
BAD_MDN = "The AS2 message could not be processed: unexpected-processing-error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifecycle:
    """Moves entries along; `conduct` tells how their partner behaves, `on_sent` hears of each delivery."""

    timing: Timing
    conduct: Callable[[Outbound], Behaviour]
    partner: Callable[[Outbound], Partner | None]
    on_sent: Callable[[Outbound], None]

    def settle(self, entry: Outbound, now: float) -> None:
        """Take every step that is due by now."""
        while entry.is_moving and entry.next_at <= now:
            behaviour = self.conduct(entry)
            if behaviour.is_paused and entry.state == "queued":
                entry.next_at = now
                return
            self._step(entry, behaviour)

    def _step(self, entry: Outbound, behaviour: Behaviour) -> None:
        if entry.state == "processing":
            self._attempt(entry, behaviour)
            return
        entry.state = "processing"
        lasts_s = behaviour.processing_s
        entry.next_at += self.timing.processing_s if lasts_s is None else lasts_s

    def _attempt(self, entry: Outbound, behaviour: Behaviour) -> None:
        entry.attempts += 1
        status = behaviour.status_of(entry.attempts)
        if status < 300:
            self._deliver(entry, behaviour)
            return
        entry.failed.append(FailedAttempt(at=entry.next_at, http_status=status))
        if status < 500:
            entry.state = "failed"
            return
        self._try_again(entry)

    def _try_again(self, entry: Outbound) -> None:
        if entry.retries_used == self.timing.retries:
            entry.state = "stopped"
            return
        entry.retries_used += 1
        entry.state = "queued"
        entry.next_at += self.timing.gap_s(entry.retries_used)

    def _deliver(self, entry: Outbound, behaviour: Behaviour) -> None:
        entry.state = "sent"
        entry.mdn = self._mdn(entry, behaviour, entry.next_at)
        self.on_sent(entry)

    def _mdn(self, entry: Outbound, behaviour: Behaviour, at: float) -> Mdn:
        delay_s = self.timing.mdn_delay_s if behaviour.mdn_delay_s is None else behaviour.mdn_delay_s
        kind = self._mdn_kind(entry, behaviour)
        patience_s = behaviour.no_mdn_after_s
        return Mdn(
            kind=kind,
            sent_at=at,
            at=at + delay_s,
            content=behaviour.mdn_content or (BAD_MDN if kind == "error" else GOOD_MDN),
            gives_up_at=None if patience_s is None else at + patience_s,
        )

    def _mdn_kind(self, entry: Outbound, behaviour: Behaviour) -> MdnKind:
        partner = self.partner(entry)
        return behaviour.mdn if partner is None or partner.requests_mdn else "not_requested"


def stop(entry: Outbound) -> None:
    """End the retries (§8.1)."""
    entry.state = "stopped"


def resume(entry: Outbound, now: float) -> None:
    """Begin the retries anew (§8.2)."""
    entry.state = "queued"
    entry.retries_used = 0
    entry.next_at = now
