"""What is in force, and where each value comes from."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from syncd.config.gateways import GATEWAYS, Particulars
from syncd.config.logins import SECRETS, credential
from syncd.config.notices import masked
from syncd.config.settings import Settings
from syncd.config.sources import Key, Merged, dotted
from syncd.config.tables import TABLES, AccountTable, File, PartnerTable

MASK = "********"


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """One key: its value as a person writes it (secrets masked), and `default`, a path or a variable."""

    key: str
    value: Any
    source: str


def in_force(merged: Merged, settings: Settings, environ: Mapping[str, str]) -> tuple[InForce, ...]:
    """Every key of every table, in the order of the example file."""
    lines = list(_lines(merged, (), File, merged.tables, _of_machine(settings, environ)))
    for name, model in TABLES.items():
        lines += _lines(merged, (name,), model, merged.tables.get(name, {}), _IN_TABLES.get(name, {}))
    for account in settings.accounts:
        start: Key = ("accounts", account.name)
        table = merged.tables["accounts"][account.name]
        own = GATEWAYS[account.gateway]
        computed = _of_gateway(own) | _of_systemd(account.name, environ)
        lines += _lines(merged, start, AccountTable, table, computed, left_out=own.lacks.keys())
        lines += _hook_lines(merged, start, table)
        for number, partner in enumerate(table.get("partners", [])):
            lines += _partner_lines(merged, (*start, "partners", number), partner)
    return tuple(lines)


Computed = dict[str, tuple[str, str]]
"""Value and source of what nobody wrote."""

_IN_TABLES: dict[str, Computed] = {"hooks": {"timeout": ("60s", "default")}}


def _of_machine(settings: Settings, environ: Mapping[str, str]) -> Computed:
    state = "STATE_DIRECTORY" if environ.get("STATE_DIRECTORY") else "default"
    zone = "TZ" if environ.get("TZ") else "default"
    return {"state_dir": (str(settings.state_dir), state), "timezone": (settings.timezone.key, zone)}


def _of_gateway(own: Particulars) -> Computed:
    return {name: (value, "default") for name, value in own.defaults.items()}


def _of_systemd(name: str, environ: Mapping[str, str]) -> Computed:
    paths = {secret: credential(name, secret, environ) for secret in SECRETS}
    return {f"{secret}_file": (str(path), "CREDENTIALS_DIRECTORY") for secret, path in paths.items() if path}


def _lines(
    merged: Merged,
    start: Key,
    model: type[BaseModel],
    table: dict[str, Any],
    computed: Computed,
    *,
    left_out: Collection[str] = (),
) -> Iterator[InForce]:
    for name, field in model.model_fields.items():
        key = dotted((*start, name))
        if name in {"accounts", "partners", *TABLES} or name in left_out:
            continue
        if name in table:
            yield InForce(key=key, value=_shown(name, table[name]), source=merged.source((*start, name)))
        else:
            value, source = computed.get(name, (field.default, "default"))
            yield InForce(key=key, value=value, source=source)


def _partner_lines(merged: Merged, start: Key, table: dict[str, Any]) -> Iterator[InForce]:
    """Station and partner, and what is said of them; no variable reaches a list of tables."""
    for name in PartnerTable.model_fields:
        if name == "hooks":
            yield from _hook_lines(merged, start, table)
        elif name in table:
            yield InForce(key=dotted((*start, name)), value=table[name], source=str(merged.path))
        elif name in {"station", "partner"}:
            yield InForce(key=dotted((*start, name)), value="*", source="default")


def _hook_lines(merged: Merged, start: Key, table: dict[str, Any]) -> Iterator[InForce]:
    """What an account or a pair says of its own hooks."""
    for name, value in table.get("hooks", {}).items():
        key: Key = (*start, "hooks", name)
        source = merged.variables.get(key, str(merged.path))
        yield InForce(key=dotted(key), value=value, source=source)


def _shown(name: str, value: object) -> object:
    """Secrets as stars; times and dates of TOML as text; all else is plain already."""
    if name in SECRETS:
        return MASK
    if name in {"webhook", "ping_url"} and isinstance(value, str):
        return masked(value) if value else value
    if name == "to":
        return [masked(str(each)) for each in value] if isinstance(value, list) else MASK
    return value.isoformat() if hasattr(value, "isoformat") else value
