"""A hook runner that runs nothing: it remembers what it was asked, and ends as a test says."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from syncd.core.hooks import Command
from syncd.ports import Ended

PATIENCE_S = 20.0


@dataclass
class FakeHooks:
    """Hooks that end well, unless their message is in `problems`, or hang until their gate is opened."""

    problems: dict[str, str] = field(default_factory=dict)
    """By the id of the message."""
    gates: dict[str, threading.Event] = field(default_factory=dict)
    runs: list[tuple[str, str]] = field(default_factory=list)
    """Message and hook of each run, as it began."""
    events: list[str] = field(default_factory=list)
    """The event id of each."""
    breaks: bool = False
    """Whether nothing can be run at all, for the lack of something that the machine has not."""
    is_cut: bool = False

    def run(self, command: Command) -> Ended:
        if self.breaks:
            raise OSError(24, "Too many open files")
        message = command.variables["SYNCD_HOOK_ID"]
        self.events.append(command.variables["SYNCD_EVENT_ID"])
        self.runs.append((message, command.variables["SYNCD_HOOK"]))
        if message in self.gates:
            assert self.gates[message].wait(PATIENCE_S)
        return Ended(problem=self.problems.get(message, ""), output="said\nso", was_cut=self.is_cut)

    def cut(self) -> None:
        self.is_cut = True
        for gate in self.gates.values():
            gate.set()
