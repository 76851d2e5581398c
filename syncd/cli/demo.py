"""The command that proves the bridge against a gateway on this machine."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from rich.text import Text

from syncd.cli.options import Given, Options
from syncd.cli.render import Reply, console, render, safe

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from syncd.demo import Outcome, Story


def demo(
    *,
    keep: Annotated[
        bool, Parameter(help="Leave it running afterwards, to play with.", show_default=False)
    ] = False,
    call: Given,
) -> int:
    """Prove the whole bridge against a gateway on this machine, in under a minute.

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

    def fact(self, what: str, text: str) -> None:
        self._print(Text.assemble("  ", (f"{what:<16}", "cyan"), safe(text)))

    def _print(self, line: Text) -> None:
        if self._says_nothing:
            return
        with self._console.capture() as shown:
            self._console.print(line, soft_wrap=True)
        print(shown.get(), end="", flush=True)


def _table(outcome: Outcome) -> RenderableType:
    from rich.console import Group

    from syncd.cli.views import grid

    rows: list[tuple[object, ...]] = []
    notes: list[tuple[str, str]] = []
    for line in outcome.lines:
        verdict = Text("agrees", style="green") if line.agrees else Text("DISAGREES", style="bold red")
        here = "" if line.here is None else f"{line.here}"
        rows.append((f"  {line.what}", f"{line.there}", here, line.unit, verdict))
        notes += [(f"  {line.what}", note) for note in line.notes]
    wrong = sum(not line.agrees for line in outcome.lines)
    end = f"{wrong} lines disagree" if wrong else "nothing lost, nothing doubled, every line agrees"
    return Group(
        Text("\nThe gateway's ledger beside the folders", style="bold"),
        grid(("", "LEDGER", "FOLDERS", "", ""), rows),
        Text(),
        grid(("", ""), notes),
        Text(f"\n{end}; {outcome.seconds:.0f} s", style="bold red" if wrong else "bold green"),
    )


def _hold(story: Story, screen: _Screen) -> bool:
    """Start the daemon again, say how to play, and wait for Ctrl-C; returns whether it ended in order."""
    from syncd.demo import environment

    story.stay()
    screen.head("syncd runs again, until Ctrl-C here. In another terminal:")
    outbox = story.folder / "edi" / "outbox" / "RJ_Station" / "ECHO"
    for line in (
        environment(story.processes),
        "syncd status --watch",
        f"cp SOME-FILE {outbox}/",
        "syncd list",
        f"curl {story.url.removesuffix('/v1')}/_sandbox/ledger",
    ):
        screen.fact("", line)
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
