"""What people read of paused jobs: from the command that paused them, and from those that wait for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.text import Text

from syncd.cli.render import safe

if TYPE_CHECKING:
    from syncd.operations.door import Door
    from syncd.operations.status import Status

_DOING = {"pull": "pulling", "send": "sending"}
Paused = tuple[str, str]
"""An account, and its job."""


def paused(status: Status) -> tuple[Paused, ...]:
    """What is paused, account by account."""
    return tuple(
        (account.account, job.name)
        for account in status.accounts
        for job in account.jobs
        if job.is_paused and job.name in _DOING
    )


def paused_lines(now: Iterable[Paused], *, job: str | None) -> Text:
    """What `pause` has done; with the command that undoes it."""
    return _text(
        f"{account}: {_DOING[each]} is paused (syncd resume {each} --account {account} undoes it)"
        for account, each in now
        if job in {None, each}
    )


def resumed_lines(accounts: Sequence[str], before: Sequence[Paused], now: Sequence[Paused]) -> Text:
    """What `resume` has done."""
    lines: list[str] = []
    for name in accounts:
        resumed = [job for account, job in before if account == name and (name, job) not in now]
        lines += [f"{name}: {_DOING[job]} goes on" for job in resumed]
        if not resumed:
            lines.append(f"{name}: nothing was paused")
    return _text(lines)


def with_hint(shown: RenderableType, hint: str) -> RenderableType:
    """A view, with a hint below it, if there is one."""
    return Group(shown, Text(safe(hint))) if hint else shown


def waits_for(door: Door, account: str, job: str) -> str:
    """The hint that a message waits for a paused job; empty where nobody paused it."""
    if (account, job) not in paused(door.status([account])):
        return ""
    return f"{_DOING[job]} is paused: it waits until `syncd resume {job} --account {account}`"


def _text(lines: Iterable[str]) -> Text:
    return Text("\n".join(safe(line) for line in lines))
