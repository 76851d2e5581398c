"""Every key that a configuration may have, with its default as a person would write it and what it does.

This is the one place: the example file, the checks and `syncd config` are read off these classes.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    model_validator,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from syncd.config.commands import HooksTable
from syncd.config.gateways import fitted
from syncd.config.keys import Table, key, needed
from syncd.config.notices import NoticesTable
from syncd.config.values import (
    AbsolutePath,
    ContentType,
    DirMode,
    Duration,
    Ending,
    Every,
    FileMode,
    FolderName,
    Group,
    Keeping,
    Line,
    ListOf,
    Pattern,
    RateLimit,
    Since,
    Size,
    Subject,
    Url,
    Zone,
    wrong,
)
from syncd.config.web import WebTable
from syncd.core.model import PartnerType
from syncd.system.secrets import can_be_api_key

_NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")


def _read_name(value: str) -> str:
    if not _NAME.fullmatch(value) or "__" in value or value.endswith("_"):
        raise wrong(
            "is not a name for an account",
            "Take a lower-case letter, then up to 31 letters, digits or single underscores, none at the end",
        )
    return value


def _some_types(value: tuple[PartnerType, ...]) -> tuple[PartnerType, ...]:
    if not value:
        raise wrong("is empty", 'Write ["production", "test"], or one of them')
    return tuple(dict.fromkeys(value))


def _read_password(value: object) -> object:
    if not isinstance(value, str) or not value:
        raise wrong("is not a password", "Write it in quotes, or name a password_file")
    return value


def _read_api_key(value: object) -> object:
    if not isinstance(value, str) or not can_be_api_key(value):
        raise wrong("is not an API key", "Write it in quotes, without spaces, or name an api_key_file")
    return value


class PartnerTable(Table):
    """One `[[accounts.NAME.partners]]`."""

    station: Line = key('our own ID there; "*" stands for every one', default="*", example="ACME")
    partner: Line = key('the other side\'s ID; "*" stands for every one', default="*", example="08925485US00")
    folder: FolderName | None = key(
        "a friendlier name in place of <station>/<partner>, in every folder; for one station and one partner",
        example="walmart",
    )
    subject: Subject | None = key(
        "the message's subject; {id} {name} {stem} {station} {partner} {date} are filled in", example="{name}"
    )
    content_type: ContentType | None = key(
        "default: left to the gateway's own detection", example="application/edi-x12"
    )
    profile: Line | None = key("the gateway's message submission profile", example="fast-lane")
    partner_type: PartnerType | None = key(
        "production or test, when it must not be looked up", example="test"
    )
    acknowledged_within: Duration | None = key(
        "the account's acknowledged_within, for this pair", example="4h"
    )
    mdn_within: Duration | None = key(
        "people are told when no MDN (ecgrid: acknowledgement) has come so long after it was sent",
        example="4h",
    )
    silent_after: Duration | None = key("the silent_after of [notices], for this pair", example="7d")
    done_marker: Ending | None = key(
        "take FILE only when FILE with this ending is there too", example=".done"
    )
    gate: Literal["off", "warn", "hold"] | None = key("as the account's, for this pair", example="hold")
    interchange_sender: Line | None = key(
        "for the gate: our ID in the ISA or UNB header, maybe with its qualifier", example="ZZ:ACME"
    )
    interchange_receiver: Line | None = key("for the gate: the partner's ID there", example="08:925485US00")
    hooks: HooksTable = key("the hooks of this pair", default=HooksTable())


class AccountTable(Table):
    """One `[accounts.NAME]`. The defaults are those of AS2 Gateway; `gateways` has what is not the same."""

    @model_validator(mode="before")
    @classmethod
    def _fit(cls, written: object) -> object:
        return fitted(written) if isinstance(written, dict) else written

    gateway: Literal["as2gateway", "ecgrid"] = needed(
        "the hosted service: as2gateway or ecgrid", example="as2gateway"
    )
    url: Url = key(
        "the gateway's address; http:// is for this machine only", default="https://api.as2gateway.com/v1"
    )
    username: Line | None = key(
        "the login at the gateway; with ecgrid, an API key may take the place of it and of its password",
        example="edi@acme.example",
    )
    password_file: AbsolutePath | None = key(
        "a file with the password; or password, or the systemd credential NAME.password",
        example="/etc/syncd/acme.password",
    )
    password: Annotated[SecretStr, BeforeValidator(_read_password)] | None = key(
        "the password itself; password_file keeps it out of this file", example="secret"
    )
    api_key_file: AbsolutePath | None = key(
        "a file with the API key; or api_key, or the systemd credential NAME.api_key",
        example="/etc/syncd/acme.api_key",
    )
    api_key: Annotated[SecretStr, BeforeValidator(_read_api_key)] | None = key(
        "the API key itself; api_key_file keeps it out of this file", example="secret"
    )
    ca_file: AbsolutePath | None = key(
        "certificates of a private authority", example="/etc/ssl/private-ca.pem"
    )
    root: AbsolutePath = needed(
        "the folder of this account's tree, not inside another account's", example="/srv/edi/acme"
    )
    layout: Literal["by-state", "by-partner"] = key(
        "by-state: outbox/<station>/<partner>; by-partner: <station>/<partner>/outbox", default="by-state"
    )
    make_folders: Literal["all", "used", "none"] = key(
        "for which pairs outbox and inbox are made: all, used (with traffic or a table below), none",
        default="all",
    )
    partner_types: Annotated[tuple[PartnerType, ...], ListOf, AfterValidator(_some_types)] = key(
        "the kinds of partners to exchange messages with", default=["production", "test"]
    )
    pull_since: Since | None = key(
        'older messages are never fetched: a time, or "all"; default: a day before the first listing',
        example="2026-01-31T00:00:00Z",
    )
    pull_every: Every = key(
        'how often the unread are fetched: a duration, or a cron expression like "*/5 6-20 * * mon-fri"',
        default="30s",
    )
    track_every: Every = key(
        "how often what was sent is followed, while something is on its way", default="20s"
    )
    scan_every: Duration = key("how often the outbox is looked through, besides being watched", default="30s")
    settle: Duration = key("how long a dropped file must keep still before it is taken", default="2s")
    inbox_style: Literal["name", "prefix", "folder"] = key(
        "name: the original name; prefix: <UTC time>_<name>; folder: one folder a message", default="name"
    )
    inbox_status_files: bool = key("write status files in the inbox too", default=False)
    rate_limit: RateLimit = key("requests in any window, the gateway's limit", default="50/10s")
    parallel_sends: Annotated[int, Field(ge=1, le=50)] = key(
        "messages sent at once; 1 keeps the order", default=4
    )
    sent_when: Literal["mdn", "transmitted"] = key(
        "mdn: sent when the partner's MDN is good (ecgrid: when it was acknowledged or handed on); "
        "transmitted: when the gateway has sent it",
        default="mdn",
    )
    in_doubt: Literal["resend", "hold"] = key(
        "when a send's outcome stays unknown and the gateway has no trace of it", default="resend"
    )
    in_doubt_wait: Duration = key(
        "how long to look for that trace; longer than the partner's send timeout", default="10m"
    )
    failed_grace: Duration = key("how long a message must be failed at the gateway", default="3m")
    mdn_give_up: Duration = key(
        "hold a message whose MDN (ecgrid: acknowledgement) has not come for so long", default="7d"
    )
    gate: Literal["off", "warn", "hold"] = key(
        "an X12 or EDIFACT file that is incomplete, does not add up, names others or was sent before: "
        "off: sent; warn: sent with a warning; hold: held for a person",
        default="off",
    )
    acknowledged_within: Duration | None = key(
        "how soon a 997, 999 or CONTRL has to come for the documents that were sent; later they are overdue",
        example="24h",
    )
    min_free: Size = key("free space of the root and of the state; below it pulling pauses", default="200MB")
    ignore: Annotated[tuple[Pattern, ...], ListOf] = key(
        "more patterns of names that stay in the outbox", default=[], example=["*.bak"]
    )
    file_mode: FileMode = key("of new files", default="0660")
    dir_mode: DirMode = key("of new folders", default="0770")
    hooks: HooksTable = key("the hooks of this account", default=HooksTable())
    partners: tuple[PartnerTable, ...] = key("what is special about one pair", default=())


class RetentionTable(Table):
    """`[retention]`."""

    sent: Keeping = key(
        "how long a file stays in sent/ after its message was settled; it goes with its status file",
        default="never",
    )
    failed: Keeping = key("the same of failed/, two days at least", default="never")
    history: Keeping = key(
        "how long `list` and `show` know a message after it was settled; not shorter than any of the others",
        default="never",
    )
    at_gateway: Keeping = key(
        "how long the gateway keeps a message after it was settled, two days at least; ECGrid keeps all",
        default="never",
    )


class File(BaseSettings):
    """The whole file."""

    model_config = SettingsConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """One source: what `sources.gather` merged, which knows where each value was written."""
        del settings_cls, env_settings, dotenv_settings, file_secret_settings
        return (init_settings,)

    state_dir: AbsolutePath | None = key(
        "database and lock; default: $STATE_DIRECTORY, /var/lib/syncd for the user syncd, else the user's",
        example="/var/lib/syncd",
    )
    log_format: Literal["auto", "console", "json", "journald"] = key(
        "console: for people; json: one object a line; journald: fields in systemd's journal; "
        "auto: console on a terminal, journald under systemd, else json",
        default="auto",
    )
    log_level: Literal["debug", "info", "warning", "error"] = key(
        "debug, info (something moved), warning (it will be tried again), error (a person is needed)",
        default="info",
    )
    timezone: Zone | None = key(
        "of cron expressions and dated folders; default: the machine's", example="Europe/Berlin"
    )
    control_group: Group | None = key(
        "who may use the control socket (`syncd status` and all that acts), besides syncd itself",
        example="edi",
    )
    retention: RetentionTable = key("how long what is settled is kept", default={})
    hooks: HooksTable = key("the user's own commands", default=HooksTable())
    web: WebTable = key("the status page", default={})
    notices: NoticesTable = key("how people are told", default=NoticesTable())
    accounts: dict[Annotated[str, AfterValidator(_read_name)], AccountTable] = key(
        "one table an account", default={}
    )


TABLES: dict[str, type[Table]] = {
    "retention": RetentionTable,
    "hooks": HooksTable,
    "notices": NoticesTable,
    "web": WebTable,
}
"""The tables that stand once in the file, by name."""
