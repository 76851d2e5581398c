"""The ways out of notices, each under a name that holds no secret."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from syncd.core.hooks import Command
from syncd.core.notices.notice import Notice, plain
from syncd.notify.hook import GuardedRunner

COMMAND_TIMEOUT = timedelta(seconds=60)
MOST_SAID = 200

Send = Callable[[Notice], str]
"""Sends a notice; returns what went wrong, without a secret in it; empty: it is out."""


class Ways:
    """The configured ways; `runner` runs the command, if there is one."""

    def __init__(self, sends: Mapping[str, Send], *, runner: GuardedRunner) -> None:
        self._sends = dict(sends)
        self._runner = runner

    @property
    def ways(self) -> Sequence[str]:
        """Their names."""
        return tuple(self._sends)

    def send(self, way: str, notice: Notice) -> str:
        """Send a notice; returns what went wrong."""
        return self._sends[way](notice)

    def cut(self) -> None:
        """Kill the command, if it runs."""
        self._runner.cut()


def by_command(argv: Sequence[str], runner: GuardedRunner) -> Send:
    """Run a program with the notice on its standard input, under a guard, as hooks are."""

    def send(notice: Notice) -> str:
        run = Command(
            argv=tuple(argv), variables={}, content=notice.content.encode(), timeout=COMMAND_TIMEOUT
        )
        ended = runner.run(run)
        if ended.was_cut:
            return "was cut off: the program ended"
        said = plain(ended.output, most=MOST_SAID)
        return f"{argv[0]} {ended.problem}{said and f': {said}'}" if ended.problem else ""

    return send
