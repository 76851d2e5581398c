"""The command that says how the bridge is."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from syncd.cli.options import Call, Given
from syncd.cli.render import Reply, console, safe
from syncd.errors import SyncdError, UsageError

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderableType, RenderResult

    from syncd.config import Settings
    from syncd.operations.status import Status

REDRAWN_S = 2.0


def status(
    *,
    watch: Annotated[
        bool, Parameter(help="Show it anew every 2 s, until Ctrl-C.", show_default=False)
    ] = False,
    check: Annotated[
        bool,
        Parameter(
            help="For scripts: a line for each thing that needs a person, and exit 1; 3: no daemon runs.",
            show_default=False,
        ),
    ] = False,
    call: Given,
) -> Reply | int:
    """Show how the bridge is: jobs, messages, and what needs a person.

    Example: syncd status --check
    """
    from syncd.cli import status_view

    settings = call.settings(passwords=False)
    if watch:
        _refuse_watching(call, check=check)
        draw(lambda: _drawn(call, settings), console(call.options), wait=threading.Event().wait)
        return 0
    known = _asked(call, settings)
    if check:
        return Reply(value=known, view=lambda: status_view.verdict(known), exit_code=_verdict(known))
    now = datetime.now(UTC)
    return Reply(value=known, view=lambda: status_view.status(known, settings.timezone, now=now))


def _asked(call: Call, settings: Settings) -> Status:
    with call.wiring.door(settings) as door:
        return door.status(call.accounts(settings))


def _verdict(known: Status) -> int:
    """A person first: that is what scripts ask; then a daemon that does not run."""
    if known.needs_person:
        return 1
    return 3 if known.pid is None else 0


def _refuse_watching(call: Call, *, check: bool) -> None:
    if check or call.options.json or call.options.quiet or not sys.stdout.isatty():
        raise UsageError(
            "--watch is for people at a terminal", "Leave it out; scripts take --json or --check."
        )


def _drawn(call: Call, settings: Settings) -> RenderableType:
    """The picture of this moment; a daemon that is just starting anew ends no watching."""
    from rich.text import Text

    from syncd.cli import status_view

    try:
        known = _asked(call, settings)
    except SyncdError as error:
        return Text(safe(error), style="red")
    return status_view.watched(known, settings.timezone, now=datetime.now(UTC))


class _Fitted:
    """A picture, and how much of it the screen has no room for."""

    def __init__(self, picture: RenderableType) -> None:
        self._picture = picture

    def __rich_console__(self, screen: Console, options: ConsoleOptions) -> RenderResult:
        """Line by line; the last one tells of the others."""
        from rich.segment import Segment
        from rich.text import Text

        lines = screen.render_lines(self._picture, options.update(height=None), pad=False)
        room = screen.size.height
        shown = lines if len(lines) <= room else lines[: room - 1]
        for line in shown:
            yield from line
            yield Segment.line()
        if len(shown) < len(lines):
            yield Text(f"… {len(lines) - len(shown)} more lines: syncd status", style="yellow")


def draw(picture: Callable[[], RenderableType], screen: Console, *, wait: Callable[[float], bool]) -> None:
    """Show the picture anew, until the wait says so, or Ctrl-C."""
    from rich.live import Live

    try:
        with Live(_Fitted(picture()), console=screen, auto_refresh=False, screen=screen.is_terminal) as live:
            while not wait(REDRAWN_S):
                live.update(_Fitted(picture()), refresh=True)
    except KeyboardInterrupt:
        return
