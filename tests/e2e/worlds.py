"""Worlds for the sandbox: other partners, other paces, other readings of the gateway's pages."""

from dataclasses import replace
from typing import TypeVar

from syncd.sandbox import Account, ECGridSwitches, Partner, Station, Switches, World

Read = TypeVar("Read", Switches, ECGridSwitches)

QUICK_RETRIES = {"retries": 3, "first_gap_s": 5.0, "last_gap_s": 30.0}
"""A gateway that gives up within a minute, where the real one tries for hours."""


def with_partners(*partners: str | Partner, stations: tuple[str, ...] = ("RJ_Station",)) -> World:
    """One account with these partners and stations."""
    made = tuple(Partner(as2_id=one) if isinstance(one, str) else one for one in partners)
    own = tuple(Station(as2_id=one) for one in stations)
    return World(accounts=(Account(stations=own, partners=made),))


def quick(world: World) -> World:
    """The same world, soon out of patience."""
    return world.timed(**QUICK_RETRIES)


def paced(world: World, **seconds: float) -> World:
    """The same world, where sending takes its time."""
    timing = replace(world.timing, queue_s=2.0, processing_s=3.0, mdn_delay_s=1.0)
    return replace(world, timing=replace(timing, **seconds))  # type: ignore[arg-type]  # retries is whole


def in_company(plain: Read) -> tuple[Read, ...]:
    """As few gateways as have every reading of every switch, each among other readings of the others."""
    every = [(name, each) for name, each in plain.readings().items() if name != "https_redirect"]
    return tuple(
        plain.changed(**{name: each[(world + at) % len(each)] for at, (name, each) in enumerate(every)})
        for world in range(max(len(each) for _, each in every))
    )
