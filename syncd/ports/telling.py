"""The door to the user's commands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from syncd.core.hooks import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a hook ended. `problem` is empty when it did its work; else what came of it, in words."""

    problem: str = ""
    output: str = ""
    """The beginning of what it wrote to standard output and standard error."""
    was_cut: bool = False
    """The program ends: the hook was killed, through no fault of its own."""


class HookRunner(Protocol):
    """Runs the user's commands, several at once."""

    def run(self, command: Command) -> Ended:
        """Run a hook and wait for its end. Its trouble is told in what is returned."""
        ...

    def cut(self) -> None:
        """Kill what runs, and what would be run from now on."""
        ...
