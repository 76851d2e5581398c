"""The user's own commands, as they are written: argvs with placeholders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import BeforeValidator

from syncd.config.keys import Table, key
from syncd.config.values import Duration, read_list, wrong
from syncd.core.placeholders import PLACEHOLDERS, unknown_placeholders

_HOW = 'Write a list of texts, like ["/usr/local/bin/import", "{path}"]'


def read_argv(value: object) -> object:
    """A program with placeholders in its arguments."""
    found = read_program(value)
    for argument in found:
        _check(argument)
    return found


def read_program(value: object) -> Sequence[str]:
    """A program by its absolute path, and its arguments; an empty list: none."""
    found = read_list(value) if isinstance(value, str) and value.lstrip().startswith("[") else value
    if not isinstance(found, list | tuple) or not all(isinstance(part, str) for part in found):
        raise wrong("is not a list of arguments", _HOW)
    if found and (not found[0].startswith("/") or "{" in found[0]):
        raise wrong("does not begin with the absolute path of a program", _HOW)
    if any("\0" in argument for argument in found):
        raise wrong("has a NUL character in it", _HOW)
    return found


def _check(argument: str) -> None:
    for unknown in unknown_placeholders(argument):
        names = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
        raise wrong(f"has the unknown placeholder {{{unknown}}}", f"Placeholders are {names}")


Argv = Annotated[tuple[str, ...], BeforeValidator(read_argv)]

_FILLED = " ".join(f"{{{name}}}" for name in PLACEHOLDERS)


class HooksTable(Table):
    """`[hooks]`, and those of an account or of a partners table: what is left out, the wider one says."""

    on_received: Argv | None = key(
        "run when a message is in the inbox: a program and its arguments, never a shell's line; filled in "
        f"are {_FILLED}; default: none",
        example=["/usr/local/bin/import", "{path}"],
    )
    on_sent: Argv | None = key(
        "run when the partner has a message; default: none", example=["/usr/local/bin/mark-sent", "{name}"]
    )
    on_failed: Argv | None = key(
        "run when a message has failed; default: none", example=["/usr/local/bin/alert", "{id}", "{reason}"]
    )
    timeout: Duration | None = key("a hook that takes longer is killed, and run again later", example="60s")
