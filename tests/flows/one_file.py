"""The bridge of a gateway that takes one file a message: the AS2 sandbox stands in for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from syncd.core.model import Place
from syncd.core.shown import Capabilities
from syncd.flows.bridge import Bridge
from syncd.folders.outbox import Outbox
from syncd.folders.tree import Tree
from syncd.sandbox import Sandbox
from tests.e2e.harness import Ground

PAIR = "RJ_Station/RJ_Partner"
MOST_BYTES = 1000


class OneFile:
    """A gateway that says of itself that it takes one small file a message."""

    def __init__(self, gateway: Any) -> None:  # noqa: ANN401 - any gateway
        self._gateway = gateway

    @property
    def capabilities(self) -> Capabilities:
        known: Capabilities = self._gateway.capabilities
        return replace(known, files_per_message=1, bytes_per_message=MOST_BYTES)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the gateway has
        return getattr(self._gateway, name)


def one_file(bridge: Bridge) -> Bridge:
    """The same bridge, to such a gateway."""
    assert isinstance(bridge.tree, Tree)
    outbox = Outbox(
        bridge.tree,
        clock=bridge.clock,
        zone=bridge.timezone,
        files_per_message=1,
        bytes_per_message=MOST_BYTES,
    )
    return replace(bridge, gateway=OneFile(bridge.gateway), outbox=outbox)


class Meddling:
    """An outbox, before or after the first rename of which (`times`: so many) somebody does something."""

    def __init__(
        self,
        outbox: Any,  # noqa: ANN401 - any outbox
        act: Callable[[], object],
        *,
        after: bool,
        times: int,
    ) -> None:
        self._outbox = outbox
        self._act = act
        self._after = after
        self._left = times

    def move(self, source: Place, target: Place) -> None:
        self._left -= 1
        is_meant = self._left >= 0
        if is_meant and not self._after:
            self._act()
        self._outbox.move(source, target)
        if is_meant and self._after:
            self._act()

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the outbox has
        return getattr(self._outbox, name)


def meddled(act: Callable[[], object], *, after: bool = False, times: int = 1) -> Callable[[Bridge], Bridge]:
    """Such a bridge, with somebody quick at its outbox."""

    def wrap(bridge: Bridge) -> Bridge:
        made = one_file(bridge)
        return replace(made, outbox=Meddling(made.outbox, act, after=after, times=times))

    return wrap


# What the suites ask of a ground ------------------------------------------------------------------


def settle(ground: Ground) -> None:
    """Until nothing is on its way."""
    ground.settle(every=timedelta(minutes=1), wrap=one_file)


def folder(ground: Ground, state: str, *, day: bool = False) -> Path:
    """The pair's folder of a state, maybe today's."""
    place = ground.root / state / PAIR
    return place / ground.clock.now().date().isoformat() if day else place


def sent_names(box: Sandbox) -> list[list[str]]:
    """The files of each message that the gateway took."""
    return sorted([file.name for file in record.files] for record in box.ledger.sent)
