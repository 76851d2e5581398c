"""How an account logs in: a user name with one password, or, where the gateway has them, one API key.

Either secret stands in the configuration itself, in a file that it names, or in a systemd credential. The
rules look at what was written, before types.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from syncd.config.gateways import particulars
from syncd.config.sources import Merged
from syncd.errors import Problem

PASSWORD = "password"  # noqa: S105 - the names of two keys
API_KEY = "api_key"
SECRETS = frozenset({PASSWORD, API_KEY})
"""The keys whose values are never shown."""


def credential(name: str, secret: str, environ: Mapping[str, str]) -> Path | None:
    """Where systemd put the account's password or API key, if it did."""
    folder = environ.get("CREDENTIALS_DIRECTORY")
    path = Path(folder) / f"{name}.{secret}" if folder else None
    return path if path is not None and path.is_file() else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Login:
    """What was said of one account's login, each key as it was written."""

    name: str
    usernames: tuple[str, ...]
    passwords: tuple[str, ...]
    api_keys: tuple[str, ...]


def login_misfits(
    merged: Merged, environ: Mapping[str, str], name: str, table: dict[str, Any], *, needed: bool
) -> Iterator[Problem]:
    """What is missing or too much. Unless `needed`, a secret may be missing: systemd may have it."""
    own = particulars(table)
    login = _Login(
        name=name,
        usernames=_written(merged, name, table, "username"),
        passwords=_secrets(merged, environ, name, table, PASSWORD),
        api_keys=_secrets(merged, environ, name, table, API_KEY),
    )
    if own is not None and API_KEY in own.lacks:
        if credential(name, API_KEY, environ):
            yield does_nothing(f"the credential {name}.{API_KEY}", own.lacks[API_KEY])
        yield from _by_password(login, "", needed=needed)
    elif login.api_keys:
        yield from _by_api_key(login)
    elif login.usernames or login.passwords:
        yield from _by_password(login, ", or an api_key_file in place of the password", needed=needed)
    elif needed:
        yield _no_login(name)


def does_nothing(key: str, why: str) -> Problem:
    """What the account's gateway has no use for."""
    return Problem(key=key, what=f"does nothing: {why}", remedy="Remove it")


def _written(merged: Merged, name: str, table: dict[str, Any], *keys: str) -> tuple[str, ...]:
    return tuple(merged.written(("accounts", name, key)) for key in keys if key in table)


def _secrets(
    merged: Merged, environ: Mapping[str, str], name: str, table: dict[str, Any], secret: str
) -> tuple[str, ...]:
    written = _written(merged, name, table, secret, f"{secret}_file")
    return (*written, f"the credential {name}.{secret}") if credential(name, secret, environ) else written


def _by_password(login: _Login, otherwise: str, *, needed: bool) -> Iterator[Problem]:
    if not login.usernames:
        remedy = f'Write username = "edi@acme.example"{otherwise}'
        yield Problem(key=f"accounts.{login.name}.username", what="is missing", remedy=remedy)
    if len(login.passwords) > 1:
        yield _too_many(login.passwords, "Keep one of them")
    if not login.passwords and needed:
        yield Problem(
            key=f"accounts.{login.name}.password_file",
            what=f"is missing, and so are password and the credential {login.name}.password",
            remedy="Name a file that holds the password",
        )


def _by_api_key(login: _Login) -> Iterator[Problem]:
    others = (*login.usernames, *login.passwords)
    if others:
        yield _too_many((*login.api_keys, *others), "Keep one API key, or username and one password")
    elif len(login.api_keys) > 1:
        yield _too_many(login.api_keys, "Keep one of them")


def _too_many(given: tuple[str, ...], remedy: str) -> Problem:
    return Problem(key=given[0], what=f"stands beside {' and '.join(given[1:])}", remedy=remedy)


def _no_login(name: str) -> Problem:
    return Problem(
        key=f"accounts.{name}.api_key_file",
        what=f"is missing, and so are api_key, the credential {name}.api_key, and username with a password",
        remedy="Name a file that holds the API key, or write username and password_file",
    )
