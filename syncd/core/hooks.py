"""The user's commands: for which states they are run, and with which words.

A command is an argv and never a shell's line. Its placeholders are filled in all at once, so that nothing
that came from outside is ever read as a placeholder, and each argument stays one argument.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path, PurePosixPath

from syncd.core.account import Account, Hooks
from syncd.core.history import Channel
from syncd.core.model import Direction, File, Message, State
from syncd.core.placeholders import IN_BRACES
from syncd.core.status_file import content, written

CHANNEL = "hook"
"""The channel's name, and the kind of its lines in a history."""
NAMES = {State.RECEIVED: "on_received", State.SENT: "on_sent", State.FAILED: "on_failed"}
"""The hook of each state that has one."""
GIVEN_UP = "hook.given_up."
"""Begins the fact that a hook was given up, and did not do its work since."""
TIMEOUT = timedelta(seconds=60)
MOST_CHARACTERS = 8_000
"""Of one value: the kernel takes 128 KiB for an argument."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One run of a hook: what is executed, its own variables, its standard input, and for how long."""

    argv: tuple[str, ...]
    variables: Mapping[str, str]
    content: bytes
    timeout: timedelta


def argv_of(hooks: Hooks, state: State) -> tuple[str, ...]:
    """The command for a state, as configured; empty: none."""
    return getattr(hooks, NAMES[state]) or ()


def commands(account: Account) -> dict[str, tuple[str, ...]]:
    """Every command of an account that is configured somewhere, by its key."""
    tables = {"hooks": account.hooks}
    tables |= {f"partners[{n}].hooks": table.hooks for n, table in enumerate(account.partners, start=1)}
    found: dict[str, tuple[str, ...]] = {}
    for key, hooks in tables.items():
        found |= {f"{key}.{name}": argv_of(hooks, state) for state, name in NAMES.items()}
    return {key: argv for key, argv in found.items() if argv}


def channel(accounts: Sequence[Account]) -> Channel:
    """Who has hooks, and for which states."""
    with_hooks = {account.name: account for account in accounts if commands(account)}

    def states(message: Message) -> frozenset[State]:
        account = with_hooks.get(message.account)
        if account is None:
            return frozenset()
        hooks = account.hooks_of(message.pair)
        return frozenset(state for state in NAMES if argv_of(hooks, state))

    return Channel(name=CHANNEL, states=states)


def command(account: Account, message: Message, state: State, *, event_id: str) -> Command | None:
    """What to run for a message that entered a state; None: no hook is configured for it."""
    hooks = account.hooks_of(message.pair)
    argv = argv_of(hooks, state)
    if not argv:
        return None
    paths = _paths(account.root, message)
    values = _values(message, state, paths)
    named = {f"SYNCD_HOOK_{name.upper()}": value for name, value in values.items()}
    return Command(
        argv=tuple(_filled(argv, values, paths)),
        variables=named | {"SYNCD_HOOK": NAMES[state], "SYNCD_EVENT_ID": event_id},
        content=_content(account.root, message, event_id=event_id, hook=NAMES[state]),
        timeout=hooks.timeout or TIMEOUT,
    )


def _filled(argv: Sequence[str], values: Mapping[str, str], paths: Sequence[str]) -> list[str]:
    """An argument with {path} is there once for each file: more than once for several in the inbox only."""
    filled: list[str] = []
    for argument in argv:
        several = paths if "{path}" in argument else paths[:1]
        filled += [_fill(argument, {**values, "path": path}) for path in several or [""]]
    return filled


def _fill(argument: str, values: Mapping[str, str]) -> str:
    return IN_BRACES.sub(lambda found: values.get(found[1], found[0]), argument)


def _paths(root: Path, message: Message) -> list[str]:
    """Where the folder or the files of a message are, or were before somebody took them."""
    if message.direction is Direction.INBOUND and not message.is_folder:
        return [str(root / file.place) for file in message.files if file.place]
    return [str(root / message.place)] if message.place else []


def _values(message: Message, state: State, paths: Sequence[str]) -> dict[str, str]:
    path = paths[0] if paths else ""
    values = {
        "path": path,
        "name": PurePosixPath(path).name,
        "id": message.id,
        "message_id": message.message_id,
        "account": message.account,
        "gateway": message.gateway,
        "direction": message.direction.value,
        "station": message.pair.station,
        "partner": message.pair.partner,
        "partner_type": message.pair.partner_type.value,
        "state": state.value,
        "subject": message.subject,
        "reason": message.reason,
    }
    return {name: (value or "")[:MOST_CHARACTERS] for name, value in values.items()}


def _content(root: Path, message: Message, *, event_id: str, hook: str) -> bytes:
    """The status file's content, with where each file is and which event this is."""
    files = [
        {"name": file.name, "size": file.size, "sha256": file.sha256, "path": _file_path(root, message, file)}
        for file in message.files
    ]
    return written({**content(message), "files": files, "event_id": event_id, "hook": hook})


def _file_path(root: Path, message: Message, file: File) -> str | None:
    if message.direction is Direction.INBOUND:
        return str(root / file.place) if file.place else None
    if message.place is None:
        return None
    return str(root / message.place / file.name if message.is_folder else root / message.place)
