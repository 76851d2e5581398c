"""The values that a configuration turns into; no part of the program sees anything else of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from pydantic import SecretStr

from syncd.config import machine
from syncd.config.commands import HooksTable
from syncd.config.logins import API_KEY, PASSWORD, credential
from syncd.config.notices import NoticesTable
from syncd.config.tables import AccountTable, File, RetentionTable
from syncd.config.tables import PartnerTable as PartnerKeys
from syncd.config.web import Web, web_of
from syncd.core.account import Account, Hooks, PairRules, PartnerTable
from syncd.core.notices.pace import Pace
from syncd.core.retention import Retention
from syncd.errors import ConfigError

if TYPE_CHECKING:
    from syncd.ports import Secrets


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """How an account proves itself: a user name, and a password or the file that holds it.

    An API key is a password without a user name: it stands in `password`, or in the file.
    """

    username: str | None
    """None: the secret is an API key."""
    password: SecretStr | None = None
    password_file: Path | None = None
    """The named file, or systemd's copy of the credential."""
    key: str
    """The setting to name when the secret cannot be had."""
    ca_file: Path | None = None

    def secrets(self) -> Secrets:
        """The password or API key as a port; a file is read anew at each call."""
        from syncd.system.secrets import FileSecrets, FixedSecrets  # noqa: PLC0415 - not every command

        if self.password is not None:
            return FixedSecrets(self.password.get_secret_value())
        return FileSecrets(self.password_file, key=self.key, is_api_key=self.username is None)

    @property
    def kind(self) -> str:
        """What the secret is, as keys and systemd's credentials are named: `password` or `api_key`."""
        return API_KEY if self.username is None else PASSWORD

    @property
    def place(self) -> str:
        """Where the secret is written, for whoever has to correct it."""
        is_in_file = self.password is None and self.password_file is not None
        return f"{self.password_file} ({self.key})" if is_in_file else self.key

    @property
    def login(self) -> str:
        """Whose requests the gateway counts together, for the limit; fit to be shown.

        The user name; of an API key its fingerprint, the same wherever the key stands. A file with it is
        read now; where it cannot be, its path stands in.
        """
        if self.username is not None:
            return self.username
        try:
            secret = self.secrets().password()
        except ConfigError:
            return f"api key in {self.password_file or self.key}"
        return f"api key {hashlib.sha256(secret.encode()).hexdigest()[:12]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notices:
    """How people are told. The addresses are secrets."""

    to: tuple[SecretStr, ...] = ()
    """Addresses of Apprise."""
    command: tuple[str, ...] = ()
    webhook: SecretStr | None = None
    pace: Pace
    not_collected_after: timedelta | None = None
    silent_after: timedelta | None = None

    @property
    def are_wanted(self) -> bool:
        """Whether there is any way to tell them."""
        return bool(self.to or self.command or self.webhook)


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
    retention: Retention
    web: Web | None
    """The status page; None: there is none."""
    ping_url: SecretStr | None
    """Who is told, every minute, that all is well."""
    notices: Notices
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
    accounts, hooks = sorted(file.accounts.items()), _hooks(file.hooks)
    return Settings(
        path=path,
        state_dir=file.state_dir or machine.state_dir(environ),
        log_format=file.log_format,
        log_level=file.log_level,
        timezone=zone,
        control_group=file.control_group,
        retention=Retention(**{key: getattr(file.retention, key) for key in RetentionTable.model_fields}),
        web=web_of(file.web),
        ping_url=file.web.ping_url,
        notices=_notices(file.notices),
        accounts=tuple(_account(name, keys, zone, hooks) for name, keys in accounts),
        credentials={name: _credentials(name, keys, environ) for name, keys in accounts},
    )


_OF_LOGIN = {"username", "password", "password_file", "api_key", "api_key_file", "ca_file"}
_NOT_AS_WRITTEN = _OF_LOGIN | {
    "pull_since",
    "rate_limit",
    "min_free",
    "hooks",
    "partners",
}


def _account(name: str, keys: AccountTable, zone: ZoneInfo, hooks: Hooks) -> Account:
    same_names = AccountTable.model_fields.keys() - _NOT_AS_WRITTEN
    same: dict[str, Any] = {key: getattr(keys, key) for key in same_names}
    return Account(
        name=name,
        pull_since=_in_utc(keys.pull_since, zone),
        rate_requests=keys.rate_limit.requests,
        rate_window=keys.rate_limit.window,
        min_free_bytes=keys.min_free,
        hooks=_hooks(keys.hooks).over(hooks),
        partners=tuple(_partner_table(table) for table in keys.partners),
        **same,
    )


def _in_utc(since: datetime | str | None, zone: ZoneInfo) -> datetime | str | None:
    if not isinstance(since, datetime):
        return since
    aware = since if since.tzinfo else since.replace(tzinfo=zone)
    return aware.astimezone(UTC)


def _partner_table(keys: PartnerKeys) -> PartnerTable:
    rules = keys.model_dump(exclude={"station", "partner", "hooks"})
    return PartnerTable(
        station=keys.station, partner=keys.partner, rules=PairRules(**rules), hooks=_hooks(keys.hooks)
    )


def _notices(keys: NoticesTable) -> Notices:
    pace = Pace(digest=keys.digest, quiet=keys.quiet, unreachable_after=keys.unreachable_after)
    return Notices(
        to=keys.to or (),
        command=keys.command or (),
        webhook=keys.webhook,
        pace=pace,
        not_collected_after=keys.not_collected_after,
        silent_after=keys.silent_after,
    )


def _hooks(keys: HooksTable) -> Hooks:
    return Hooks(**keys.model_dump())


def _credentials(name: str, keys: AccountTable, environ: Mapping[str, str]) -> Credentials:
    kind = API_KEY if keys.username is None else PASSWORD
    secret: SecretStr | None = getattr(keys, kind)
    file: Path | None = getattr(keys, f"{kind}_file")
    return Credentials(
        username=keys.username,
        password=secret,
        password_file=file or credential(name, kind, environ),
        key=f"accounts.{name}.{kind}" if secret else f"accounts.{name}.{kind}_file",
        ca_file=keys.ca_file,
    )
