"""What is in force, and where each value comes from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from syncd.config.settings import Settings
from syncd.config.sources import Key, Merged, dotted
from syncd.config.tables import URLS, AccountTable, File, PartnerTable

MASK = "********"


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """One key: its value as a person writes it (secrets masked), and `default`, a path or a variable."""

    key: str
    value: Any
    source: str


def in_force(merged: Merged, settings: Settings) -> tuple[InForce, ...]:
    """Every key of every table, in the order of the example file."""
    computed = {"state_dir": str(settings.state_dir), "timezone": settings.timezone.key}
    lines = list(_lines(merged, (), File, merged.tables, computed))
    for account in settings.accounts:
        start: Key = ("accounts", account.name)
        table = merged.tables["accounts"][account.name]
        lines += _lines(merged, start, AccountTable, table, {"url": URLS[account.gateway]})
        for number, partner in enumerate(table.get("partners", [])):
            lines += _lines(merged, (*start, "partners", number), PartnerTable, partner, {})
    return tuple(lines)


def _lines(
    merged: Merged, start: Key, model: type[BaseModel], table: dict[str, Any], computed: dict[str, str]
) -> Iterator[InForce]:
    for name, field in model.model_fields.items():
        if name in {"accounts", "partners"}:
            continue
        value = table.get(name, computed.get(name, field.default))
        if model is PartnerTable and value is None:
            continue
        key = (*start, name)
        shown = MASK if name == "password" and name in table else _plain(value)
        source = str(merged.path) if model is PartnerTable and name in table else merged.source(key)
        yield InForce(key=dotted(key), value=shown, source=source)


def _plain(value: object) -> object:
    """Times and dates of TOML as text; all else is plain already."""
    return value.isoformat() if hasattr(value, "isoformat") else value
