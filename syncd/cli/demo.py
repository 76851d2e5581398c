"""The command that proves the bridge against two gateways on this machine."""

from __future__ import annotations

import shlex
import signal
import sys
import textwrap
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from rich.text import Text

from syncd.cli.options import Given, Options
from syncd.cli.render import Reply, console, render, safe

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from syncd.demo import Line, Outcome, Story

ACCOUNT_COLUMNS = 6
WHAT_COLUMNS = 14


def demo(
    *,
    keep: Annotated[
        bool, Parameter(help="Leave it running afterwards, to play with.", show_default=False)
    ] = False,
    call: Given,
) -> int:
    """Prove the whole bridge against two gateways on this machine, in under a minute.

    Example: syncd demo --keep
    """
    from syncd.demo import opened

    screen = _Screen(call.options)
    with _leaving_clean(), opened(screen) as story:
        outcome = story.play()
        render(Reply(value=outcome, view=lambda: _table(outcome)), call.options)
        in_order = not keep or _hold(story, screen)
    return 0 if outcome.agrees and in_order else 1


class _Screen:
    """Prints the story as it happens; scripts get the outcome alone."""

    def __init__(self, options: Options) -> None:
        self._says_nothing = options.json or options.quiet
        self._console: Console = console(options)

    def head(self, text: str) -> None:
        self._print(Text.assemble("\n", (text, "bold")))

    def fact(self, what: str, text: str, *, account: str = "") -> None:
        """A text that is too long goes on below its beginning."""
        margin = 2 + ACCOUNT_COLUMNS + WHAT_COLUMNS
        room = max(self._console.width - margin, 20)
        wrapped = textwrap.wrap(safe(text), room, break_long_words=False, break_on_hyphens=False)
        first, *others = wrapped or [""]
        start = (f"{account:<{ACCOUNT_COLUMNS}}", "magenta"), (f"{what:<{WHAT_COLUMNS}}", "cyan")
        self._print(Text.assemble("  ", *start, first))
        for other in others:
            self._print(Text(" " * margin + other))

    def to_type(self, line: str) -> None:
        """A line that a person may copy: never broken."""
        self._print(Text(f"  {line}"))

    def _print(self, line: Text) -> None:
        if self._says_nothing:
            return
        with self._console.capture() as shown:
            self._console.print(line, soft_wrap=True)
        print(shown.get(), end="", flush=True)


def _table(outcome: Outcome) -> RenderableType:
    """One row for what is compared, two columns for each account."""
    from rich.console import Group

    from syncd.cli.views import grid

    sides = [[line for line in outcome.lines if line.account == one.account] for one in outcome.accounts]
    rows = [_row(lines) for lines in zip(*sides, strict=True)]
    heads = [head for one in outcome.accounts for head in (one.title.upper(), "HERE")]
    wrong = [line for line in outcome.lines if not line.agrees]
    notes = [(f"  {line.account}", line.what, note) for line in wrong for note in line.notes]
    end = f"{len(wrong)} lines disagree" if wrong else "nothing lost, nothing doubled, every line agrees"
    return Group(
        Text("\nThe gateways' ledgers beside the folders here", style="bold"),
        grid(("", *heads, "", ""), rows),
        grid(("", "", ""), notes),
        Text(f"\n{end}; {outcome.seconds:.0f} s", style="bold red" if wrong else "bold green"),
    )


def _row(lines: Sequence[Line]) -> tuple[object, ...]:
    counts = [count for line in lines for count in (line.there, "" if line.here is None else line.here)]
    wrong = ", ".join(line.account for line in lines if not line.agrees)
    verdict = Text(f"DISAGREES: {wrong}", style="bold red") if wrong else Text("agrees", style="green")
    return (f"  {lines[0].what}", *counts, lines[0].unit, verdict)


def _hold(story: Story, screen: _Screen) -> bool:
    """Start the daemon again, say how to play, and wait for Ctrl-C; returns whether it ended in order."""
    story.stay()
    screen.head("Both gateways and syncd run on, until Ctrl-C here. In another terminal:")
    screen.to_type(f"export SYNCD_CONFIG={shlex.quote(str(story.processes.config))}")
    screen.to_type("syncd status --watch")
    screen.to_type("syncd list")
    for side in story.sides:
        screen.head(f"{side.plan.title}, with a partner who sends back what it gets:")
        screen.to_type(f"cp SOME-FILE {side.root}/outbox/{side.plan.echo}/")
        screen.to_type(f"curl {side.control}/ledger")
    with suppress(KeyboardInterrupt):
        threading.Event().wait()
    code = story.leave()
    screen.fact("told to end", f"exit code {code}")
    return code == 0


@contextmanager
def _leaving_clean() -> Iterator[None]:
    """SIGTERM and a closed terminal leave through the front door too: processes and folder go away."""

    def leave(number: int, _frame: object) -> None:
        sys.exit(128 + number)

    before = {number: signal.signal(number, leave) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, action in before.items():
            signal.signal(number, action)
