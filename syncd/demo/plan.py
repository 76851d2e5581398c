"""What one account lives through, as values: who sends what, what goes wrong, what the gateway allows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from syncd.demo.documents import Arrival, Drop

Command = tuple[str, Mapping[str, Any]]
"""A command of the sandbox's control surface, and its fields."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Toy:
    """Something to play with: what the sandbox is told before, what is dropped or arrives, what to type."""

    says: str
    """How it stands, and the command that it is there for."""
    manners: tuple[Command, ...] = ()
    drop: Drop | None = None
    arrival: Arrival | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One account's part of the story."""

    account: str
    """Its name in the configuration."""
    gateway: str
    """What `syncd sandbox --gateway` plays."""
    title: str
    """The gateway's name for people."""
    arrivals: tuple[Arrival, ...]
    drops: tuple[Drop, ...]
    in_flight: Drop
    """What is being sent when the bridge is killed."""
    outboxes: frozenset[str]
    """The pair folders that the bridge makes by itself."""
    echo: str
    """The pair of the partner who sends back what it gets."""
    manners: tuple[Command, ...]
    """What the sandbox is told before anything moves: how partners behave, and what goes wrong."""
    silence: Mapping[str, Any]
    """The rule by which the reply to what is in flight does not come."""
    limit: int
    """So many requests are allowed in a window."""
    window_s: int
    toys: tuple[Toy, ...] = ()
    """What is added when the demo stays, to try the commands that act."""
    has_mdn: bool = False
    unknown: str = ""
    """The pair folder of what arrives from nobody that the gateway names."""

    @property
    def troubles(self) -> int:
        """How often something is to go wrong on the wire."""
        return 1 + sum(command == "trouble" for command, _ in self.manners)
