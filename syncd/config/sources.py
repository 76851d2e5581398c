"""Where settings come from: the first file that is there, and above it the environment."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from syncd.config.commands import HooksTable
from syncd.config.tables import TABLES, AccountTable, File
from syncd.errors import CannotAct, ConfigError, Problem

PREFIX = "SYNCD_"
SYSTEM_FILE = Path("/etc/syncd/syncd.toml")
_EXEMPT = ("SYNCD_CONFIG", "SYNCD_HOOK", "SYNCD_EVENT_ID")
"""The last two, and the prefix, are what a hook finds in its environment."""
_EXEMPT_PREFIXES = ("SYNCD_HOOK_",)

_TABLES = ("accounts", "partners", *TABLES)
_KEYS = [key for key in AccountTable.model_fields if key not in _TABLES]
_HOOKS = list(HooksTable.model_fields)

Key = tuple[str | int, ...]
"""The way to a value through the tables: `("accounts", "acme", "url")`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """What was written, unchecked: the file's tables with the environment's values put in."""

    path: Path | None
    tables: dict[str, Any]
    variables: Mapping[Key, str] = field(default_factory=dict)
    """Which keys came from which variable."""
    problems: tuple[Problem, ...] = ()

    def written(self, key: Key) -> str:
        """The key as the user wrote it: the variable's name (for all of its list), or the path with dots."""
        outside_lists = key[:-1] if key and isinstance(key[-1], int) else key
        return self.variables.get(outside_lists) or dotted(key)

    def source(self, key: Key) -> str:
        """Where the value comes from: a variable's name, the file's path, or `default`."""
        if key in self.variables:
            return self.variables[key]
        return str(self.path) if has(self.tables, key) else "default"


def dotted(key: Key) -> str:
    """`accounts.acme.partners[2].folder`; tables in a list are counted from one."""
    written = ""
    for part in key:
        written += f"[{part + 1}]" if isinstance(part, int) else f".{part}"
    return written.removeprefix(".")


def has(tables: object, key: Key) -> bool:
    """Whether anything is written under that key."""
    for part in key:
        if not isinstance(tables, dict) or part not in tables:
            return False
        tables = tables[part]
    return True


def user_file(environ: Mapping[str, str]) -> Path:
    """The configuration of the user who asks."""
    base = Path(environ.get("XDG_CONFIG_HOME", ""))
    folder = base if base.is_absolute() else Path("~/.config").expanduser()
    return folder / "syncd" / "syncd.toml"


def gather(config: Path | None, environ: Mapping[str, str]) -> Merged:
    """Read the file and the environment.

    `config` is the `--config` option. Raises: ConfigError (a file that was named is not there, or is no
    TOML), CannotAct (no permission).
    """
    path, tables = _read_first(config, environ)
    values, variables, problems = _read_environment(environ)
    return Merged(path=path, tables=_merge(tables, values), variables=variables, problems=problems)


def _read_first(config: Path | None, environ: Mapping[str, str]) -> tuple[Path | None, dict[str, Any]]:
    if config is not None:
        return config, _read_named(config, key="--config")
    if environ.get("SYNCD_CONFIG"):
        path = Path(environ["SYNCD_CONFIG"])
        return path, _read_named(path, key="SYNCD_CONFIG")
    for path in (user_file(environ), SYSTEM_FILE):
        tables = _read(path)
        if tables is not None:
            return path, tables
    return None, {}


def _read_named(path: Path, *, key: str) -> dict[str, Any]:
    tables = _read(path)
    if tables is None:
        raise ConfigError((_problem(key, f"{path} does not exist", "`syncd init` writes a first one"),))
    return tables


def _read(path: Path) -> dict[str, Any] | None:
    """The file's tables; None: there is no such file."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))  # some editors begin with a mark
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError((_problem(str(path), f"is not TOML: {error}", "Correct it there"),)) from error
    except IsADirectoryError as error:
        remedy = f"Name the file in it: {path / 'syncd.toml'}"
        raise ConfigError((_problem(str(path), "is a folder", remedy),)) from error
    except OSError as error:
        raise CannotAct(
            f"{path} cannot be read: {error.strerror}", "Run as the user that it belongs to."
        ) from error


def _problem(key: str, what: str, remedy: str) -> Problem:
    return Problem(key=key, what=what, remedy=remedy)


def _read_environment(
    environ: Mapping[str, str],
) -> tuple[dict[str, Any], dict[Key, str], tuple[Problem, ...]]:
    values: dict[str, Any] = {}
    variables: dict[Key, str] = {}
    problems: list[Problem] = []
    for name, value in sorted(environ.items()):
        if not name.startswith(PREFIX) or name in _EXEMPT or name.startswith(_EXEMPT_PREFIXES):
            continue
        found = _key_of(name)
        if isinstance(found, Problem):
            problems.append(found)
            continue
        variables[found] = name
        _put(values, found, value)
    return values, variables, tuple(problems)


def _key_of(name: str) -> Key | Problem:
    parts = name.removeprefix(PREFIX).split("__")
    lowered = tuple(part.lower() for part in parts)
    if name != name.upper():
        return _problem(name, "is not in capitals", f"Write {name.upper()}")
    match lowered:
        case ("accounts", _, "partners"):
            return _problem(
                name, "cannot be set by a variable", "Write [[accounts.NAME.partners]] in the file"
            )
        case ("accounts", account, "hooks", key) if account:
            start = f"{PREFIX}ACCOUNTS__{account.upper()}__HOOKS__"
            return lowered if key in _HOOKS else _unknown(name, start, key, _HOOKS)
        case ("accounts", account, key) if account and key in _KEYS:
            return lowered
        case ("accounts", account, key) if account:
            return _unknown(name, f"{PREFIX}ACCOUNTS__{account.upper()}__", key, _KEYS)
        case (table, key) if table in TABLES:
            known = list(TABLES[table].model_fields)
            return lowered if key in known else _unknown(name, f"{PREFIX}{table.upper()}__", key, known)
        case (key,) if key in File.model_fields and key not in _TABLES:
            return lowered
    known = [each for each in File.model_fields if each not in _TABLES]
    return _unknown(name, PREFIX, "__".join(lowered), known)


def _unknown(name: str, start: str, key: str, known: list[str]) -> Problem:
    meant = nearest(key, known)
    remedy = f"Did you mean {start}{meant.upper()}?" if meant else "Remove it; `syncd config` lists all keys"
    return _problem(name, "is the name of no setting", remedy)


def nearest(word: str, known: list[str]) -> str | None:
    """The known word that was probably meant."""
    from difflib import get_close_matches  # noqa: PLC0415 - for mistakes only

    found = get_close_matches(word, known, n=1, cutoff=0.75)
    return found[0] if found else None


def _put(values: dict[str, Any], key: Key, value: str) -> None:
    for part in key[:-1]:
        values = values.setdefault(str(part), {})
    values[str(key[-1])] = value


def _merge(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        under = merged.get(key)
        merged[key] = _merge(under, value) if isinstance(under, dict) and isinstance(value, dict) else value
    return merged
