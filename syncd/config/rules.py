"""What has to fit together: several keys, or several accounts.

The rules look at what was written, before types: a mistake in one key hides none in another.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from pydantic_core import PydanticCustomError

from syncd.config.gateways import Particulars, particulars
from syncd.config.logins import does_nothing, login_misfits
from syncd.config.sources import Key, Merged, dotted
from syncd.config.values import read_keeping
from syncd.config.web import read_listen
from syncd.errors import Problem

_NUMBER = re.compile(r"[1-9][0-9]*")
_DIGITS = re.compile(r"[0-9]+")
RETENTION_KEYS = ("sent", "failed", "at_gateway", "history")


def misfits(merged: Merged, environ: Mapping[str, str], *, passwords: bool) -> Iterator[Problem]:
    """Every mistake that no single key shows; `passwords`: a missing secret counts too."""
    accounts = merged.tables.get("accounts", {})
    tables = {name: table for name, table in _items(accounts) if isinstance(table, dict)}
    if not accounts:
        yield _no_account(merged)
    for name, table in tables.items():
        own = particulars(table)
        yield from login_misfits(merged, environ, name, table, needed=passwords)
        if own is not None:
            yield from _foreign_misfits(merged, name, table, own)
        yield from _partner_misfits(name, table, has_numbered_ids=own is not None and own.has_numbered_ids)
    yield from _root_misfits(merged, tables)
    yield from _retention_misfits(merged)
    yield from _web_misfits(merged)


def _items(accounts: object) -> list[tuple[str, Any]]:
    return list(accounts.items()) if isinstance(accounts, dict) else []


def _no_account(merged: Merged) -> Problem:
    if merged.path is None:
        return Problem(
            key="", what="there is no configuration file", remedy="`syncd init` writes a first one"
        )
    return Problem(key="accounts", what="there is none", remedy="`syncd init` writes a first one")


def _foreign_misfits(merged: Merged, name: str, table: dict[str, Any], own: Particulars) -> Iterator[Problem]:
    """Keys that the account's gateway has no use for."""
    for key, why in own.lacks.items():
        if key in table:
            yield does_nothing(merged.written(("accounts", name, key)), why)
    for number, pair in enumerate(_partners(table)):
        for key, why in own.pair_lacks.items():
            if key in pair:
                yield does_nothing(dotted(("accounts", name, "partners", number, key)), why)


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


def _partner_misfits(name: str, table: dict[str, Any], *, has_numbered_ids: bool) -> Iterator[Problem]:
    tables = _partners(table)
    start: Key = ("accounts", name, "partners")
    yield from _twin_misfits(start, tables)
    yield from _folder_misfits(start, tables)
    if has_numbered_ids:
        yield from _number_misfits(start, tables)


def _partners(table: dict[str, Any]) -> list[dict[str, Any]]:
    partners = table.get("partners", [])
    return [each for each in partners if isinstance(each, dict)] if isinstance(partners, list) else []


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


def _number_misfits(start: Key, tables: list[dict[str, Any]]) -> Iterator[Problem]:
    """IDs have to be numbers there, and no folder may look like one."""
    for number, table in enumerate(tables):
        for key in ("station", "partner"):
            given = table.get(key)
            if isinstance(given, str) and given not in {"", "*"} and not _NUMBER.fullmatch(given):
                yield _no_number(dotted((*start, number, key)), given)
        folder = table.get("folder")
        if isinstance(folder, str) and _DIGITS.fullmatch(folder):
            key = dotted((*start, number, "folder"))
            yield Problem(key=key, what="looks like an ECGrid ID", remedy="Choose a name with a letter in it")


def _no_number(key: str, given: str) -> Problem:
    if given == "auto":
        what = "is auto, and files that their own header routes have no table"
        return Problem(key=key, what=what, remedy='Name an ECGrid ID like "112233", or leave the table out')
    remedy = 'Write digits in quotes, not starting with 0, like "112233"; "*" stands for every one'
    return Problem(key=key, what="is not an ECGrid ID", remedy=remedy)


def _retention_misfits(merged: Merged) -> Iterator[Problem]:
    """A row outlives its file: without it nobody could tell whose file that is."""
    table = merged.tables.get("retention")
    spans = {key: _span(table.get(key)) for key in RETENTION_KEYS} if isinstance(table, dict) else {}
    history = spans.get("history")
    for key in ("sent", "failed", "at_gateway"):
        span = spans.get(key)
        if history is not None and span is not None and history < span:
            yield Problem(
                key=merged.written(("retention", "history")),
                what=f"is shorter than {merged.written(('retention', key))}, which needs what it removes",
                remedy=f"Make it as long as {key}, or longer",
            )


def _span(written: object) -> timedelta | None:
    """None: never, or a mistake that its own key shows."""
    try:
        return read_keeping(written) if written is not None else None
    except PydanticCustomError:
        return None


def _web_misfits(merged: Merged) -> Iterator[Problem]:
    """The page acts: who else can reach it has to know a password."""
    table = merged.tables.get("web", {})
    if not isinstance(table, dict):
        return
    try:
        listen = read_listen(table.get("listen"))
    except PydanticCustomError:
        return
    if not listen.is_loopback and not table.get("password_file"):
        yield Problem(
            key=merged.written(("web", "password_file")),
            what=f"is missing: others can reach {table['listen']}, and the status page acts",
            remedy='Write password_file = "/etc/syncd/web.password", or listen at 127.0.0.1',
        )
