"""`syncd check`: a file that holds a secret is for its owner and group alone.

What counts is whether any user of the machine gets to the file: its own mode, and that of every folder above.
"""

from __future__ import annotations

import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from syncd.operations.checks import CheckLine


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretFile:
    """A file that holds a secret, maybe of an account; `holds` is what it is, such as "the password"."""

    account: str | None
    path: Path
    holds: str


def check_secrets(files: Iterable[SecretFile]) -> Iterator[CheckLine]:
    """A line for each file; none for one that cannot be looked at, which the log-in complains of."""
    for file in files:
        try:
            rights = _rights_of_others(file.path)
        except OSError:
            continue
        yield _told(file, rights)


def _rights_of_others(path: Path) -> str:
    """What a user who is neither owner nor of the group may do with a file. Raises: OSError."""
    path = path.resolve(strict=True)
    if not all(folder.stat().st_mode & stat.S_IXOTH for folder in path.parents):
        return ""
    mode = path.stat().st_mode
    rights = {"read": mode & stat.S_IROTH, "change": mode & stat.S_IWOTH}
    return " and ".join(right for right, has_it in rights.items() if has_it)


def _told(file: SecretFile, rights: str) -> CheckLine:
    if not rights:
        what = f"{file.path}, with {file.holds}, is for its owner and group alone"
        return CheckLine(account=file.account, name="secrets", ok=True, what=what)
    anew = "take a new one at the gateway" if file.account else "change the passwords in them"
    return CheckLine(
        account=file.account,
        name="secrets",
        ok=False,
        what=f"{file.path} holds {file.holds}, and every user of this machine may {rights} it",
        remedy=f"chmod o= {file.path}; then {anew}, since this may be known",
    )
