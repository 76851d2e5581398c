"""`[web]`: where the status page listens, who is let in, and who hears that all is well."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, NamedTuple

from pydantic import BeforeValidator, SecretStr

from syncd.config.keys import Table, key
from syncd.config.notices import read_secret_address
from syncd.config.values import AbsolutePath, ListOf, wrong

_LISTEN = re.compile(r"(?:\[(?P<six>[0-9A-Fa-f:.]+)\]|(?P<four>[0-9.]+)):(?P<port>[0-9]{1,5})", re.ASCII)
_HOW = 'Write a number address and a port, like "127.0.0.1:8475" or "[::1]:8475"'
_HOST = re.compile(r"(?=.{1,253}\Z)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*", re.ASCII)


class Listen(NamedTuple):
    """An address of this machine, and a port."""

    address: str
    port: int

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine itself can reach it."""
        return ipaddress.ip_address(self.address).is_loopback


@dataclass(frozen=True, slots=True, kw_only=True)
class Web:
    """Where the status page listens; without a password anybody on this machine may see it and act."""

    listen: Listen
    password_file: Path | None
    hosts: tuple[str, ...]
    """Names by which browsers reach it, besides the address itself."""


def read_listen(value: object) -> Listen:
    """An address in numbers, never a name: a name may stand for several, and change."""
    if isinstance(value, Listen):
        return value
    found = _LISTEN.fullmatch(value) if isinstance(value, str) else None
    try:
        address = ipaddress.ip_address(found["six"] or found["four"]) if found else None
    except ValueError:
        address = None
    if found is None or address is None or (address.version == 6) is (found["six"] is None):
        raise wrong("is not an address to listen at", _HOW)
    if not 1 <= int(found["port"]) <= 65535:
        raise wrong("has no port between 1 and 65535", _HOW)
    return Listen(str(address), int(found["port"]))


def read_host(value: object) -> str:
    """A name as a browser sends it, without a port."""
    name = value.strip().lower() if isinstance(value, str) else ""
    if not _HOST.fullmatch(name):
        raise wrong(
            "is not the name of a host", 'Write it without https:// and port, like "edi.acme.example"'
        )
    return name


def read_ping_url(value: object) -> object:
    """Where somebody waits for a sign of life."""
    remedy = 'Write an address like "https://hc-ping.com/your-check"'
    return read_secret_address(value, remedy=remedy, in_the_clear="would send its secret in the clear")


PingUrl = Annotated[SecretStr | None, BeforeValidator(read_ping_url)]


class WebTable(Table):
    """`[web]`."""

    listen: Annotated[Listen, BeforeValidator(read_listen)] | None = key(
        "where the status page is: an address in numbers and a port, an IPv6 address in brackets; default: "
        "there is none. Any address but this machine's own loopback needs a password_file",
        example="127.0.0.1:8475",
    )
    password_file: AbsolutePath | None = key(
        "a file with the password of the status page, read again when it changes; any user name goes with "
        "it, and stands in the history of what that person does",
        example="/etc/syncd/web.password",
    )
    hosts: Annotated[tuple[Annotated[str, BeforeValidator(read_host)], ...], ListOf] = key(
        "names in the browser's address line, besides listen itself (say, of a reverse proxy); no other is "
        "answered",
        default=[],
        example=["edi.acme.example"],
    )

    ping_url: PingUrl = key(
        "an address that is asked (GET) at most once a minute, while every job that is not paused has "
        "succeeded lately: whoever is there tells you when it stops. Also without listen; it is kept secret",
        example="https://hc-ping.com/your-check",
    )


def web_of(table: WebTable) -> Web | None:
    """The values; None: it is off."""
    if table.listen is None:
        return None
    return Web(listen=table.listen, password_file=table.password_file, hosts=table.hosts)
