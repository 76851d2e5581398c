"""The one place that prints: tables for people, JSON for scripts, errors for both."""

from __future__ import annotations

import io
import json
import os
import sys
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from syncd.cli.options import Options
from syncd.errors import CannotAct, ConfigError, SyncdError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance
    from rich.console import Console, RenderableType

WIDE = 10_000
"""Columns of a stream that is no terminal: nothing is cut or wrapped there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a command has to say: a value for scripts, how people see it, and the exit code."""

    value: object
    view: Callable[[], RenderableType]
    exit_code: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pieces:
    """What a command writes for other programs, piece by piece: there may be more than memory holds."""

    pieces: Iterator[str]


def render(reply: Reply, options: Options) -> None:
    """Print to standard output. Raises: CannotAct when it is closed."""
    if sys.stdout is None and not options.quiet:
        refuse_deaf_output()
    if options.json:
        print(json.dumps(plain(reply.value), indent=2), flush=True)
    elif not options.quiet:
        # Rich would end the program itself when the reader has gone: let it write into a string.
        screen = console(options)
        with screen.capture() as shown:
            screen.print(reply.view())
        lines = shown.get().splitlines()
        print("\n".join(line if screen.is_terminal else line.rstrip() for line in lines), flush=True)


def render_pieces(reply: Pieces, options: Options) -> None:
    """Print to standard output, in UTF-8 whatever the terminal has. Raises: CannotAct when it is closed."""
    if sys.stdout is None and not options.quiet:
        refuse_deaf_output()
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    for piece in reply.pieces:
        if not options.quiet:
            print(piece, end="")
    if not options.quiet:
        sys.stdout.flush()


def refuse_deaf_output() -> None:
    """Raises: CannotAct when standard output takes nothing, or was closed before we began."""
    remedy = "Send it where there is room."
    if sys.stdout is None:
        raise CannotAct("standard output cannot be written: it is closed", remedy)
    try:
        print(end="", flush=True)  # what a write left behind is tried once more
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python complains again at exit
        raise CannotAct(f"standard output cannot be written: {error.strerror}", remedy) from error


def render_error(error: SyncdError, *, as_json: bool) -> None:
    """Print to standard error."""
    if as_json:
        print(json.dumps(_error(error)), file=sys.stderr)
        return
    lines = "\n".join(safe(line) for line in sentences(error.what, error.remedy).splitlines())
    print(f"syncd: {lines}", file=sys.stderr)


def sentences(what: str, remedy: str) -> str:
    """What went wrong and what to do, with one stop between them."""
    if not remedy:
        return what
    return f"{what}{'' if what.endswith(('.', '?', '!')) else '.'} {remedy}"


def _error(error: SyncdError) -> dict[str, object]:
    shown: dict[str, object] = {"error": error.what, "remedy": error.remedy}
    if isinstance(error, ConfigError):
        shown["problems"] = plain(error.problems)
    return shown


def console(options: Options, *, stderr: bool = False) -> Console:
    """A console that leaves texts as they are."""
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    return Console(
        file=stream,
        width=None if stream.isatty() else WIDE,
        no_color=options.no_color or None,
        color_system=None if options.no_color else "auto",  # or bold would stay
        highlight=False,
        markup=False,
        emoji=False,
    )


def plain(value: object) -> object:
    """What JSON can say: objects for dataclasses, UTC texts for times, texts for paths."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if is_dataclass(value) and not isinstance(value, type):
        return as_fields(value)
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return str(value)


def as_fields(value: DataclassInstance) -> dict[str, object]:
    """The object that JSON has for a dataclass."""
    return {field.name: plain(getattr(value, field.name)) for field in fields(value)}


def safe(text: object) -> str:
    """The text without what would steer a terminal: names come from outside.

    Control characters, marks that turn the direction of writing, and bytes that are no UTF-8 become `�`.
    """
    return "".join("�" if unicodedata.category(each) in {"Cc", "Cf", "Cs"} else each for each in str(text))
