"""Asking a person before what cannot be undone."""

from __future__ import annotations

import sys
from typing import TextIO

from syncd.cli.render import safe
from syncd.errors import UsageError


def is_sure(question: str, *, yes: bool, stdin: TextIO | None = None) -> bool:
    """Whether the person says yes; `yes`: it was said on the command line. The question is a whole sentence.

    Raises: UsageError where there is no terminal to ask on.
    """
    source = sys.stdin if stdin is None else stdin
    if yes:
        return True
    if source is None or not source.isatty():
        lines = (line.strip() for line in question.splitlines())
        asked = " ".join(line if line.endswith((".", "?", "!", ":")) else f"{line}." for line in lines)
        what = f"nothing was done, for nobody could be asked. {asked}"
        raise UsageError(what, "Without a terminal, --yes says yes.")
    shown = "\n".join(safe(line) for line in question.splitlines())
    print(f"{shown} [y/N] ", end="", file=sys.stderr, flush=True)
    return source.readline().strip().lower() in {"y", "yes"}
