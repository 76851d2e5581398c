"""What each trouble means for a gateway of parcels."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from syncd.sandbox.clock import Clock
from syncd.sandbox.ecgrid.credentials import Credentials
from syncd.sandbox.ecgrid.mailbox import Mailbox
from syncd.sandbox.wire.exchange import Reply, Upset

_LISTS = ("parcels", "parcelIDInfoList", "interchanges", "interchangeIDInfoList")


@dataclass(frozen=True, slots=True, kw_only=True)
class Misfortune:
    """Harms the state of a mailbox, and lists."""

    clock: Clock
    credentials: Credentials
    surprise: Callable[[Mailbox, float], None]

    def upset(self, trouble: Upset, operation: str, mailbox: Mailbox | None) -> None:
        """End the access tokens of the login, let a parcel arrive, or lose one before it is fetched."""
        if mailbox is None:
            return
        match trouble.do:
            case "expire_tokens":
                self.credentials.expire(mailbox.login.username)
            case "shift":
                self.surprise(mailbox, self.clock.now() - trouble.age_s)
            case _ if operation != "upload":
                self._lose_pending(mailbox)

    def spoil(self, trouble: Upset, operation: str, mailbox: Mailbox | None, reply: Reply) -> Reply:
        """Cut a list short, drop what was just accepted, or forget what was confirmed."""
        if trouble.do == "list_short":
            return _shortened(reply, trouble.fraction)
        if mailbox and trouble.do == "forget_marks":
            self._forget(mailbox)
        elif mailbox and operation == "upload" and reply.status in {200, 201}:
            mailbox.outbound[-1].is_lost = True
        return reply

    def _lose_pending(self, mailbox: Mailbox) -> None:
        pending = (parcel for parcel in mailbox.arrived() if not parcel.is_confirmed)
        lost = min(pending, key=lambda parcel: parcel.created, default=None)
        if lost:
            lost.is_lost = True
            mailbox.mark(lost, is_confirmed=True, by="lose")

    def _forget(self, mailbox: Mailbox) -> None:
        for parcel in mailbox.inbound:
            if parcel.is_confirmed:
                mailbox.mark(parcel, is_confirmed=False, by="forget_marks")


def _shortened(reply: Reply, fraction: float) -> Reply:
    """Leave the first rows of a list, in whatever shape it comes; its totals still tell of all."""
    try:
        envelope = json.loads(reply.body)
        payload = envelope["data"]
    except (ValueError, KeyError, TypeError):
        return reply
    if isinstance(payload, list):
        envelope["data"] = _kept(payload, fraction)
    elif isinstance(payload, dict):
        short = {name: _kept(payload[name], fraction) for name in _LISTS if name in payload}
        envelope["data"] = {**payload, **short}
    return reply.with_body(json.dumps(envelope).encode())


def _kept(rows: list[Any], fraction: float) -> list[Any]:
    return rows[: int(len(rows) * fraction)]
