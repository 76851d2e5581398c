"""Whether the hooks of an account can be run by this user."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from syncd.core.account import Account
from syncd.core.hooks import commands
from syncd.operations.checks import CheckLine


def check_hooks(account: Account) -> Iterator[CheckLine]:
    """One line for each program that is configured; it is not run."""
    programs: dict[str, str] = {}
    for key, argv in commands(account).items():
        programs.setdefault(argv[0], key)
    for program, key in programs.items():
        why = _why_not(program)
        what = f"{program} cannot be run: {why} ({key})" if why else f"{program} can be run ({key})"
        remedy = f"Correct {key}, or let syncd's user run it: chmod a+rx {program}" if why else ""
        yield CheckLine(account=account.name, name="hooks", ok=not why, what=what, remedy=remedy)


def _why_not(program: str) -> str:
    try:
        is_file = stat.S_ISREG(Path(program).stat().st_mode)
    except OSError as error:
        return error.strerror or str(error)
    if not is_file:
        return "it is no file"
    return "" if os.access(program, os.X_OK) else "this user may not execute it"
