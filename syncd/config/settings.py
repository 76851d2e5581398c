"""The values that a configuration turns into; no part of the program sees anything else of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from pydantic import SecretStr

from syncd.config import machine
from syncd.config.rules import credential
from syncd.config.tables import URLS, AccountTable, File
from syncd.config.tables import PartnerTable as PartnerKeys
from syncd.core.account import Account, PairRules, PartnerTable

if TYPE_CHECKING:
    from syncd.ports import Secrets


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """How an account proves itself: a user name, and a password or the file that holds it."""

    username: str
    password: SecretStr | None = None
    password_file: Path | None = None
    """The named file, or systemd's copy of the credential."""
    key: str
    """The setting to name when the password cannot be had."""
    ca_file: Path | None = None

    def secrets(self) -> Secrets:
        """The password as a port; a file is read anew at each call."""
        from syncd.system.secrets import FileSecrets, FixedSecrets  # noqa: PLC0415 - not every command

        if self.password is not None:
            return FixedSecrets(self.password.get_secret_value())
        return FileSecrets(self.password_file, key=self.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The whole configuration, checked."""

    path: Path | None
    """The file it was read from; None: from the environment alone."""
    state_dir: Path
    log_format: str
    log_level: str
    timezone: ZoneInfo
    control_group: str | None
    """Who may use the control socket, besides syncd itself."""
    accounts: tuple[Account, ...]
    credentials: Mapping[str, Credentials] = field(repr=False)
    """By the account's name."""

    @property
    def roots(self) -> dict[str, Path]:
        """Each account's root, by its name."""
        return {account.name: account.root for account in self.accounts}


def settle(file: File, *, path: Path | None, environ: Mapping[str, str]) -> Settings:
    """Turn checked tables into values, and put in what only this machine knows."""
    zone = file.timezone or machine.time_zone(environ)
    accounts = sorted(file.accounts.items())
    return Settings(
        path=path,
        state_dir=file.state_dir or machine.state_dir(environ),
        log_format=file.log_format,
        log_level=file.log_level,
        timezone=zone,
        control_group=file.control_group,
        accounts=tuple(_account(name, keys, zone) for name, keys in accounts),
        credentials={name: _credentials(name, keys, environ) for name, keys in accounts},
    )


_NOT_AS_WRITTEN = {"url", "username", "password", "password_file", "ca_file"} | {
    "pull_since",
    "rate_limit",
    "min_free",
    "partners",
}


def _account(name: str, keys: AccountTable, zone: ZoneInfo) -> Account:
    same_names = AccountTable.model_fields.keys() - _NOT_AS_WRITTEN
    same: dict[str, Any] = {key: getattr(keys, key) for key in same_names}
    return Account(
        name=name,
        url=keys.url or URLS[keys.gateway],
        pull_since=_in_utc(keys.pull_since, zone),
        rate_requests=keys.rate_limit.requests,
        rate_window=keys.rate_limit.window,
        min_free_bytes=keys.min_free,
        partners=tuple(_partner_table(table) for table in keys.partners),
        **same,
    )


def _in_utc(since: datetime | str | None, zone: ZoneInfo) -> datetime | str | None:
    if not isinstance(since, datetime):
        return since
    aware = since if since.tzinfo else since.replace(tzinfo=zone)
    return aware.astimezone(UTC)


def _partner_table(keys: PartnerKeys) -> PartnerTable:
    rules = keys.model_dump(exclude={"station", "partner"})
    return PartnerTable(station=keys.station, partner=keys.partner, rules=PairRules(**rules))


def _credentials(name: str, keys: AccountTable, environ: Mapping[str, str]) -> Credentials:
    start = f"accounts.{name}"
    return Credentials(
        username=keys.username,
        password=keys.password,
        password_file=keys.password_file or credential(name, environ),
        key=f"{start}.password" if keys.password else f"{start}.password_file",
        ca_file=keys.ca_file,
    )
