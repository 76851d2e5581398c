"""What has to fit together: several keys, or several accounts.

The rules look at what was written, before types: a mistake in one key hides none in another.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from syncd.config.sources import Key, Merged, dotted
from syncd.errors import Problem


def misfits(merged: Merged, environ: Mapping[str, str], *, passwords: bool) -> Iterator[Problem]:
    """Every mistake that no single key shows; `passwords`: a missing password counts too."""
    accounts = merged.tables.get("accounts", {})
    tables = {name: table for name, table in _items(accounts) if isinstance(table, dict)}
    if not accounts:
        yield _no_account(merged)
    for name, table in tables.items():
        yield from _password_misfits(merged, environ, name, table, needed=passwords)
        yield from _partner_misfits(name, table)
    yield from _root_misfits(merged, tables)


def _items(accounts: object) -> list[tuple[str, Any]]:
    return list(accounts.items()) if isinstance(accounts, dict) else []


def _no_account(merged: Merged) -> Problem:
    what = "there is none" if merged.path else "there is no configuration file"
    return Problem(key="accounts", what=what, remedy="`syncd init` writes a first one")


def credential(name: str, environ: Mapping[str, str]) -> Path | None:
    """Where systemd put the account's password, if it did."""
    folder = environ.get("CREDENTIALS_DIRECTORY")
    path = Path(folder) / f"{name}.password" if folder else None
    return path if path is not None and path.is_file() else None


def _password_misfits(
    merged: Merged, environ: Mapping[str, str], name: str, table: dict[str, Any], *, needed: bool
) -> Iterator[Problem]:
    keys: list[Key] = [("accounts", name, key) for key in ("password", "password_file") if key in table]
    given = [merged.written(key) for key in keys]
    if credential(name, environ):
        given.append(f"the credential {name}.password")
    if len(given) > 1:
        yield Problem(
            key=given[0], what=f"stands beside {' and '.join(given[1:])}", remedy="Keep one of them"
        )
    if not given and needed:
        yield Problem(
            key=f"accounts.{name}.password_file",
            what=f"is missing, and so are password and the credential {name}.password",
            remedy="Name a file that holds the password",
        )


def _root_misfits(merged: Merged, tables: dict[str, dict[str, Any]]) -> Iterator[Problem]:
    roots: list[tuple[str, Path]] = []
    for name, table in tables.items():
        root = table.get("root")
        if not isinstance(root, str) or not root.startswith(("/", "~")) or "\0" in root:
            continue
        here = Path(os.path.realpath(os.path.expanduser(root)))  # noqa: PTH111 - leaves an unknown ~user alone
        for other, there in roots:
            how = _overlap(here, there)
            if how:
                yield Problem(
                    key=merged.written(("accounts", name, "root")),
                    what=f"{how} accounts.{other}.root",
                    remedy="Give each account a folder of its own",
                )
        roots.append((name, here))


def _overlap(here: Path, there: Path) -> str:
    if here == there:
        return "is the same folder as"
    if here.is_relative_to(there):
        return "lies inside"
    return "has inside it" if there.is_relative_to(here) else ""


def _partner_misfits(name: str, table: dict[str, Any]) -> Iterator[Problem]:
    partners = table.get("partners", [])
    tables = [each for each in partners if isinstance(each, dict)] if isinstance(partners, list) else []
    start: Key = ("accounts", name, "partners")
    yield from _twin_misfits(start, tables)
    yield from _folder_misfits(start, tables)


def _pair(table: dict[str, Any]) -> tuple[str, str]:
    return str(table.get("station", "*")), str(table.get("partner", "*"))


def _twin_misfits(start: Key, tables: list[dict[str, Any]]) -> Iterator[Problem]:
    seen: dict[tuple[str, str], int] = {}
    for number, table in enumerate(tables):
        pair = _pair(table)
        first = seen.setdefault(pair, number)
        if first != number:
            yield Problem(
                key=dotted((*start, number)),
                what=f"is as narrow as {dotted((*start, first))}: station {pair[0]}, partner {pair[1]}",
                remedy="Make one table of both",
            )


def _folder_misfits(start: Key, tables: list[dict[str, Any]]) -> Iterator[Problem]:
    stations = {_pair(table)[0].lower() for table in tables}
    seen: dict[str, int] = {}
    for number, table in enumerate(tables):
        folder = table.get("folder")
        if not isinstance(folder, str):
            continue
        key = dotted((*start, number, "folder"))
        first = seen.setdefault(folder.lower(), number)
        if "*" in _pair(table):
            yield Problem(key=key, what="stands for many pairs", remedy="Name one station and one partner")
        if folder.lower() in stations:
            yield Problem(key=key, what="is a station's name too", remedy="Choose a name of its own")
        if first != number:
            what = f"is the folder of {dotted((*start, first))} too"
            yield Problem(key=key, what=what, remedy="Choose a name of its own")
