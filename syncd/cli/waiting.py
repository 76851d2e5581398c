"""`show` for what no message is yet: a file in an outbox that is not taken."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.text import Text

from syncd.cli.options import Call
from syncd.cli.render import Reply, safe, sentences
from syncd.cli.standing import moment
from syncd.cli.views import grid
from syncd.errors import NotFound, SyncdError, UsageError
from syncd.folders.dropped import Search, find_dropped, is_meant
from syncd.operations.waiting import Waiting, why_waiting

if TYPE_CHECKING:
    from syncd.config import Settings
    from syncd.operations.door import Door
    from syncd.operations.status import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class InOutbox:
    """What stands in outboxes under a name, as scripts see it."""

    name: str
    not_taken: tuple[Waiting, ...]


def show_waiting(call: Call, settings: Settings, door: Door, text: str, missing: NotFound) -> Reply:
    """Say where it is and why it is not taken. Raises: NotFound naming where was looked."""
    searches = _searches(call, settings, text)
    known = door.status(tuple(searches))
    shown = InOutbox(name=text, not_taken=why_waiting(known, _found(known, searches, text)))
    if not shown.not_taken:
        raise _nowhere(missing, tuple(searches.values())) from missing
    code = 1 if any(each.needs_person for each in shown.not_taken) else 0
    return Reply(value=shown, view=lambda: _facts(shown, settings.timezone), exit_code=code)


def also_waiting(call: Call, settings: Settings, door: Door, text: str) -> tuple[str, ...]:
    """A line for each file in an outbox that has the name of a message, too."""
    searches = _searches(call, settings, text)
    if not any(search.found for search in searches.values()):
        return ()
    with suppress(UsageError):  # a daemon that was not reloaded; the message is known all the same
        known = door.status(tuple(searches))
        waiting = why_waiting(known, {name: search.found for name, search in searches.items()})
        return tuple(
            f"{each.path} is not taken yet: {sentences(each.reason, each.remedy)}" for each in waiting
        )
    return ()


def with_lines(view: RenderableType, lines: Sequence[str]) -> RenderableType:
    """A view with lines below it."""
    return Group(view, *(Text(f"\n{safe(line)}") for line in lines)) if lines else view


def several(call: Call, settings: Settings, text: str, error: UsageError) -> UsageError:
    """The error for a name of several messages, with the files in outboxes that have it too."""
    paths = [path for search in _searches(call, settings, text).values() for path in search.found]
    if not paths:
        return error
    more = " ".join(f"Not taken yet: syncd show {path}." for path in paths)
    return UsageError(error.what, f"{error.remedy} {more}".strip())


def _searches(call: Call, settings: Settings, text: str) -> dict[str, Search]:
    names = call.accounts(settings)
    return {each.name: find_dropped(each, text) for each in settings.accounts if each.name in names}


def _found(known: Status, searches: Mapping[str, Search], text: str) -> dict[str, list[Path]]:
    """What was seen here, and what only the daemon may see."""
    found = {name: set(search.found) for name, search in searches.items()}
    for account in known.accounts:
        named = [left.path for left in account.not_taken if is_meant(left.path, text)]
        found[account.account].update(path for path in named if not _is_gone(path))
    return {name: sorted(paths) for name, paths in found.items()}


def _is_gone(path: Path) -> bool:
    """Whether it is certain that nothing stands there any more."""
    try:
        os.lstat(path)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return False


def _nowhere(missing: NotFound, searches: Sequence[Search]) -> SyncdError:
    looked = ", ".join(str(path) for search in searches for path in search.looked)
    closed = ", ".join(str(path) for search in searches for path in search.closed)
    words = [f"Nor does it stand in an outbox; looked in {looked}."] if looked else []
    words += [f"You may not look into {closed}."] if closed else []
    return NotFound(missing.what, " ".join([*words, missing.remedy]))


def _facts(shown: InOutbox, zone: tzinfo) -> RenderableType:
    parts: list[RenderableType] = []
    for each in shown.not_taken:
        facts: list[tuple[str, object]] = [
            ("file", each.path),
            ("state", "in the outbox, not taken"),
            ("reason", Text(safe(each.reason), style="yellow" if each.needs_person else "")),
            ("to do", each.remedy),
            ("account", each.account),
            ("since", moment(each.since, zone)),
        ]
        parts += [Text(), grid(("", ""), [fact for fact in facts if fact[1]])]
    return Group(*parts[1:])
